import { isMainThread } from 'node:worker_threads';

/**
 * Loaded before a program (`--import`) to have it measured from outside: answers each message on the channel with the
 * CPU time that all threads of the process have used so far, in milliseconds.
 */
if (isMainThread) {
  process.on('message', () => {
    const { user, system } = process.cpuUsage();
    process.send?.({ cpuMs: (user + system) / 1_000 });
  });
  // Being measured must not keep a program alive that is done.
  process.channel?.unref();
}
