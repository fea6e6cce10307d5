import { isMainThread } from 'node:worker_threads';

/** What a process holds, as it says itself. */
export interface ProcessHoldings {
  /** What keeps the event loop busy, counted by kind: timers, sockets, handles. */
  readonly resources: Readonly<Record<string, number>>;
  /** JavaScript memory after a full collection. */
  readonly heapBytes: number;
}

/** Loaded before the product (`--import`, with `--expose-gc`): answers each message on the channel with what it holds. */
if (isMainThread) {
  process.on('message', () => {
    globalThis.gc?.();
    const resources: Record<string, number> = {};
    for (const kind of process.getActiveResourcesInfo()) resources[kind] = (resources[kind] ?? 0) + 1;
    process.send?.({ resources, heapBytes: process.memoryUsage().heapUsed } satisfies ProcessHoldings);
  });
  process.channel?.unref();
}
