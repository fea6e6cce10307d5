import { systemClock } from '../../src/calls/system-clock.ts';
import type { EpochMs } from '../../src/domain/time.ts';
import { openStore } from '../../src/store/open-store.ts';
import { DeliveryWorker } from '../../src/webhooks/delivery-worker.ts';
import { createPoster } from '../../src/webhooks/post-event.ts';
import { settleCall } from './settle-call.ts';

/**
 * A process that settles calls as fast as it can and delivers what webhooks are told of them, until it is killed. It says
 * `settled <id>` on stdout when it was told that this is kept. Arguments: data folder, prefix of its call ids.
 */
const [dataDir = '', prefix = ''] = process.argv.slice(2);
const store = openStore({ dataDir, now: () => Date.now() as EpochMs });
await store.recover();
const silent = (): void => undefined;
const worker = new DeliveryWorker({
  store: store.deliveries,
  poster: createPoster({ clock: systemClock, allowedHosts: new Set(['127.0.0.1']), version: '0.0.0' }),
  clock: systemClock,
  observer: { posted: silent, gaveUp: silent, disabled: silent, faulted: silent },
  draw: () => 0,
  keepMs: 86_400_000,
});
worker.start();

let calls = 0;

async function settleCalls(): Promise<never> {
  for (;;) {
    calls += 1;
    const { id } = await settleCall(store, `${prefix}_${calls}`);
    process.stdout.write(`settled ${id}\n`);
  }
}

await Promise.all(Array.from({ length: 4 }, settleCalls));
