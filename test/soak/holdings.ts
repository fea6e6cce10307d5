import { once } from 'node:events';
import { heldRows } from '../crash/books.ts';
import type { ServerOptions } from '../support/server-process.ts';
import type { TollgateProcess } from '../support/tollgate-process.ts';
import type { ProcessHoldings } from './report-holdings.ts';

/** What a process must be started with to be asked for its holdings. */
export const SPEAKS_OF_ITSELF = {
  nodeArgs: ['--expose-gc', '--import', new URL('report-holdings.ts', import.meta.url).href],
  channel: true,
} as const satisfies ServerOptions;

/** Everything that could leak, by name. */
export type Holdings = Readonly<Record<string, number>>;

/** Gauges of the metrics that must come back to where they were. */
const GAUGES = ['calls_live', 'sip_transactions', 'sip_dialogs', 'sip_connections', 'sip_engine_heap_bytes'] as const;

/** What the product holds at this moment: by itself, by its metrics, and by its database. */
export async function holdingsOf(tollgate: TollgateProcess): Promise<Holdings> {
  const { child } = tollgate.process;
  const answer = once(child, 'message') as Promise<[ProcessHoldings]>;
  child.send('holdings');
  const [{ resources, heapBytes }] = await answer;
  const metrics = (await tollgate.api('GET', '/metrics')) as string;
  const gauges = GAUGES.map((name): [string, number] => {
    const value = new RegExp(String.raw`^tollgate_${name} ([\d.e+]+)$`, 'm').exec(metrics)?.[1];
    return [name, Number(value)];
  });
  const kinds = Object.entries(resources).map(([kind, count]): [string, number] => [`active ${kind}`, count]);
  return { ...Object.fromEntries([...kinds, ...gauges]), ...heldRows(tollgate.dataDir), heap_bytes: heapBytes };
}

/** Growth that is no leak: a keep-alive connection of whoever asks, a compiled function, a page of a cache. */
const NOISE = { count: 4, heapBytes: 4 * 1024 * 1024, bytesPerCall: 200 };

/** What has grown between two moments, with `calls` in between, by more than noise. */
export function leaksBetween(before: Holdings, after: Holdings, calls: number): string[] {
  return Object.entries(after).flatMap(([name, now]) => {
    const then = before[name] ?? 0;
    // The engine's heap is told with its garbage, whose amount says nothing.
    if (name === 'sip_engine_heap_bytes') return [];
    const allowed = name === 'heap_bytes' ? NOISE.heapBytes + calls * NOISE.bytesPerCall : NOISE.count;
    return now - then > allowed ? [`${name}: ${then} before, ${now} after`] : [];
  });
}
