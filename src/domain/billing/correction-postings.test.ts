import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import type { BuyerId, CallId, PublisherId } from '../ids.ts';
import type { IsoInstant } from '../time.ts';
import { currentVerdicts, type Adjustment } from './adjustment.ts';
import { correctionPostings, standingMicros } from './correction-postings.ts';
import type { Posting, PostingId, StoredPosting } from './ledger.ts';
import { micros } from './money.ts';
import { postingsForCall } from './postings-for-call.ts';
import type { Verdict } from './verdict.ts';

const at = '2026-11-21T12:00:00.000Z' as IsoInstant;
const callId = 'call_1' as CallId;
const PARTY = {
  buyer: `buyer:${'byr_1' as BuyerId}`,
  publisher: `publisher:${'pub_1' as PublisherId}`,
} as const;

const verdict = (amountMicros: number): Verdict => ({ billable: true, reason: 'billable', amountMicros });
const keep = (postings: readonly Posting[], from = 0): StoredPosting[] =>
  postings.map((posting, index) => ({ ...posting, id: `pst_${from + index}` as PostingId }));
const settle = (charge: number, payout: number): StoredPosting[] =>
  keep(
    postingsForCall({
      callId,
      at,
      buyerId: 'byr_1' as BuyerId,
      publisherId: 'pub_1' as PublisherId,
      buyerVerdict: verdict(charge),
      publisherVerdict: verdict(payout),
    }),
  );

const amount = fc.oneof(fc.constantFrom(0, 1), fc.nat(1_000_000_000));
const correction = fc.tuple(fc.constantFrom('buyer' as const, 'publisher' as const), amount);

describe('A correction', () => {
  it('reverses what stands on its side, the house’s line with it, and posts the new amount', () => {
    const lines = settle(25, 10);
    expect(correctionPostings(lines, { callId, at, party: PARTY.publisher, totalMicros: micros(7) })).toEqual([
      { callId, at, party: 'house', kind: 'adjustment', amountMicros: -10, reverses: 'pst_2' },
      { callId, at, party: PARTY.publisher, kind: 'adjustment', amountMicros: 10, reverses: 'pst_3' },
      { callId, at, party: 'house', kind: 'adjustment', amountMicros: 7 },
      { callId, at, party: PARTY.publisher, kind: 'adjustment', amountMicros: -7 },
    ]);
  });

  it('to less than nothing is refused', () => {
    const below = () => correctionPostings([], { callId, at, party: PARTY.buyer, totalMicros: micros(-1) });
    expect(below).toThrow(RangeError);
  });

  it('leads to its amount whatever came before, leaves the other side alone, and always sums to zero', () => {
    fc.assert(
      fc.property(amount, amount, fc.array(correction, { maxLength: 12 }), (charge, payout, corrections) => {
        const lines = settle(charge, payout);
        const expected = { buyer: charge, publisher: payout };
        for (const [side, total] of corrections) {
          const postings = correctionPostings(lines, { callId, at, party: PARTY[side], totalMicros: micros(total) });
          expect(postings.reduce((sum, { amountMicros }) => sum + amountMicros, 0)).toBe(0);
          lines.push(...keep(postings, lines.length));
          expected[side] = total;
          expect([standingMicros(lines, 'buyer'), standingMicros(lines, 'publisher')]).toEqual([
            expected.buyer,
            expected.publisher,
          ]);
          const balance = (party: string): number =>
            lines.filter((line) => line.party === party).reduce((sum, { amountMicros }) => sum + amountMicros, 0);
          expect(balance(PARTY.buyer)).toBe(expected.buyer);
          expect(0 - balance(PARTY.publisher)).toBe(expected.publisher);
          expect(0 - balance('house')).toBe(expected.buyer - expected.publisher);
        }
        const reversed = lines.flatMap(({ reverses }) => reverses ?? []);
        expect(new Set(reversed).size).toBe(reversed.length);
      }),
    );
  });
});

describe('Current verdicts', () => {
  const made = (party: 'buyer' | 'publisher', totalMicros: number): Adjustment => ({
    id: 'adj_1',
    callId,
    at,
    party,
    action: 'change',
    amountMicros: 1,
    totalMicros,
    reason: 'x',
    keyId: 'key_1',
  });

  it('are the record’s on a side nobody touched, and the last decision on the other', () => {
    const settled = { buyer: verdict(25), publisher: null };
    expect(currentVerdicts(settled, [])).toEqual(settled);
    expect(currentVerdicts(settled, [made('buyer', 5), made('buyer', 0)])).toEqual({
      buyer: { billable: false, reason: 'adjusted', amountMicros: 0 },
      publisher: null,
    });
    expect(currentVerdicts(settled, [made('publisher', 3)])).toEqual({
      buyer: verdict(25),
      publisher: { billable: true, reason: 'adjusted', amountMicros: 3 },
    });
  });
});
