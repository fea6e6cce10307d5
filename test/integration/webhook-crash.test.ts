import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

import { expect, test, vi } from 'vitest';

import { systemClock } from '../../src/calls/system-clock.ts';
import type { EpochMs } from '../../src/domain/time.ts';
import { openStore } from '../../src/store/open-store.ts';
import { DeliveryWorker } from '../../src/webhooks/delivery-worker.ts';
import { createPoster } from '../../src/webhooks/post-event.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { addWebhook } from '../support/webhook-samples.ts';
import { WebhookReceiver } from '../support/webhook-receiver.ts';

const LOAD = fileURLToPath(new URL('../support/webhook-load.ts', import.meta.url));
const now = (): EpochMs => Date.now() as EpochMs;

/** Lets a process settle so many calls and deliver what it can, and kills it in the middle of both. */
async function runUntilKilled(dataDir: string, prefix: string, calls: number): Promise<string[]> {
  const child = spawn(process.execPath, [LOAD, dataDir, prefix], { stdio: ['ignore', 'pipe', 'inherit'] });
  const exited = once(child, 'exit');
  const settled: string[] = [];
  for await (const line of createInterface({ input: child.stdout })) {
    if (settled.push(line.replace('settled ', '')) === calls) child.kill('SIGKILL');
  }
  expect(await exited).toEqual([null, 'SIGKILL']);
  return settled;
}

test('whatever the moment of kill -9, each settled call is told of: nothing is lost between settlement and delivery', async () => {
  const dataDir = temporaryFolder();
  const receiver = await WebhookReceiver.start();
  const before = openStore({ dataDir, now });
  const { id } = await addWebhook(before, { url: receiver.url, events: ['call.settled'] });
  before.close();

  const settled: string[] = [];
  for (const [life, calls] of [3, 40, 120].entries()) {
    settled.push(...(await runUntilKilled(dataDir, `call_${life}`, calls)));
  }
  const toldBefore = receiver.posts.length;

  const store = openStore({ dataDir, now });
  await store.recover();
  const pending = (await store.deliveryLog.list(id, { limit: 500, status: 'pending' })).data;
  expect(pending.length).toBeGreaterThan(0);
  const poster = createPoster({ clock: systemClock, allowedHosts: new Set(['127.0.0.1']), version: '0.0.0' });
  const ignore = (): void => undefined;
  const worker = new DeliveryWorker({
    store: store.deliveries,
    poster,
    clock: systemClock,
    observer: { posted: ignore, gaveUp: ignore, disabled: ignore, faulted: ignore },
    draw: () => 0,
    keepMs: 86_400_000,
  });
  worker.start();
  await vi.waitFor(
    async () => {
      expect((await store.deliveryLog.list(id, { limit: 1, status: 'pending' })).data).toEqual([]);
    },
    { timeout: 15_000 },
  );
  await worker.stop(1_000);
  await poster.close();

  const told = new Set(receiver.posts.map(({ body }) => JSON.parse(body).data.call.id as string));
  expect(settled.filter((call) => !told.has(call))).toEqual([]);
  const { data } = await store.queries.list({ limit: 500, filters: {} });
  expect(data.map((call) => call.id).filter((call) => !told.has(call))).toEqual([]);
  // More than once at most what was on its way when the process died, and told before it could be written down.
  expect(toldBefore).toBeGreaterThan(0);
  expect(receiver.posts.length - told.size).toBeLessThanOrEqual(3 * 4);
  store.close();
});
