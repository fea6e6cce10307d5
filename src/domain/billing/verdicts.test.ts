import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { CallId, PublisherId } from '../ids.ts';
import type { Payout } from '../plan/party.ts';
import { judgeBuyer, type BuyerFacts } from './judge-buyer.ts';
import { judgePublisher, type PublisherFacts } from './judge-publisher.ts';
import type { Terms } from './terms.ts';
import type { Verdict } from './verdict.ts';

const EARLIER = 'call_EARLIER' as CallId;
const PUBLISHER = 'pub_1' as PublisherId;

const fixed: Payout = { kind: 'fixed', amountMicros: 10_000_000 };
const half: Payout = { kind: 'percent', percent: 50 };

function termsWith(over: Partial<Terms> = {}): Terms {
  return {
    priceMicros: 25_000_000,
    minTalkS: 60,
    tiers: [],
    duplicates: { windowDays: 30, scope: 'campaign', trigger: 'billable', routing: 'allow' },
    test: false,
    payout: fixed,
    ...over,
  };
}

function buyerFacts(over: Partial<BuyerFacts> = {}): BuyerFacts {
  return {
    connected: true,
    talkMs: 60_000,
    estimated: false,
    terms: termsWith(),
    duplicateOf: undefined,
    overCap: false,
    ...over,
  };
}

function publisherFacts(over: Partial<PublisherFacts> = {}): PublisherFacts {
  const buyerVerdict = over.buyerVerdict ?? judgeBuyer({ ...buyerFacts(), ...over, overCap: false });
  return { ...buyerFacts(), publisherId: PUBLISHER, ...over, buyerVerdict };
}

describe('the buyer’s verdict', () => {
  it('bills a call of exactly the minimum talk time', () => {
    expect(judgeBuyer(buyerFacts())).toEqual({ billable: true, reason: 'billable', amountMicros: 25_000_000 });
  });

  it('does not round a missing millisecond away', () => {
    expect(judgeBuyer(buyerFacts({ talkMs: 59_999 }))).toEqual({
      billable: false,
      reason: 'below-min-talk',
      amountMicros: 0,
    });
  });

  it('bills the tier that the talk reached', () => {
    const terms = termsWith({ tiers: [{ minTalkS: 90, priceMicros: 40_000_000 }] });
    expect(judgeBuyer(buyerFacts({ terms, talkMs: 90_000 })).amountMicros).toBe(40_000_000);
  });

  it('bills a connected call of no talk at all where no minimum is asked for', () => {
    expect(judgeBuyer(buyerFacts({ terms: termsWith({ minTalkS: 0 }), talkMs: 0 })).billable).toBe(true);
  });

  it('names the earlier call of a duplicate', () => {
    expect(judgeBuyer(buyerFacts({ duplicateOf: EARLIER }))).toEqual({
      billable: false,
      reason: 'duplicate-caller',
      amountMicros: 0,
      duplicateOfCallId: EARLIER,
    });
  });

  it('gives the first reason of the documented order, whichever others apply too', () => {
    const everything = { connected: false, estimated: true, talkMs: 0, duplicateOf: EARLIER, overCap: true };
    const test = termsWith({ test: true });
    const ladder: Partial<BuyerFacts>[] = [
      { ...everything, terms: test },
      { ...everything, terms: test, connected: true },
      { ...everything, terms: test, connected: true, estimated: false },
      { ...everything, connected: true, estimated: false },
      { ...everything, connected: true, estimated: false, talkMs: 60_000 },
      { connected: true, overCap: true },
      {},
    ];
    expect(ladder.map((facts) => judgeBuyer(buyerFacts(facts)).reason)).toEqual([
      'not-connected',
      'estimated-needs-review',
      'test-campaign',
      'below-min-talk',
      'duplicate-caller',
      'over-cap',
      'billable',
    ]);
  });

  it('owes something only where it is billable', () => {
    fc.assert(
      fc.property(
        fc.boolean(),
        fc.boolean(),
        fc.nat(120_000),
        fc.boolean(),
        fc.boolean(),
        (connected, estimated, talkMs, repeat, overCap) => {
          const duplicateOf = repeat ? EARLIER : undefined;
          const verdict = judgeBuyer(buyerFacts({ connected, estimated, talkMs, duplicateOf, overCap }));
          expect(verdict.billable).toBe(verdict.reason === 'billable');
          expect(verdict.amountMicros).toBe(verdict.billable ? 25_000_000 : 0);
        },
      ),
    );
  });
});

describe('the publisher’s verdict', () => {
  const judge = (over: Partial<PublisherFacts> = {}): Verdict | null => judgePublisher(publisherFacts(over));

  it('is none where the DID has no publisher', () => {
    expect(judge({ publisherId: null })).toBeNull();
    expect(judge({ terms: termsWith({ payout: null }) })).toBeNull();
  });

  it('earns the fixed payout for a billable call', () => {
    expect(judge()).toEqual({ billable: true, reason: 'billable', amountMicros: 10_000_000 });
  });

  it('earns its share of what the buyer owes, tier included', () => {
    const terms = termsWith({ payout: half, tiers: [{ minTalkS: 90, priceMicros: 41_000_001 }] });
    expect(judge({ terms, talkMs: 90_000 })?.amountMicros).toBe(20_500_000);
  });

  it('falls back on the buyer’s minimum where the payout has none', () => {
    expect(judge({ talkMs: 59_999 })?.reason).toBe('below-min-talk');
  });

  it('is paid from its own threshold, though the buyer pays only from a later one', () => {
    const terms = termsWith({ payout: { ...fixed, minTalkS: 30 } });
    expect(judge({ terms, talkMs: 30_000 })?.billable).toBe(true);
    expect(judge({ terms, talkMs: 29_999 })?.reason).toBe('below-min-talk');
  });

  it('is not paid before its own threshold, though the buyer already pays', () => {
    expect(judge({ terms: termsWith({ payout: { ...fixed, minTalkS: 120 } }) })?.reason).toBe('below-min-talk');
  });

  it('has no share of a charge that is not owed, and says why the buyer does not owe it', () => {
    const terms = termsWith({ payout: { ...half, minTalkS: 30 } });
    expect(judge({ terms, talkMs: 40_000 })).toEqual({ billable: false, reason: 'below-min-talk', amountMicros: 0 });
    const overCap: Verdict = { billable: false, reason: 'over-cap', amountMicros: 0 };
    expect(judge({ terms: termsWith({ payout: half }), buyerVerdict: overCap })).toEqual(overCap);
  });

  it('keeps its fixed payout where only the buyer’s soft cap was full', () => {
    const buyerVerdict: Verdict = { billable: false, reason: 'over-cap', amountMicros: 0 };
    expect(judge({ buyerVerdict })?.billable).toBe(true);
  });

  it.each([
    ['not-connected', { connected: false }],
    ['estimated-needs-review', { estimated: true }],
    ['test-campaign', { terms: termsWith({ test: true }) }],
    ['duplicate-caller', { duplicateOf: EARLIER }],
    ['over-cap', { overCap: true }],
  ] as const)('is refused with %s', (reason, over) => {
    expect(judge(over)).toMatchObject({ billable: false, reason, amountMicros: 0 });
  });
});
