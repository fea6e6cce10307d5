import { monitorEventLoopDelay } from 'node:perf_hooks';
import { getHeapStatistics } from 'node:v8';
import { parentPort } from 'node:worker_threads';
import type { FromWorker, Refused, ToWorker } from './engine-messages.ts';

/** An engine, as its thread serves it to the one that started the thread. */
export interface ServedEngine<Counts> {
  readonly counts: Counts;
  close(): Promise<void>;
}

/** Where an engine reports what is amiss; see `FromWorker`. */
export interface ThreadReports {
  readonly onTrouble: (error: Error) => void;
  readonly onFault: (error: Error) => void;
  readonly onBug: (error: Error) => void;
}

/** The timer itself is late by its own interval. */
const LAG_RESOLUTION_MS = 10;

/**
 * Runs an engine in this thread: starts it, says so, answers what it is asked, and closes it when told to.
 * @param start starts it, and gives it with what is to be said of it; what it throws is a fault of this thread, unless
 * `refusal` knows it for a reason why the engine can't start.
 */
export async function serveThread<Counts extends object>(
  start: (reports: ThreadReports) => Promise<{ readonly engine: ServedEngine<Counts>; readonly ready: object }>,
  refusal: (error: unknown) => Refused | undefined,
): Promise<void> {
  const starter = parentPort;
  if (starter === null) throw new Error('an engine is started as a worker thread: use start-engine.ts');
  const tell = (message: FromWorker<object, Counts>): void => starter.postMessage(message, []);
  const lag = monitorEventLoopDelay({ resolution: LAG_RESOLUTION_MS });
  lag.enable();
  const tellBug = (error: Error): void => tell({ kind: 'bug', stack: error.stack ?? error.message });
  try {
    const { engine, ready } = await start({
      onTrouble: (error) => tell({ kind: 'trouble', message: error.message }),
      onFault: (error) => tell({ kind: 'fault', message: error.message }),
      onBug: tellBug,
    });
    const count = (): void => {
      const counts = { ...engine.counts, heapBytes: getHeapStatistics().used_heap_size, lagMs: readLag(lag) };
      tell({ kind: 'counts', counts });
    };
    const close = async (): Promise<void> => {
      await engine.close();
      tell({ kind: 'closed' });
    };
    starter.on('message', (message: ToWorker) => void (message.kind === 'close' ? close() : count()));
    // One call's bug is not every call's end: it is reported, and the others go on.
    process.on('uncaughtException', tellBug);
    tell({ kind: 'ready', ready });
  } catch (error) {
    const refused = refusal(error);
    if (refused === undefined) throw error;
    tell(refused);
    // Stays until it is ended from the other side: what a thread says in its last moment may never arrive.
    starter.on('message', () => undefined);
  }
}

/** The lag since it was last read, milliseconds; 0 where nothing was sampled since. */
function readLag(lag: ReturnType<typeof monitorEventLoopDelay>): number {
  const p99Ms = lag.percentile(99) / 1e6;
  lag.reset();
  return Math.max(0, p99Ms - LAG_RESOLUTION_MS);
}
