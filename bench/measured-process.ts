import { once } from 'node:events';
import type { ServerOptions, ServerProcess } from '../test/support/server-process.ts';

/** What a process must be started with so that `usageOf` can ask it. */
export const MEASURED = {
  nodeArgs: ['--import', new URL('report-usage.ts', import.meta.url).href],
  channel: true,
} as const satisfies ServerOptions;

/** What a process has used, all its threads together. */
export interface Usage {
  /** CPU time since its start, in milliseconds. */
  readonly cpuMs: number;
  /** Memory it holds now, in MiB. */
  readonly rssMb: number;
  /** How late its main thread's timers came since it was last asked, in milliseconds. */
  readonly lagP50Ms: number;
  readonly lagP99Ms: number;
}

/** Asks a `MEASURED` process what it has used. */
export async function usageOf({ child }: ServerProcess): Promise<Usage> {
  const answer = once(child, 'message') as Promise<[Usage]>;
  child.send('usage');
  const [usage] = await answer;
  return usage;
}

/** CPU time that all threads of a `MEASURED` process have used since its start, in milliseconds. */
export async function cpuMsOf(process: ServerProcess): Promise<number> {
  return (await usageOf(process)).cpuMs;
}
