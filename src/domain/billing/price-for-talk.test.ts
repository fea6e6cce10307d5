import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { PriceTier } from '../plan/campaign.ts';
import { mostACallCanCost, priceForTalk } from './price-for-talk.ts';

const tiers: PriceTier[] = [
  { minTalkS: 120, priceMicros: 40_000_000 },
  { minTalkS: 300, priceMicros: 75_000_000 },
];
const terms = { priceMicros: 25_000_000, tiers };

const anyTerms = fc.record({
  priceMicros: fc.nat(1_000_000_000),
  tiers: fc.uniqueArray(fc.record({ minTalkS: fc.nat(600), priceMicros: fc.nat(1_000_000_000) }), {
    selector: (tier) => tier.minTalkS,
    maxLength: 6,
  }),
});
const anyTalkMs = fc.oneof(
  fc.nat(700_000),
  fc.nat(600).map((s) => s * 1000),
  fc.nat(600).map((s) => Math.max(0, s * 1000 - 1)),
);

describe('priceForTalk', () => {
  it('is the base price below the first tier', () => {
    expect(priceForTalk(119_999, terms)).toBe(25_000_000);
  });

  it('reaches a tier at its very millisecond and not one before', () => {
    expect([299_999, 300_000].map((ms) => priceForTalk(ms, terms))).toEqual([40_000_000, 75_000_000]);
  });

  it('takes the highest tier reached, however the tiers are listed', () => {
    expect(priceForTalk(900_000, { ...terms, tiers: tiers.toReversed() })).toBe(75_000_000);
  });

  it('takes the first listed of two tiers with one threshold', () => {
    const twice = [...tiers, { minTalkS: 300, priceMicros: 1 }];
    expect(priceForTalk(300_000, { ...terms, tiers: twice })).toBe(75_000_000);
  });

  it('lets a longer tier be cheaper: a tier replaces the price, it does not add to it', () => {
    const discount = [{ minTalkS: 60, priceMicros: 10 }];
    expect(priceForTalk(60_000, { priceMicros: 50, tiers: discount })).toBe(10);
  });

  it('refuses a price that is no whole number of micros', () => {
    expect(() => priceForTalk(1, { priceMicros: 0.5, tiers: [] })).toThrow(RangeError);
  });

  it('agrees with sorting the reached tiers and taking the last', () => {
    fc.assert(
      fc.property(anyTalkMs, anyTerms, (talkMs, { priceMicros, tiers }) => {
        const reached = tiers.filter((tier) => BigInt(tier.minTalkS) * 1000n <= BigInt(talkMs));
        const last = reached.toSorted((a, b) => a.minTalkS - b.minTalkS).at(-1);
        expect(priceForTalk(talkMs, { priceMicros, tiers })).toBe(last?.priceMicros ?? priceMicros);
      }),
    );
  });

  it('never falls as the talk grows where tiers rise with their thresholds', () => {
    fc.assert(
      fc.property(anyTalkMs, anyTalkMs, anyTerms, (a, b, { priceMicros, tiers }) => {
        const prices = tiers.map((tier) => tier.priceMicros).sort((x, y) => x - y);
        const rising = tiers
          .toSorted((x, y) => x.minTalkS - y.minTalkS)
          .map(({ minTalkS }, i) => ({ minTalkS, priceMicros: priceMicros + (prices[i] ?? 0) }));
        const at = (talkMs: number) => priceForTalk(talkMs, { priceMicros, tiers: rising });
        expect(at(Math.min(a, b))).toBeLessThanOrEqual(at(Math.max(a, b)));
      }),
    );
  });
});

describe('mostACallCanCost', () => {
  it('is the dearest of base price and tiers, wherever it stands', () => {
    expect(mostACallCanCost({ ...terms, test: false })).toBe(75_000_000);
    expect(mostACallCanCost({ priceMicros: 90, tiers: [{ minTalkS: 1, priceMicros: 5 }], test: false })).toBe(90);
  });

  it('is nothing while the campaign is in test', () => {
    expect(mostACallCanCost({ ...terms, test: true })).toBe(0);
  });

  it('is never passed by any length of talk', () => {
    fc.assert(
      fc.property(anyTalkMs, anyTerms, (talkMs, terms) => {
        expect(priceForTalk(talkMs, terms)).toBeLessThanOrEqual(mostACallCanCost({ ...terms, test: false }));
      }),
    );
  });
});
