import { describe, expect, it } from 'vitest';

import { ManualClock } from '../../../test/support/manual-clock.ts';
import { temporaryStore } from '../../../test/support/temporary-store.ts';
import { addWebhook } from '../../../test/support/webhook-samples.ts';
import type { WebhookId } from '../../domain/ids.ts';
import { MOST_WEBHOOKS } from '../../domain/webhooks/webhook.ts';
import { SECRET_PATTERN } from '../../domain/webhooks/webhook-secret.ts';
import type { Store } from '../open-store.ts';

const OWN_SECRET = `whsec_${Buffer.alloc(24, 1).toString('base64')}`;
const HOUR_MS = 3_600_000;

function start(): { store: Store; clock: ManualClock; secretsOf: (id: WebhookId) => readonly string[] } {
  const clock = new ManualClock();
  const store = temporaryStore(() => clock.now().wall);
  return { store, clock, secretsOf: (id) => store.deliveries.target(id, clock.now().wall).secrets };
}

describe('A webhook', () => {
  it('gets a secret where it brings none, which is told this once', async () => {
    const { store, secretsOf } = start();
    const { secret = '', ...made } = await addWebhook(store);
    expect(secret).toMatch(new RegExp(SECRET_PATTERN));
    expect(secretsOf(made.id)).toEqual([secret]);
    expect(await store.webhooks.get(made.id)).toEqual(made);
    expect((await store.webhooks.list({ limit: 5 })).data).toEqual([made]);
    expect((await addWebhook(store)).secret).not.toBe(secret);
  });

  it('keeps a secret of its own, which is never told', async () => {
    const { store, secretsOf } = start();
    const made = await addWebhook(store, { secret: OWN_SECRET });
    expect(JSON.stringify(made)).not.toContain('whsec_');
    expect(secretsOf(made.id)).toEqual([OWN_SECRET]);
  });

  it('is signed for with both secrets for a day after a change of it, the newest first', async () => {
    const { store, clock, secretsOf } = start();
    const { id, secret: first } = await addWebhook(store);
    const { secret: second, previousSecretUntil, revision } = await store.webhooks.rotateSecret(id);
    expect(secretsOf(id)).toEqual([second, first]);
    expect([previousSecretUntil, revision]).toEqual(['2026-11-22T15:00:00.000Z', 2]);
    clock.advance(23 * HOUR_MS);
    const third = await store.webhooks.change(id, (current) => ({ ...current, secret: OWN_SECRET }));
    expect([secretsOf(id), third.revision]).toEqual([[OWN_SECRET, second], 3]);
    clock.advance(24 * HOUR_MS);
    expect(secretsOf(id)).toEqual([OWN_SECRET]);
    expect((await store.webhooks.get(id)).previousSecretUntil).toBeNull();
    await store.webhooks.rotateSecret(id, OWN_SECRET);
    expect(secretsOf(id)).toEqual([OWN_SECRET]);
  });

  it('that was removed is gone for all purposes', async () => {
    const { store } = start();
    const { id } = await addWebhook(store);
    await expect(
      store.webhooks.remove(id, () => {
        throw new Error('another revision');
      }),
    ).rejects.toThrow('another revision');
    await store.webhooks.remove(id, () => undefined);
    const attempts: readonly (() => Promise<unknown>)[] = [
      () => store.webhooks.get(id),
      () => store.webhooks.rotateSecret(id),
      () => store.webhooks.remove(id, () => undefined),
      () => store.webhooks.change(id, (current) => current),
      () => store.deliveryLog.list(id, { limit: 1 }),
    ];
    for (const attempt of attempts) await expect(attempt()).rejects.toMatchObject({ code: 'not-found' });
    expect((await store.webhooks.list({ limit: 5 })).data).toEqual([]);
  });

  it('is one of so many and no more', async () => {
    const { store } = start();
    const all = await Promise.all(Array.from({ length: MOST_WEBHOOKS }, () => addWebhook(store)));
    await expect(addWebhook(store)).rejects.toMatchObject({ code: 'wrong-state' });
    const first = await store.webhooks.list({ limit: 30 });
    const second = await store.webhooks.list({ limit: 30, cursor: first.nextCursor ?? '' });
    expect([...first.data, ...second.data].map(({ id }) => id)).toEqual(all.map(({ id }) => id));
    expect(second.nextCursor).toBeNull();
    await store.webhooks.remove(all[0]?.id ?? '', () => undefined);
    await addWebhook(store);
  });
});
