import { monitorEventLoopDelay } from 'node:perf_hooks';
import { isMainThread } from 'node:worker_threads';

/** How often the lag is sampled; what a sample is late beyond this is lag. */
const LAG_RESOLUTION_MS = 5;

/**
 * Loaded before a program (`--import`) to have it measured from outside: answers each message on the channel with what
 * all its threads have used so far, and with the main thread's event-loop lag since the message before.
 */
if (isMainThread) {
  const lag = monitorEventLoopDelay({ resolution: LAG_RESOLUTION_MS });
  lag.enable();
  process.on('message', () => {
    const { user, system } = process.cpuUsage();
    process.send?.({
      cpuMs: (user + system) / 1_000,
      rssMb: process.memoryUsage.rss() / 2 ** 20,
      lagP50Ms: Math.max(0, lag.percentile(50) / 1e6 - LAG_RESOLUTION_MS),
      lagP99Ms: Math.max(0, lag.percentile(99) / 1e6 - LAG_RESOLUTION_MS),
    });
    lag.reset();
  });
  // Being measured must not keep a program alive that is done.
  process.channel?.unref();
}
