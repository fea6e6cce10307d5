import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { BuyerId, CallId, PublisherId } from '../ids.ts';
import type { IsoInstant } from '../time.ts';
import { adjustmentPostings, reversalOf, reversalsOf } from './adjustment-postings.ts';
import type { LedgerParty, Posting, PostingId, StoredPosting } from './ledger.ts';
import { micros } from './money.ts';
import { paymentPostings } from './payment-postings.ts';
import { postingsForCall } from './postings-for-call.ts';

const AT = '2026-11-21T12:00:00.000Z' as IsoInstant;
const callId = 'call_1' as CallId;
const buyerId = 'byr_1' as BuyerId;
const publisherId = 'pub_1' as PublisherId;
const BUYER: LedgerParty = `buyer:${buyerId}`;
const PUBLISHER: LedgerParty = `publisher:${publisherId}`;

const sum = (postings: readonly Posting[]): bigint => postings.reduce((total, p) => total + BigInt(p.amountMicros), 0n);
const balance = (postings: readonly Posting[], party: LedgerParty): bigint =>
  sum(postings.filter((p) => p.party === party));
const keep = (postings: readonly Posting[], from = 0): StoredPosting[] =>
  postings.map((posting, i) => ({ ...posting, id: `pst_${from + i}` as PostingId }));

function settle(chargeMicros: number, payoutMicros: number): Posting[] {
  const verdict = (amountMicros: number) => ({ billable: true, reason: 'billable', amountMicros }) as const;
  return postingsForCall({
    callId,
    at: AT,
    buyerId,
    publisherId,
    buyerVerdict: verdict(chargeMicros),
    publisherVerdict: verdict(payoutMicros),
  });
}

const anyAmount = fc.nat(Number.MAX_SAFE_INTEGER);
const anyDelta = fc.integer({ min: -1_000_000_000, max: 1_000_000_000 }).map(micros);

describe('the postings of a call', () => {
  it('debit the buyer and the house’s payout, credit the house and the publisher', () => {
    const line = { callId, at: AT };
    expect(settle(25, 10)).toEqual([
      { ...line, party: BUYER, kind: 'charge', amountMicros: 25 },
      { ...line, party: 'house', kind: 'charge', amountMicros: -25 },
      { ...line, party: 'house', kind: 'payout', amountMicros: 10 },
      { ...line, party: PUBLISHER, kind: 'payout', amountMicros: -10 },
    ]);
  });

  it('have no lines for a side that is owed nothing', () => {
    expect(settle(0, 0)).toEqual([]);
    expect(settle(25, 0).map((p) => p.kind)).toEqual(['charge', 'charge']);
  });

  it('sum to zero, keep every micro, and hold one line per party and kind', () => {
    fc.assert(
      fc.property(anyAmount, anyAmount, (charge, payout) => {
        const postings = settle(charge, payout);
        expect(sum(postings)).toBe(0n);
        expect(balance(postings, BUYER)).toBe(BigInt(charge));
        expect(balance(postings, PUBLISHER)).toBe(-BigInt(payout));
        expect(balance(postings, 'house')).toBe(BigInt(payout) - BigInt(charge));
        expect(new Set(postings.map((p) => `${p.party} ${p.kind}`)).size).toBe(postings.length);
      }),
    );
  });
});

describe('payments and adjustments', () => {
  it('a payment lessens what the buyer owes', () => {
    const paid = paymentPostings({ buyerId, at: AT, amountMicros: micros(100) });
    expect([balance(paid, BUYER), balance(paid, 'house')]).toEqual([-100n, 100n]);
    expect(paymentPostings({ buyerId, at: AT, amountMicros: micros(0) })).toEqual([]);
  });

  it('a positive adjustment makes a buyer owe more and a publisher earn more', () => {
    const adjust = (party: Exclude<LedgerParty, 'house'>) =>
      adjustmentPostings({ callId, at: AT, party, amountMicros: micros(7) });
    expect(balance(adjust(`buyer:${buyerId}`), BUYER)).toBe(7n);
    expect(balance(adjust(`publisher:${publisherId}`), PUBLISHER)).toBe(-7n);
    expect(adjustmentPostings({ callId, at: AT, party: `buyer:${buyerId}`, amountMicros: micros(0) })).toEqual([]);
  });

  it('a reversal is a line of its own that names what it takes back', () => {
    const [charge] = keep(settle(25, 10));
    expect(charge && reversalOf(charge, AT)).toEqual({
      callId,
      at: AT,
      party: BUYER,
      kind: 'adjustment',
      amountMicros: -25,
      reverses: 'pst_0',
    });
  });

  it('every history of adjustments sums to zero, and a refund at its end leaves nobody owing anything', () => {
    fc.assert(
      fc.property(anyAmount, anyAmount, fc.array(fc.tuple(fc.boolean(), anyDelta)), (charge, payout, deltas) => {
        const ledger = keep(settle(charge, payout));
        for (const [ofBuyer, amountMicros] of deltas) {
          const party = ofBuyer ? (`buyer:${buyerId}` as const) : (`publisher:${publisherId}` as const);
          const postings = adjustmentPostings({ callId, at: AT, party, amountMicros });
          expect(sum(postings)).toBe(0n);
          ledger.push(...keep(postings, ledger.length));
        }
        const refund = reversalsOf(ledger, AT);
        expect(sum(refund)).toBe(0n);
        const after = [...ledger, ...keep(refund, ledger.length)];
        expect([BUYER, PUBLISHER, 'house' as const].map((party) => balance(after, party))).toEqual([0n, 0n, 0n]);
      }),
    );
  });
});

// The ways pay-per-call billing goes wrong elsewhere, by their number in the domain's list.
describe('way 8: a correction overwrites history', () => {
  it('leaves every line as it was and only adds', () => {
    const before = keep(settle(25, 10));
    const copy = structuredClone(before);
    reversalsOf(before, AT);
    expect(before).toEqual(copy);
  });

  it('takes a line back once, however often it is asked to', () => {
    const first = keep(settle(25, 10));
    const all = [...first, ...keep(reversalsOf(first, AT), first.length)];
    expect(reversalsOf(all, AT)).toEqual([]);
  });

  it('replaces an amount by a reversal and a new posting', () => {
    const charge = keep(settle(25, 10)).filter((p) => p.kind === 'charge');
    const correction = [
      ...reversalsOf(charge, AT),
      ...adjustmentPostings({ callId, at: AT, party: `buyer:${buyerId}`, amountMicros: micros(15) }),
    ];
    expect(balance([...charge, ...correction], BUYER)).toBe(15n);
  });
});
