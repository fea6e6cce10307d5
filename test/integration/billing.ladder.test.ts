import { describe, expect, it } from 'vitest';
import type { Cdr } from '../../src/domain/call/cdr.ts';
import { answers } from '../support/phone/behaviours.ts';
import { Stage, type Scene } from './stage.ts';

interface PostingShown {
  readonly callId: string;
  readonly party: string;
  readonly kind: string;
  readonly amountMicros: number;
}

/** One call that the caller ends at once; the record of it. */
async function oneCall(stage: Stage, seq = 1, from?: string): Promise<Cdr> {
  const [call] = await stage.connect('ann', from === undefined ? {} : { from });
  await call.bye();
  const [cdr] = await stage.cdrs(seq);
  if (!cdr) throw new Error('a record was promised');
  return cdr;
}

async function ledger(stage: Stage): Promise<readonly PostingShown[]> {
  const { data } = await stage.product.get('/ledger?limit=500');
  return data as PostingShown[];
}

const SIMPLE: Scene = { buyers: { ann: answers() } };

describe('what a call costs and earns', () => {
  it('a share: the publisher earns its percentage, and the books are even', async () => {
    const stage = await Stage.set({ ...SIMPLE, publisher: { payout: { kind: 'percent', percent: 33.33 } } });
    const cdr = await oneCall(stage);
    expect(cdr.buyerVerdict).toEqual({ billable: true, reason: 'billable', amountMicros: 25_000_000 });
    expect(cdr.publisherVerdict).toEqual({ billable: true, reason: 'billable', amountMicros: 8_332_500 });
    const postings = await ledger(stage);
    expect(postings.reduce((sum, posting) => sum + posting.amountMicros, 0)).toBe(0);
    const of = (party: string): number =>
      postings.filter((posting) => posting.party === party).reduce((sum, posting) => sum + posting.amountMicros, 0);
    expect(of(`buyer:${stage.ids.buyerIds['ann']}`)).toBe(25_000_000);
    expect(of(`publisher:${stage.ids.publisherId}`)).toBe(-8_332_500);
  });

  it('a fixed payout: the same whatever the call cost', async () => {
    const stage = await Stage.set({ ...SIMPLE, publisher: { payout: { kind: 'fixed', amountMicros: 7_000_000 } } });
    expect((await oneCall(stage)).publisherVerdict).toMatchObject({ billable: true, amountMicros: 7_000_000 });
  });

  it('a short talk: nobody pays', async () => {
    const stage = await Stage.set({ ...SIMPLE, campaign: { minTalkS: 60 } });
    const cdr = await oneCall(stage);
    expect(cdr).toMatchObject({
      outcome: 'connected',
      buyerVerdict: { billable: false, reason: 'below-min-talk', amountMicros: 0 },
      publisherVerdict: { billable: false, reason: 'below-min-talk', amountMicros: 0 },
    });
    expect(await ledger(stage)).toEqual([]);
  });

  it('a tier: the price of the highest one that the talk has reached', async () => {
    const stage = await Stage.set({
      buyers: { ann: answers({ talkMs: 1_050 }) },
      campaign: {
        tiers: [
          { minTalkS: 1, priceMicros: 60_000_000 },
          { minTalkS: 600, priceMicros: 90_000_000 },
        ],
      },
    });
    const call = stage.call();
    await call.waitFor('ended');
    const cdr = await stage.onlyCdr();
    expect(cdr.talkMs).toBeGreaterThanOrEqual(1_000);
    expect(cdr.buyerVerdict).toMatchObject({ billable: true, amountMicros: 60_000_000 });
  });

  it('a campaign in test: connected, recorded, never billed', async () => {
    const stage = await Stage.set({ ...SIMPLE, campaign: { status: 'test' } });
    expect(await oneCall(stage)).toMatchObject({
      outcome: 'connected',
      buyerVerdict: { billable: false, reason: 'test-campaign', amountMicros: 0 },
      publisherVerdict: { billable: false, reason: 'test-campaign', amountMicros: 0 },
    });
    expect(await ledger(stage)).toEqual([]);
  });

  it('terms are frozen when the route is chosen: a new price is for the next call', async () => {
    const stage = await Stage.set(SIMPLE);
    const [call] = await stage.connect('ann');
    await stage.product.patch(`/campaigns/${stage.ids.campaignId}`, { priceMicros: 1_000_000, status: 'test' });
    await stage.product.patch(`/publishers/${stage.ids.publisherId}`, { payout: { kind: 'percent', percent: 1 } });
    await call.bye();
    expect(await stage.onlyCdr()).toMatchObject({
      terms: { priceMicros: 25_000_000, test: false },
      buyerVerdict: { billable: true, amountMicros: 25_000_000 },
      publisherVerdict: { amountMicros: 15_000_000 },
    });
    await stage.product.patch(`/campaigns/${stage.ids.campaignId}`, { status: 'live' });
    expect(await oneCall(stage, 2)).toMatchObject({ buyerVerdict: { amountMicros: 1_000_000 } });
  });
});

describe('a caller who calls again', () => {
  const WITHIN_A_MONTH: Scene = {
    ...SIMPLE,
    campaign: { duplicates: { windowDays: 30, scope: 'campaign', trigger: 'billable', routing: 'allow' } },
  };

  it('is sold once: the second verdict names the first call', async () => {
    const stage = await Stage.set(WITHIN_A_MONTH);
    const first = await oneCall(stage, 1);
    const second = await oneCall(stage, 2);
    expect(first.buyerVerdict).toMatchObject({ billable: true });
    const duplicate = { billable: false, reason: 'duplicate-caller', amountMicros: 0, duplicateOfCallId: first.id };
    expect(second).toMatchObject({ outcome: 'connected', buyerVerdict: duplicate, publisherVerdict: duplicate });
    expect((await oneCall(stage, 3, 'sip:+13055550188@127.0.0.1')).buyerVerdict).toMatchObject({ billable: true });
  });

  it('on two lines at once: one of the two is billed, never both', async () => {
    const stage = await Stage.set(WITHIN_A_MONTH);
    const [first] = await stage.connect('ann');
    const [second] = await stage.connect('ann');
    await Promise.all([first.bye(), second.bye()]);
    const cdrs = await stage.cdrs(2);
    const billed = cdrs.find((cdr) => cdr.buyerVerdict?.billable);
    const refused = cdrs.find((cdr) => cdr !== billed);
    expect(billed).toBeDefined();
    expect(refused?.buyerVerdict).toMatchObject({
      billable: false,
      reason: 'duplicate-caller',
      duplicateOfCallId: billed?.id,
    });
  });

  it('on two lines at once, where connected calls count: the first to connect is billed, though the other ends first', async () => {
    const duplicates = { windowDays: 30, scope: 'campaign', trigger: 'connected', routing: 'allow' };
    const stage = await Stage.set({ ...SIMPLE, campaign: { duplicates } });
    const [first] = await stage.connect('ann');
    const [second] = await stage.connect('ann');
    await second.bye();
    await expect.poll(async () => (await stage.product.cdrs()).map(({ endedAt }) => endedAt !== null)).toContain(true);
    await first.bye();
    const [later, earlier] = await stage.cdrs(2);
    expect(earlier?.buyerVerdict).toMatchObject({ billable: true });
    expect(later?.buyerVerdict).toMatchObject({ reason: 'duplicate-caller', duplicateOfCallId: earlier?.id });
  });

  it('is not matched where the number is withheld', async () => {
    const stage = await Stage.set(WITHIN_A_MONTH);
    for (const seq of [1, 2]) {
      const cdr = await oneCall(stage, seq, '<sip:anonymous@anonymous.invalid>');
      expect(cdr).toMatchObject({ ani: 'anonymous', buyerVerdict: { billable: true } });
    }
  });

  it('is refused where the campaign wants no repeated callers', async () => {
    const stage = await Stage.set({
      ...SIMPLE,
      campaign: { duplicates: { windowDays: 30, scope: 'campaign', trigger: 'billable', routing: 'reject' } },
    });
    await oneCall(stage);
    await stage.call().waitFor(603);
    expect((await stage.cdrs(2))[0]).toMatchObject({ outcome: 'blocked', hangupCause: 'duplicate-caller' });
  });

  it('is refused while their first call still goes on, where connected calls count', async () => {
    const duplicates = { windowDays: 30, scope: 'campaign', trigger: 'connected', routing: 'reject' };
    const stage = await Stage.set({ ...SIMPLE, campaign: { duplicates } });
    const [first] = await stage.connect('ann');
    await expect.poll(async () => (await stage.product.cdrs())[0]?.connectedAt).toEqual(expect.any(String));
    expect(await stage.call().waitFor('failed')).toMatchObject({ status: 603 });
    await first.bye();
    expect((await stage.cdrs(2))[0]).toMatchObject({ outcome: 'blocked', hangupCause: 'duplicate-caller' });
  });

  it('is led past the destination they know, where the campaign says so', async () => {
    const stage = await Stage.set({
      buyers: { ann: answers(), bob: answers() },
      campaign: {
        duplicates: { windowDays: 30, scope: 'campaign', trigger: 'billable', routing: 'exclude-destination' },
      },
    });
    await oneCall(stage);
    const [call] = await stage.connect('bob');
    await call.bye();
    const [cdr] = await stage.cdrs(2);
    expect(cdr?.decision?.candidates.find(({ verdict }) => verdict === 'rejected')).toMatchObject({
      routeId: stage.ids.routeIds['ann'],
      reason: 'duplicate-excluded',
    });
  });
});
