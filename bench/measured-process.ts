import { once } from 'node:events';
import type { ServerOptions, ServerProcess } from '../test/support/server-process.ts';

/** What a process must be started with so that `cpuMsOf` can ask it. */
export const MEASURED = {
  nodeArgs: ['--import', new URL('report-usage.ts', import.meta.url).href],
  channel: true,
} as const satisfies ServerOptions;

/** CPU time that all threads of a `MEASURED` process have used since its start, in milliseconds. */
export async function cpuMsOf({ child }: ServerProcess): Promise<number> {
  const answer = once(child, 'message') as Promise<[{ cpuMs: number }]>;
  child.send('usage');
  const [{ cpuMs }] = await answer;
  return cpuMs;
}
