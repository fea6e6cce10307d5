import { describe, expect, it } from 'vitest';
import { answers, rejects } from '../support/phone/behaviours.ts';
import type { OutgoingCall } from '../support/phone/outgoing-call.ts';
import { Stage } from './stage.ts';

/** So many callers at once, each with a number of their own. Resolves when each was answered or refused. */
async function crowd(stage: Stage, size: number): Promise<readonly OutgoingCall[]> {
  const calls = Array.from({ length: size }, (_, n) =>
    stage.call({ from: `sip:+1212555${String(1_000 + n)}@127.0.0.1` }),
  );
  await Promise.all(calls.map((call) => Promise.race([call.waitFor('confirmed'), call.waitFor('failed')])));
  return calls;
}

describe('caps', () => {
  it('concurrent 7, a hundred callers at once: seven talk, the others are refused, and no place leaks', async () => {
    const stage = await Stage.set({ buyers: { ann: { acts: answers(), caps: { concurrent: 7 } } } });
    const calls = await crowd(stage, 100);
    const talking = calls.filter((call) => call.has('confirmed'));
    expect(talking).toHaveLength(7);
    expect(stage.buyer('ann').calls).toHaveLength(7);
    for (const call of talking) void call.bye();
    const cdrs = await stage.cdrs(100);
    const refused = cdrs.filter((cdr) => cdr.outcome !== 'connected');
    expect(refused).toHaveLength(93);
    for (const cdr of refused) {
      expect(cdr).toMatchObject({ outcome: 'no-route', sipStatus: 480 });
      expect(cdr.decision?.candidates[0]).toMatchObject({ verdict: 'rejected', reason: 'concurrency-cap' });
    }
    const again = await crowd(stage, 8);
    expect(again.filter((call) => call.has('confirmed'))).toHaveLength(7);
    for (const call of again) if (call.has('confirmed')) void call.bye();
    await stage.cdrs(108);
  });

  it('daily 7, a hundred callers at once: exactly seven are billable, today', async () => {
    const stage = await Stage.set({ buyers: { ann: { acts: answers({ talkMs: 20 }), buyerCaps: { daily: 7 } } } });
    const calls = await crowd(stage, 100);
    expect(calls.filter((call) => call.has('confirmed'))).toHaveLength(7);
    const cdrs = await stage.cdrs(100);
    expect(cdrs.filter((cdr) => cdr.buyerVerdict?.billable)).toHaveLength(7);
    expect(cdrs.filter((cdr) => cdr.sipStatus === 480)).toHaveLength(93);
    await stage.call().waitFor(480);
    const [last] = await stage.cdrs(101);
    expect(last?.decision?.candidates[0]).toMatchObject({ verdict: 'rejected', reason: 'daily-cap' });
  });

  it('a call that comes to nothing gives its place back', async () => {
    const stage = await Stage.set({ buyers: { ann: { acts: rejects(486), caps: { concurrent: 1, daily: 1 } } } });
    for (const seq of [1, 2, 3]) {
      await stage.call().waitFor(486);
      await stage.cdrs(seq);
    }
    stage.buyer('ann').onCall = answers();
    const [call] = await stage.connect('ann');
    await call.bye();
    expect((await stage.cdrs(4))[0]).toMatchObject({ buyerVerdict: { billable: true } });
  });

  it('a full route gives way to the next one', async () => {
    const stage = await Stage.set({
      buyers: { ann: { acts: answers(), route: { caps: { concurrent: 1 } } }, bob: answers() },
    });
    const [first] = await stage.connect('ann');
    const [second] = await stage.connect('bob');
    await Promise.all([first.bye(), second.bye()]);
    await stage.cdrs(2);
    const [third] = await stage.connect('ann');
    await third.bye();
    await stage.cdrs(3);
  });

  it('a spending cap leaves no call more than it allows', async () => {
    const stage = await Stage.set({
      buyers: { ann: { acts: answers({ talkMs: 10 }), buyerCaps: { spendDailyMicros: 60_000_000 } } },
    });
    const calls = await crowd(stage, 10);
    expect(calls.filter((call) => call.has('confirmed'))).toHaveLength(2);
    const cdrs = await stage.cdrs(10);
    const charged = cdrs.reduce((sum, cdr) => sum + (cdr.buyerVerdict?.amountMicros ?? 0), 0);
    expect(charged).toBe(50_000_000);
    const refusals = cdrs.flatMap((cdr) => (cdr.outcome === 'connected' ? [] : (cdr.decision?.candidates ?? [])));
    for (const candidate of refusals) expect(candidate).toMatchObject({ reason: 'spend-cap' });
  });

  it('a buyer who moves to another time zone has no more calls for it, nor has a desk that changes hands', async () => {
    const stage = await Stage.set({
      buyers: {
        ann: { acts: answers({ talkMs: 10 }), caps: { monthly: 2 }, buyerCaps: { monthly: 2 } },
        bob: answers(),
      },
    });
    const { product, ids } = stage;
    await product.patch(`/routes/${ids.routeIds['bob']}`, { enabled: false });
    await crowd(stage, 2);
    await stage.cdrs(2);
    for (const timezone of ['America/Chicago', 'Asia/Kathmandu', 'Pacific/Kiritimati']) {
      await product.patch(`/buyers/${ids.buyerIds['ann']}`, { timezone });
      await stage.call().waitFor(480);
    }
    await product.patch(`/destinations/${ids.destinationIds['ann']}`, { buyerId: ids.buyerIds['bob'] });
    await stage.call().waitFor(480);
    const cdrs = await stage.cdrs(6);
    expect(cdrs.filter((cdr) => cdr.buyerVerdict?.billable)).toHaveLength(2);
    const [last] = cdrs.toSorted((a, b) => (a.id < b.id ? 1 : -1));
    const values = { owner: 'destination', used: 2, cap: 2 };
    expect(last?.decision?.candidates).toContainEqual(
      expect.objectContaining({ reason: 'monthly-cap', values: expect.objectContaining(values) as unknown }),
    );
  });

  it('a publisher’s caps are those of one zone, its own, whosoever the buyers are', async () => {
    const stage = await Stage.set({ buyers: { ann: answers({ talkMs: 10 }), bob: answers({ talkMs: 10 }) } });
    const { product, ids } = stage;
    await product.patch(`/publishers/${ids.publisherId}`, { caps: { daily: 1 }, timezone: 'Europe/Paris' });
    await product.patch(`/buyers/${ids.buyerIds['bob']}`, { timezone: 'America/Los_Angeles' });
    await stage.call().waitFor('confirmed');
    await stage.cdrs(1);
    await stage.call().waitFor(480);
    const refused = (await stage.cdrs(2)).find((cdr) => cdr.outcome === 'no-route');
    const values = { limit: 'daily-cap', used: 1, cap: 1 };
    expect(refused?.decision?.candidates).toEqual(
      [0, 1].map(() => expect.objectContaining({ values: expect.objectContaining(values) as unknown }) as unknown),
    );
  });
});
