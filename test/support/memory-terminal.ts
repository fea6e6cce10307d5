import pc from 'picocolors';

import { runCli } from '../../src/cli/run-cli.ts';
import type { Screen, Terminal } from '../../src/cli/terminal.ts';

/** What one call of the command line came to. */
export interface CliRun {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** A screen that keeps what is written; no person looks at it unless told otherwise. */
export function memoryScreen(options: { readonly isInteractive?: boolean; readonly columns?: number } = {}): Screen & {
  readonly text: () => string;
} {
  let written = '';
  return {
    isInteractive: options.isInteractive ?? false,
    columns: options.columns ?? 110,
    paint: pc.createColors(false),
    write: (text) => {
      written += text;
    },
    text: () => written,
  };
}

/** Runs `tollgate` in this process, with no settings files and this environment alone. */
export async function runInMemory(
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
  out = memoryScreen(),
): Promise<CliRun> {
  const err = memoryScreen();
  const terminal: Terminal = { env, configDir: '/nonexistent/config', out, err };
  const exitCode = await runCli(args, terminal);
  return { exitCode, stdout: out.text(), stderr: err.text() };
}
