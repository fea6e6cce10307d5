import { describe, expect, it } from 'vitest';

import { ManualClock } from '../../../test/support/manual-clock.ts';
import { admitCall, settleCall } from '../../../test/support/settle-call.ts';
import { temporaryStore } from '../../../test/support/temporary-store.ts';
import { addWebhook, deliveriesTo } from '../../../test/support/webhook-samples.ts';
import type { WebhookId } from '../../domain/ids.ts';
import type { EpochMs } from '../../domain/time.ts';
import type { PostOutcome, PostVerdict } from '../../domain/webhooks/judge-post.ts';
import type { DueDelivery } from '../../webhooks/ports/delivery-store.ts';
import type { Store } from '../open-store.ts';

const DAY_MS = 86_400_000;
const KEEP_MS = 14 * DAY_MS;
const OK: PostOutcome = { status: 200, error: null, retryAfter: null };
const BROKEN: PostOutcome = { status: 500, error: 'answered 500', retryAfter: null };

class Bench {
  readonly clock = new ManualClock();
  readonly store: Store = temporaryStore(() => this.now);

  get now(): EpochMs {
    return this.clock.now().wall;
  }

  due(webhookId: WebhookId, most = 500): readonly DueDelivery[] {
    return this.store.deliveries.due(webhookId, this.now, most, []);
  }

  record(webhookId: WebhookId, { id }: DueDelivery, outcome: PostOutcome, verdict: PostVerdict) {
    const made = { deliveryId: id, webhookId, at: this.now, tookMs: 7, outcome, verdict };
    return this.store.deliveries.recordPost(made);
  }

  async tidyAll(): Promise<number> {
    let given = 0;
    for (;;) {
      const piece = await this.store.deliveries.tidy(this.now, KEEP_MS);
      given += piece.given;
      if (piece.given + piece.removed === 0) return given;
    }
  }
}

describe('A delivery', () => {
  it('is due at once, the oldest first, until its post is recorded', async () => {
    const bench = new Bench();
    const { id } = await addWebhook(bench.store, { events: ['call.received', 'call.ended', 'call.settled'] });
    await settleCall(bench.store, 'call_1');
    const due = bench.due(id);
    expect(due.map(({ body }) => (JSON.parse(body) as { type: string }).type)).toEqual([
      'call.received',
      'call.ended',
      'call.settled',
    ]);
    expect(bench.due(id, 2)).toEqual(due.slice(0, 2));
    const [first, second, third] = due;
    if (!first || !second || !third) throw new Error('too few');
    expect(bench.store.deliveries.due(id, bench.now, 5, [first.id, third.id])).toEqual([second]);
    await bench.record(id, first, OK, { kind: 'delivered' });
    expect(bench.due(id)).toEqual([second, third]);
  });

  it('is put off, and due again with one try more and the same body', async () => {
    const bench = new Bench();
    const { id } = await addWebhook(bench.store, { events: ['call.received'] });
    await admitCall(bench.store, 'call_1');
    const [first] = bench.due(id);
    if (!first) throw new Error('nothing due');
    const dueAt = (bench.now + 5_000) as EpochMs;
    await bench.record(id, first, BROKEN, { kind: 'retry', dueAt, holdsAll: false });
    expect(bench.due(id)).toEqual([]);
    expect(bench.store.deliveries.nextDueAt(id, bench.now)).toBe(dueAt);
    bench.clock.advance(5_000);
    expect(bench.due(id)).toEqual([{ ...first, tries: 1 }]);
    expect(bench.store.deliveries.nextDueAt(id, bench.now)).toBeNull();
    expect(await deliveriesTo(bench.store, id)).toMatchObject([
      { status: 'pending', tries: 1, lastStatus: 500, lastError: 'answered 500', finishedAt: null },
    ]);
  });

  it('waits since the oldest of those that are switched on began to', async () => {
    const bench = new Bench();
    expect(bench.store.deliveries.pendingSince()).toBeNull();
    const off = await addWebhook(bench.store);
    await admitCall(bench.store, 'call_1');
    await bench.store.webhooks.change(off.id, (current) => ({ ...current, enabled: false }));
    expect(bench.store.deliveries.pendingSince()).toBeNull();
    bench.clock.advance(1_000);
    const since = bench.now;
    await addWebhook(bench.store);
    await admitCall(bench.store, 'call_2');
    bench.clock.advance(1_000);
    expect(bench.store.deliveries.pendingSince()).toBe(since);
  });

  it('is given up after three days where nothing came of it, the webhook being switched on or off', async () => {
    const bench = new Bench();
    const { id } = await addWebhook(bench.store, { events: ['call.received'] });
    await admitCall(bench.store, 'call_1');
    bench.clock.advance(DAY_MS);
    await admitCall(bench.store, 'call_2');
    await bench.store.webhooks.change(id, (current) => ({ ...current, enabled: false }));
    bench.clock.advance(2 * DAY_MS - 1);
    expect(await bench.tidyAll()).toBe(0);
    bench.clock.advance(1);
    expect(await bench.tidyAll()).toBe(1);
    expect(await deliveriesTo(bench.store, id)).toMatchObject([
      { callId: 'call_1', status: 'dead', reason: 'expired', dueAt: null, finishedAt: '2026-11-24T15:00:00.000Z' },
      { callId: 'call_2', status: 'pending', reason: null },
    ]);
  });

  it('that is late delivered after all counts as delivered', async () => {
    const bench = new Bench();
    const { id } = await addWebhook(bench.store, { events: ['call.received'] });
    await admitCall(bench.store, 'call_1');
    const [inFlight] = bench.due(id);
    if (!inFlight) throw new Error('nothing due');
    bench.clock.advance(3 * DAY_MS);
    await bench.tidyAll();
    await bench.record(id, inFlight, BROKEN, { kind: 'retry', dueAt: bench.now, holdsAll: false });
    expect(await deliveriesTo(bench.store, id)).toMatchObject([{ status: 'dead', tries: 1 }]);
    await bench.record(id, inFlight, OK, { kind: 'delivered' });
    expect(await deliveriesTo(bench.store, id)).toMatchObject([{ status: 'delivered', reason: null, tries: 2 }]);
  });

  it('is kept for the days it is to be kept, with its event, and those of a removed webhook are not', async () => {
    const bench = new Bench();
    const kept = await addWebhook(bench.store, { events: ['call.received'] });
    const removed = await addWebhook(bench.store, { events: ['call.received'] });
    await admitCall(bench.store, 'call_1');
    for (const { id } of [kept, removed]) {
      for (const due of bench.due(id)) await bench.record(id, due, OK, { kind: 'delivered' });
    }
    await bench.store.webhooks.remove(removed.id, () => undefined);
    bench.clock.advance(KEEP_MS - 1);
    await bench.tidyAll();
    expect(await deliveriesTo(bench.store, kept.id)).toHaveLength(1);
    const span = { from: 0 as EpochMs, to: bench.now };
    expect(await bench.store.deliveryLog.replayAll(kept.id, span)).toEqual({ deliveries: 1, nextFrom: null });
    bench.clock.advance(1);
    await bench.tidyAll();
    // What is on its way again keeps its event for as long.
    expect(await deliveriesTo(bench.store, kept.id)).toHaveLength(2);
    for (const due of bench.due(kept.id)) await bench.record(kept.id, due, OK, { kind: 'delivered' });
    await bench.tidyAll();
    expect(await deliveriesTo(bench.store, kept.id)).toEqual([]);
    expect(await bench.store.deliveryLog.replayAll(kept.id, span)).toEqual({ deliveries: 0, nextFrom: null });
  });
});

describe('A webhook', () => {
  async function withOne(): Promise<{ bench: Bench; id: WebhookId; next: () => DueDelivery }> {
    const bench = new Bench();
    const { id } = await addWebhook(bench.store, { events: ['call.received'] });
    for (const call of ['call_1', 'call_2', 'call_3']) await admitCall(bench.store, call);
    const next = (): DueDelivery => {
      const [due] = bench.due(id, 1);
      if (!due) throw new Error('nothing due');
      return due;
    };
    return { bench, id, next };
  }

  it('fails from its first failure to its next success', async () => {
    const { bench, id, next } = await withOne();
    const failing = async (): Promise<unknown> => [
      (await bench.store.webhooks.get(id)).failingSince,
      bench.store.deliveries.target(id, bench.now).isFailing,
    ];
    const retry = (): PostVerdict => ({ kind: 'retry', dueAt: (bench.now + 1) as EpochMs, holdsAll: false });
    expect(await failing()).toEqual([null, false]);
    await bench.record(id, next(), BROKEN, retry());
    bench.clock.advance(60_000);
    await bench.record(id, next(), BROKEN, retry());
    expect(await failing()).toEqual(['2026-11-21T15:00:00.000Z', true]);
    await bench.record(id, next(), OK, { kind: 'delivered' });
    expect(await failing()).toEqual([null, false]);
  });

  it('is switched off by a 410, with the reason in it and in the audit log, and on again by a person', async () => {
    const { bench, id, next } = await withOne();
    const gone: PostOutcome = { status: 410, error: 'answered 410', retryAfter: null };
    expect(await bench.record(id, next(), gone, { kind: 'dead', reason: 'gone' })).toBe('gone');
    const off = await bench.store.webhooks.get(id);
    expect(off).toMatchObject({
      enabled: false,
      disabledReason: 'gone',
      disabledAt: '2026-11-21T15:00:00.000Z',
      revision: 2,
    });
    const [entry] = (await bench.store.audit.list({ limit: 5, filters: { resourceId: id } })).data;
    expect(entry).toMatchObject({
      actor: { keyId: 'system', role: 'system' },
      action: 'disable',
      resource: 'webhooks',
      before: { enabled: true },
      after: { enabled: false, disabledReason: 'gone' },
    });
    expect(bench.store.deliveries.targets(bench.now)).toEqual([]);
    await admitCall(bench.store, 'call_4');
    const statuses = async () => (await deliveriesTo(bench.store, id)).map(({ status }) => status);
    expect(await statuses()).toEqual(['dead', 'pending', 'pending']);

    let announced = 0;
    bench.store.deliveries.onDue(() => (announced += 1));
    const on = await bench.store.webhooks.change(id, (current) => ({ ...current, enabled: true }));
    expect(on).toMatchObject({ enabled: true, disabledReason: null, disabledAt: null, failingSince: null });
    expect(announced).toBe(1);
    await admitCall(bench.store, 'call_5');
    expect(await statuses()).toEqual(['dead', 'pending', 'pending', 'pending']);
    // Of the fourth call nothing was written down: it was nobody's to know.
    const all = { from: 0 as EpochMs, to: (bench.now + 1) as EpochMs };
    expect(await bench.store.deliveryLog.replayAll(id, all)).toEqual({ deliveries: 4, nextFrom: null });
  });

  it('is switched off when a delivery dies and nothing got through for five days, and not for less', async () => {
    const { bench, id, next } = await withOne();
    const dead: PostVerdict = { kind: 'dead', reason: 'expired' };
    expect(await bench.record(id, next(), BROKEN, dead)).toBeNull();
    bench.clock.advance(5 * DAY_MS - 1);
    expect(await bench.record(id, next(), BROKEN, dead)).toBeNull();
    expect((await bench.store.webhooks.get(id)).enabled).toBe(true);
    bench.clock.advance(1);
    expect(await bench.record(id, next(), BROKEN, dead)).toBe('failing');
    expect(await bench.store.webhooks.get(id)).toMatchObject({
      enabled: false,
      disabledReason: 'failing',
      failingSince: '2026-11-21T15:00:00.000Z',
    });
  });
});

describe('The delivery log', () => {
  it('has each post of a delivery, and the event', async () => {
    const bench = new Bench();
    const { id } = await addWebhook(bench.store, { events: ['call.received'] });
    await admitCall(bench.store, 'call_1');
    const [due] = bench.due(id);
    if (!due) throw new Error('nothing due');
    await bench.record(id, due, BROKEN, { kind: 'retry', dueAt: bench.now, holdsAll: false });
    await bench.record(id, due, OK, { kind: 'delivered' });
    expect(await bench.store.deliveryLog.get(id, due.id)).toMatchObject({
      status: 'delivered',
      tries: 2,
      lastStatus: 200,
      lastError: null,
      posts: [
        { at: '2026-11-21T15:00:00.000Z', tookMs: 7, status: 500, error: 'answered 500' },
        { at: '2026-11-21T15:00:00.000Z', tookMs: 7, status: 200, error: null },
      ],
      event: JSON.parse(due.body),
    });
    await expect(bench.store.deliveryLog.get(id, 'dlv_none')).rejects.toMatchObject({ code: 'not-found' });
    const other = await addWebhook(bench.store);
    await expect(bench.store.deliveryLog.get(other.id, due.id)).rejects.toMatchObject({ code: 'not-found' });
  });

  it('is paged, newest first, and filtered by status', async () => {
    const bench = new Bench();
    const { id } = await addWebhook(bench.store, { events: ['call.received'] });
    const calls = ['call_1', 'call_2', 'call_3', 'call_4', 'call_5'];
    for (const call of calls) await admitCall(bench.store, call);
    const verdicts: PostVerdict[] = [{ kind: 'delivered' }, { kind: 'dead', reason: 'expired' }, { kind: 'delivered' }];
    for (const verdict of verdicts) {
      const [due] = bench.due(id, 1);
      if (due) await bench.record(id, due, OK, verdict);
    }
    const { deliveryLog } = bench.store;
    const first = await deliveryLog.list(id, { limit: 3 });
    const second = await deliveryLog.list(id, { limit: 3, cursor: first.nextCursor ?? '' });
    expect([...first.data, ...second.data].map(({ callId }) => callId)).toEqual(calls.toReversed());
    expect(second.nextCursor).toBeNull();
    const of = async (status: 'pending' | 'delivered' | 'dead') =>
      (await deliveryLog.list(id, { limit: 9, status })).data.map(({ callId }) => callId);
    expect(await of('delivered')).toEqual(['call_3', 'call_1']);
    expect(await of('dead')).toEqual(['call_2']);
    expect(await of('pending')).toEqual(['call_5', 'call_4']);
    const foreign = deliveryLog.list(id, { limit: 3, status: 'dead', cursor: first.nextCursor ?? '' });
    await expect(foreign).rejects.toMatchObject({ code: 'invalid' });
  });

  it('sends what is over once more, and what waits now', async () => {
    const bench = new Bench();
    const { id } = await addWebhook(bench.store, { events: ['call.received'] });
    await admitCall(bench.store, 'call_1');
    const [due] = bench.due(id);
    if (!due) throw new Error('nothing due');
    await bench.record(id, due, BROKEN, { kind: 'retry', dueAt: (bench.now + DAY_MS) as EpochMs, holdsAll: false });
    expect(await bench.store.deliveryLog.replay(id, due.id)).toMatchObject({ id: due.id, tries: 1 });
    expect(bench.due(id)).toHaveLength(1);
    await bench.record(id, due, BROKEN, { kind: 'dead', reason: 'expired' });
    const again = await bench.store.deliveryLog.replay(id, due.id);
    expect(again).toMatchObject({ eventId: due.eventId, status: 'pending', tries: 0 });
    expect(bench.due(id)).toEqual([{ ...due, id: again.id }]);
    expect((await deliveriesTo(bench.store, id)).map(({ status }) => status)).toEqual(['dead', 'pending']);
  });

  it('sends the events of a span of time once more, those it wants or those asked for', async () => {
    const bench = new Bench();
    const recorder = await addWebhook(bench.store);
    const { id } = await addWebhook(bench.store, { events: ['call.settled'] });
    const from = bench.now;
    for (const call of ['call_1', 'call_2', 'call_3']) {
      await settleCall(bench.store, call);
      bench.clock.advance(1_000);
    }
    const replay = async (seconds: readonly [number, number], types?: readonly ['call.received']) => {
      const before = (await deliveriesTo(bench.store, id)).length;
      const span = { from: (from + seconds[0] * 1_000) as EpochMs, to: (from + seconds[1] * 1_000) as EpochMs };
      const answer = await bench.store.deliveryLog.replayAll(id, { ...span, ...(types ? { types } : {}) });
      expect(answer.nextFrom).toBeNull();
      const made = (await deliveriesTo(bench.store, id)).slice(before);
      expect(made).toHaveLength(answer.deliveries);
      return made.map(({ type, callId }) => `${type} ${callId}`);
    };
    expect(await replay([0, 2])).toEqual(['call.settled call_1', 'call.settled call_2']);
    expect(await replay([1, 9], ['call.received'])).toEqual(['call.received call_2', 'call.received call_3']);
    expect(await replay([9, 99])).toEqual([]);
    expect((await deliveriesTo(bench.store, recorder.id)).length).toBe(12);
  });
});
