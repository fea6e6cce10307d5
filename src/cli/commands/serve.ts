import type { Command } from 'commander';

import type { App } from '../../app.ts';
import { describeFault } from '../../describe-fault.ts';
import { CliError, EXIT, type ExitCode } from '../cli-error.ts';
import { newCommand, type Invocation } from '../new-command.ts';
import { readSettings } from '../read-settings.ts';
import type { Screen, Terminal } from '../terminal.ts';

/** `tollgate serve`: the product itself, until it is told to stop. */
export function addServe(parent: Command, invocation: Invocation): void {
  newCommand(parent, 'serve', {
    summary: 'start the product: SIP, API and dashboard',
    about:
      'Start Tollgate: SIP, API and dashboard. It runs until SIGTERM or SIGINT (Ctrl-C), lets calls in progress end, ' +
      'and stops at once at the second. The same as `npm start`, without the build.',
    examples: [
      ['tollgate serve', 'on 5060 and 8080'],
      ['SIP_PORT=5080 HTTP_PORT=0 tollgate serve --json', 'on other ports; 0 takes a free one'],
    ],
  }).action(async ({ json }: { json?: boolean }) => {
    invocation.end(await serve(invocation.terminal, json ?? false));
  });
}

/** Rejects with CliError where it can't start, or a part that can't be restarted dies. */
async function serve(terminal: Terminal, json: boolean): Promise<ExitCode> {
  const config = readSettings(terminal);
  // Loaded here, so that other commands don't wait for all of the product.
  const { startApp } = await import('../../app.ts');
  const { promise: ended, resolve: end, reject } = Promise.withResolvers<ExitCode>();
  const fail = (error: unknown): void => reject(new CliError('failed', describeFault(error).join('\n')));
  const start = async (): Promise<void> => {
    const app = await startApp(config, { onFatal: fail });
    stopOnSignals(app, end, fail);
    announce(app, terminal.out, json);
  };
  start().catch(fail);
  return ended;
}

function stopOnSignals(app: App, end: (code: ExitCode) => void, fail: (error: unknown) => void): void {
  let stopping = false;
  const stop = (): void => {
    // A second signal means now: calls are recovered at the next start.
    if (stopping) return end(EXIT.failed);
    stopping = true;
    app.shutDown().then(() => end(EXIT.ok), fail);
  };
  process.on('SIGTERM', stop);
  process.on('SIGINT', stop);
}

function announce({ http, sip, firstAdminKey }: App, out: Screen, json: boolean): void {
  if (!json) out.write(`Tollgate is up: http://${http}/\n`);
  if (firstAdminKey !== null) {
    const line = json
      ? JSON.stringify({ event: 'first-admin-key', key: firstAdminKey })
      : `Admin API key, shown this once: ${firstAdminKey}`;
    out.write(`${line}\n`);
  }
  out.write(`${JSON.stringify({ event: 'listening', sip, http })}\n`);
}
