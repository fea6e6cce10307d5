import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Cdr } from '../call/cdr.ts';
import type { BuyerId, CallId, CampaignId, DestinationId, PublisherId, TrunkId } from '../ids.ts';
import type { Ani, E164 } from '../numbers/e164.ts';
import type { DuplicateRule } from '../plan/campaign.ts';
import { toIso, type EpochMs } from '../time.ts';
import { judgeCall, type JudgedCall, type SettlementFacts } from './judge-call.ts';
import type { PriorCall, PriorCallQuery, PriorCalls } from './prior-calls.ts';
import type { Terms } from './terms.ts';

const DAY_MS = 24 * 3600 * 1000;
const NOON = Date.UTC(2026, 10, 21, 12) as EpochMs;
const CALLER = '+13055550123' as E164;
const confirmed: SettlementFacts = { callerConfirmed: true, buyerOverCap: false, publisherOverCap: false };

const terms: Terms = {
  priceMicros: 25_000_000,
  minTalkS: 60,
  tiers: [],
  duplicates: { windowDays: 30, scope: 'campaign', trigger: 'billable', routing: 'allow' },
  test: false,
  payout: { kind: 'percent', percent: 60 },
};

function withRule(rule: Partial<DuplicateRule>): Terms {
  return { ...terms, duplicates: { ...terms.duplicates, ...rule } };
}

/** A connected call of 90 s by default. */
function endedCall(over: Partial<Omit<Cdr, 'id'>> & { id: string; connectedAtMs?: number }): Cdr {
  const { connectedAtMs = NOON, id, ...rest } = over;
  const talkMs = rest.talkMs ?? 90_000;
  return {
    id: id as CallId,
    did: '+18005550100' as E164,
    dnis: '+18005550100',
    ani: CALLER,
    callerName: null,
    trunkId: 'trk_1' as TrunkId,
    campaignId: 'cmp_1' as CampaignId,
    publisherId: 'pub_1' as PublisherId,
    receivedAt: toIso((connectedAtMs - 5000) as EpochMs),
    screenedAt: null,
    answeredAt: null,
    connectedAt: toIso(connectedAtMs as EpochMs),
    endedAt: toIso((connectedAtMs + talkMs) as EpochMs),
    setupMs: 10,
    pddMs: 100,
    ringMs: 4900,
    ivrMs: null,
    talkMs,
    outcome: 'connected',
    sipStatus: 200,
    hangupBy: 'caller',
    hangupCause: null,
    buyerId: 'byr_1' as BuyerId,
    destinationId: 'dst_1' as DestinationId,
    routeId: null,
    location: null,
    attestation: null,
    terms,
    buyerVerdict: null,
    publisherVerdict: null,
    estimated: false,
    recordingId: null,
    attempts: [],
    decision: null,
    ...rest,
  };
}

/**
 * Settles calls one after the other and answers for those settled so far and those still open: the store's promise in its
 * plainest form. Calls are admitted in the order of their numbers.
 */
class SettledCalls implements PriorCalls {
  readonly calls: Cdr[] = [];
  #open: readonly Cdr[] = [];

  /** The call goes on until it is settled. */
  connect(call: Cdr): void {
    this.#open = [...this.#open, call];
  }

  settle(ended: Cdr, facts = confirmed): JudgedCall {
    const judged = judgeCall(ended, this, facts);
    this.#open = this.#open.filter(({ id }) => id !== ended.id);
    this.calls.push(judged.cdr);
    return judged;
  }

  latestPriorCall(query: PriorCallQuery): PriorCall | undefined {
    const latest = [...this.calls, ...this.#open]
      .filter((cdr) => matches(cdr, query))
      .toSorted((a, b) => connectedMs(a) - connectedMs(b))
      .at(-1);
    return latest && { callId: latest.id, destinationId: latest.destinationId as DestinationId };
  }

  priorDestinations(): readonly DestinationId[] {
    throw new Error('a settlement asks for no destinations');
  }
}

const connectedMs = (cdr: Cdr): number => Date.parse(cdr.connectedAt ?? '');
const numberOf = (id: CallId): number => Number(id.slice('call_'.length));

/** In the order they connected; of two in one instant the one admitted first. */
const byConnect = (a: Cdr, b: Cdr): number => connectedMs(a) - connectedMs(b) || numberOf(a.id) - numberOf(b.id);

function isBefore(cdr: Cdr, { before, firstOfTie, excluding }: PriorCallQuery): boolean {
  const isFirst = firstOfTie && connectedMs(cdr) === before && numberOf(cdr.id) < numberOf(excluding);
  return connectedMs(cdr) < before || isFirst;
}

function matches(cdr: Cdr, query: PriorCallQuery): boolean {
  return (
    cdr.ani === query.ani &&
    cdr.id !== query.excluding &&
    connectedMs(cdr) >= query.since &&
    isBefore(cdr, query) &&
    (query.trigger === 'connected' || cdr.buyerVerdict?.billable === true) &&
    (query.campaignId === null || cdr.campaignId === query.campaignId) &&
    (query.buyerId === null || cdr.buyerId === query.buyerId)
  );
}

const reasonOf = ({ cdr }: JudgedCall): string | undefined => cdr.buyerVerdict?.reason;

describe('judgeCall', () => {
  it('gives a billable call its two verdicts and the postings that follow from them', () => {
    const { cdr, postings } = new SettledCalls().settle(endedCall({ id: 'call_1' }));
    expect(cdr.buyerVerdict).toEqual({ billable: true, reason: 'billable', amountMicros: 25_000_000 });
    expect(cdr.publisherVerdict).toEqual({ billable: true, reason: 'billable', amountMicros: 15_000_000 });
    expect(postings.map((p) => [p.party, p.kind, p.amountMicros])).toEqual([
      ['buyer:byr_1', 'charge', 25_000_000],
      ['house', 'charge', -25_000_000],
      ['house', 'payout', 15_000_000],
      ['publisher:pub_1', 'payout', -15_000_000],
    ]);
    expect(new Set(postings.map((p) => p.at))).toEqual(new Set([cdr.endedAt]));
  });

  it('judges a call that was refused before it had a buyer, without postings', () => {
    const refused = endedCall({
      id: 'call_1',
      connectedAt: null,
      talkMs: 0,
      outcome: 'no-route',
      buyerId: null,
      terms: null,
    });
    const { cdr, postings } = new SettledCalls().settle(refused);
    expect(cdr.buyerVerdict).toEqual({ billable: false, reason: 'not-connected', amountMicros: 0 });
    expect(postings).toEqual([]);
  });

  it('bills nothing where the caller never ACKed our 200', () => {
    const judged = new SettledCalls().settle(endedCall({ id: 'call_1' }), { ...confirmed, callerConfirmed: false });
    expect([reasonOf(judged), judged.postings]).toEqual(['not-connected', []]);
  });

  it('lets the buyer off and pays no share where a soft cap was full', () => {
    const judged = new SettledCalls().settle(endedCall({ id: 'call_1' }), { ...confirmed, buyerOverCap: true });
    expect([reasonOf(judged), judged.cdr.publisherVerdict?.reason, judged.postings]).toEqual([
      'over-cap',
      'over-cap',
      [],
    ]);
  });

  it('pays the publisher nothing above its own cap, and charges the buyer all the same', () => {
    const judged = new SettledCalls().settle(endedCall({ id: 'call_1' }), { ...confirmed, publisherOverCap: true });
    expect([reasonOf(judged), judged.cdr.publisherVerdict?.reason]).toEqual(['billable', 'over-cap']);
  });

  it('refuses to judge a call that has not ended', () => {
    expect(() => new SettledCalls().settle(endedCall({ id: 'call_1', endedAt: null }))).toThrow(/call_1 has not ended/);
  });
});

// The ways pay-per-call billing goes wrong elsewhere, by their number in the domain's list.
describe('way 1: ring time leaks into duration', () => {
  it('judges the conversation alone, however long the phone rang', () => {
    const rangLong = endedCall({ id: 'call_1', talkMs: 59_999, ringMs: 45_000, answeredAt: toIso(NOON) });
    expect(reasonOf(new SettledCalls().settle(rangLong))).toBe('below-min-talk');
  });
});

describe('way 7: “duplicate” is ambiguous', () => {
  const second = (
    first: Cdr,
    over: Partial<Omit<Cdr, 'id'>> & { connectedAtMs?: number } = {},
    facts = confirmed,
  ): JudgedCall => {
    const settled = new SettledCalls();
    settled.settle(first, facts);
    return settled.settle(endedCall({ id: 'call_2', connectedAtMs: NOON + DAY_MS, ...over }));
  };

  it('names the call that was counted', () => {
    expect(second(endedCall({ id: 'call_1' })).cdr.buyerVerdict).toEqual({
      billable: false,
      reason: 'duplicate-caller',
      amountMicros: 0,
      duplicateOfCallId: 'call_1',
    });
  });

  it('counts the window from the earlier call’s connect, in days of 24 hours, to the millisecond', () => {
    const first = endedCall({ id: 'call_1' });
    expect(reasonOf(second(first, { connectedAtMs: NOON + 30 * DAY_MS }))).toBe('duplicate-caller');
    expect(reasonOf(second(first, { connectedAtMs: NOON + 30 * DAY_MS + 1 }))).toBe('billable');
  });

  it('keeps to its scope: campaign, buyer or all', () => {
    const first = endedCall({ id: 'call_1' });
    const otherCampaign = { campaignId: 'cmp_2' as CampaignId };
    const otherBuyer = { buyerId: 'byr_2' as BuyerId };
    const reasons = (rule: Partial<DuplicateRule>) =>
      [otherCampaign, otherBuyer].map((over) => reasonOf(second(first, { ...over, terms: withRule(rule) })));
    expect(reasons({ scope: 'campaign' })).toEqual(['billable', 'duplicate-caller']);
    expect(reasons({ scope: 'buyer' })).toEqual(['duplicate-caller', 'billable']);
    expect(reasons({ scope: 'all' })).toEqual(['duplicate-caller', 'duplicate-caller']);
  });

  it('is triggered by an unbilled conversation only where the rule says connected', () => {
    const short = endedCall({ id: 'call_1', talkMs: 5000 });
    expect(reasonOf(second(short, { terms: withRule({ trigger: 'billable' }) }))).toBe('billable');
    expect(reasonOf(second(short, { terms: withRule({ trigger: 'connected' }) }))).toBe('duplicate-caller');
  });

  it('never takes two anonymous callers for one', () => {
    const anonymous = { ani: 'anonymous' as Ani };
    expect(reasonOf(second(endedCall({ id: 'call_1', ...anonymous }), anonymous))).toBe('billable');
  });

  it('does not exist where the window is 0 days', () => {
    const off = { terms: withRule({ windowDays: 0 }) };
    expect(reasonOf(second(endedCall({ id: 'call_1' }), { ...off, connectedAtMs: NOON }))).toBe('billable');
  });

  it('bills one of two calls that ran side by side, the later ending first', () => {
    const settled = new SettledCalls();
    const first = settled.settle(endedCall({ id: 'call_2', connectedAtMs: NOON + 1000 }));
    const last = settled.settle(endedCall({ id: 'call_1', connectedAtMs: NOON, talkMs: 300_000 }));
    expect([reasonOf(first), reasonOf(last)]).toEqual(['billable', 'duplicate-caller']);
    expect(last.cdr.buyerVerdict?.duplicateOfCallId).toBe('call_2');
  });

  it('does not refuse the call that came first for one that came later and earned nothing', () => {
    const settled = new SettledCalls();
    const connected = { terms: withRule({ trigger: 'connected' }) };
    settled.settle(endedCall({ id: 'call_2', connectedAtMs: NOON + 1000, talkMs: 2000, ...connected }));
    const last = settled.settle(endedCall({ id: 'call_1', talkMs: 300_000, ...connected }));
    expect(reasonOf(last)).toBe('billable');
  });

  it('of calls that ran side by side bills the one that connected first, where the rule counts connected calls', () => {
    const settled = new SettledCalls();
    const connected = { terms: withRule({ trigger: 'connected' }) };
    const first = endedCall({ id: 'call_1', connectedAtMs: NOON + 724, talkMs: 90_000, ...connected });
    const second = endedCall({ id: 'call_2', connectedAtMs: NOON + 728, talkMs: 60_000, ...connected });
    for (const call of [first, second]) settled.connect(call);
    expect(settled.settle(second).cdr.buyerVerdict).toMatchObject({
      reason: 'duplicate-caller',
      duplicateOfCallId: 'call_1',
    });
    expect(reasonOf(settled.settle(first))).toBe('billable');
  });

  it('names an earlier call and bills the earliest alone, of any number side by side, in whatever order they end', () => {
    const anyCall = fc.record({
      connectedAtMs: fc.nat(4).map((n) => NOON + n),
      talkMs: fc.constantFrom(59_999, 60_000),
      ends: fc.nat(),
    });
    const connected = { terms: withRule({ trigger: 'connected' }) };
    fc.assert(
      fc.property(fc.array(anyCall, { minLength: 1, maxLength: 6 }), (calls) => {
        const settled = new SettledCalls();
        const ended = calls.map((call, i) => ({
          call: endedCall({ id: `call_${i}`, ...call, ...connected }),
          ...call,
        }));
        for (const { call } of ended) settled.connect(call);
        for (const { call } of ended.toSorted((a, b) => a.ends - b.ends)) settled.settle(call);
        const [earliest, ...others] = settled.calls.toSorted(byConnect);
        expect(earliest?.buyerVerdict?.billable).toBe(earliest?.talkMs === 60_000);
        for (const other of others) {
          expect(other.buyerVerdict?.reason).toBe(other.talkMs === 60_000 ? 'duplicate-caller' : 'below-min-talk');
          if (other.buyerVerdict?.reason !== 'duplicate-caller') continue;
          const named = settled.calls.find(({ id }) => id === other.buyerVerdict?.duplicateOfCallId);
          expect(byConnect(named as Cdr, other)).toBeLessThan(0);
        }
      }),
    );
  });

  it('never bills one caller twice within a window, in whatever order calls connect and settle', () => {
    const anyCall = fc.record({
      connectedAtMs: fc.nat(20).map((n) => NOON + (n * DAY_MS) / 4),
      talkMs: fc.nat(120_000),
    });
    const anyRule = fc.record({ windowDays: fc.nat(3), trigger: fc.constantFrom('connected', 'billable') });
    fc.assert(
      fc.property(fc.array(anyCall, { maxLength: 12 }), anyRule, (calls, rule) => {
        const settled = new SettledCalls();
        calls.forEach((call, i) => settled.settle(endedCall({ id: `call_${i}`, ...call, terms: withRule(rule) })));
        const billed = settled.calls
          .filter((cdr) => cdr.buyerVerdict?.billable)
          .map(connectedMs)
          .sort((a, b) => a - b);
        const gaps = billed.slice(1).map((at, i) => at - (billed[i] ?? 0));
        expect(gaps.filter((gap) => rule.windowDays > 0 && gap <= rule.windowDays * DAY_MS)).toEqual([]);
        const oneIsOwed = rule.trigger === 'billable' && settled.calls.some((cdr) => cdr.talkMs >= 60_000);
        expect(billed.length).toBeGreaterThanOrEqual(oneIsOwed ? 1 : 0);
      }),
    );
  });
});

describe('way 9: failover bills the wrong price', () => {
  it('bills the terms of the attempt that connected, not those of the route that came first', () => {
    const secondRoute = { ...terms, priceMicros: 9_000_000 };
    const { cdr, postings } = new SettledCalls().settle(
      endedCall({ id: 'call_1', buyerId: 'byr_2' as BuyerId, terms: secondRoute }),
    );
    expect(cdr.buyerVerdict?.amountMicros).toBe(9_000_000);
    expect(postings[0]).toMatchObject({ party: 'buyer:byr_2', amountMicros: 9_000_000 });
  });
});

describe('way 10: a missing BYE bills for hours', () => {
  it('bills measured talk, not the time until somebody noticed', () => {
    const noticedLate = endedCall({ id: 'call_1', talkMs: 30_000, endedAt: toIso((NOON + 4 * 3_600_000) as EpochMs) });
    expect(reasonOf(new SettledCalls().settle(noticedLate))).toBe('below-min-talk');
  });

  it('leaves a call whose end nobody saw to a person', () => {
    const estimated = endedCall({ id: 'call_1', estimated: true, outcome: 'interrupted' });
    const judged = new SettledCalls().settle(estimated);
    expect([reasonOf(judged), judged.cdr.publisherVerdict?.reason, judged.postings]).toEqual([
      'estimated-needs-review',
      'estimated-needs-review',
      [],
    ]);
  });
});

describe('money', () => {
  it('is conserved: the house keeps exactly what the buyer owes and the publisher does not earn', () => {
    const payout = fc.oneof(
      fc.record({ kind: fc.constant('fixed' as const), amountMicros: fc.nat(50_000_000), minTalkS: fc.nat(200) }),
      fc.record({ kind: fc.constant('percent' as const), percent: fc.nat(10_000).map((n) => n / 100) }),
    );
    const anyTerms = fc.record({ priceMicros: fc.nat(100_000_000), minTalkS: fc.nat(200), payout, test: fc.boolean() });
    fc.assert(
      fc.property(anyTerms, fc.nat(250_000), fc.boolean(), (over, talkMs, buyerOverCap) => {
        const ended = endedCall({ id: 'call_1', talkMs, terms: { ...terms, ...over } });
        const { cdr, postings } = new SettledCalls().settle(ended, { ...confirmed, buyerOverCap });
        const owed = cdr.buyerVerdict?.amountMicros ?? 0;
        const earned = cdr.publisherVerdict?.amountMicros ?? 0;
        const house = postings.filter((p) => p.party === 'house').reduce((sum, p) => sum - p.amountMicros, 0);
        expect(house).toBe(owed - earned);
        expect(postings.reduce((sum, p) => sum + p.amountMicros, 0)).toBe(0);
        expect(earned).toBeLessThanOrEqual(over.payout.kind === 'percent' ? owed : over.payout.amountMicros);
      }),
    );
  });
});
