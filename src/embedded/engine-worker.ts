import { monitorEventLoopDelay } from 'node:perf_hooks';
import { getHeapStatistics } from 'node:v8';
import { parentPort, workerData } from 'node:worker_threads';
import type { FromWorker, ToWorker, WorkerOptions } from './engine-messages.ts';
import { SipEngine } from './sip/sip-engine.ts';
import { BindError } from './sip/transport/transport.ts';

/** The thread the embedded engine runs in: starts it, says where it listens, and closes it when told to. */
const starter = parentPort;
if (starter === null) throw new Error('engine-worker.ts runs as a worker thread: use startEngine()');

const tell = (message: FromWorker): void => starter.postMessage(message, []);
const { host, port, advertisedHost, timers, journal, capture } = workerData as WorkerOptions;

/** The timer itself is late by its own interval. */
const LAG_RESOLUTION_MS = 10;
const lag = monitorEventLoopDelay({ resolution: LAG_RESOLUTION_MS });
lag.enable();

/** The lag since it was last read, milliseconds; 0 where nothing was sampled since. */
function readLag(): number {
  const p99Ms = lag.percentile(99) / 1e6;
  lag.reset();
  return Math.max(0, p99Ms - LAG_RESOLUTION_MS);
}

try {
  const engine = await SipEngine.start({
    sip: { host, port },
    advertisedHost,
    timers,
    journal,
    capture,
    onTrouble: (error) => tell({ kind: 'trouble', message: error.message }),
    onFault: (error) => tell({ kind: 'fault', message: error.message }),
  });
  starter.on('message', (message: ToWorker) => {
    if (message.kind === 'close') void engine.close().then(() => tell({ kind: 'closed' }));
    else
      tell({
        kind: 'counts',
        counts: { ...engine.counts, heapBytes: getHeapStatistics().used_heap_size, lagMs: readLag() },
      });
  });
  // One call's bug is not every call's end: it is reported, and the others go on.
  process.on('uncaughtException', (error) => tell({ kind: 'bug', stack: error.stack ?? error.message }));
  tell({ kind: 'ready', adminPort: engine.adminPort, secret: engine.secret, sipPort: engine.sip.port });
} catch (error) {
  if (!(error instanceof BindError)) throw error;
  tell({ kind: 'refused', message: error.message, code: error.code, ...error.address, transport: error.transport });
  // Stays until it is ended from the other side: what a thread says in its last moment may never arrive.
  starter.on('message', () => undefined);
}
