import { micros, type Micros } from './money.ts';
import type { Terms } from './terms.ts';

/**
 * What a conversation of this length costs the buyer, whether or not it is billable: the base price, or that of the
 * tier with the highest threshold reached. Thresholds are compared in milliseconds without rounding, so 89 999 ms is
 * not 90 s; of two tiers with the same threshold the first listed counts.
 *
 * @param talkMs measured conversation, whole milliseconds
 * @throws RangeError where a price is no whole number of micros
 */
export function priceForTalk(talkMs: number, terms: Pick<Terms, 'priceMicros' | 'tiers'>): Micros {
  let reachedS = -1;
  let priceMicros = terms.priceMicros;
  for (const tier of terms.tiers) {
    if (tier.minTalkS * 1000 <= talkMs && tier.minTalkS > reachedS) {
      reachedS = tier.minTalkS;
      priceMicros = tier.priceMicros;
    }
  }
  return micros(priceMicros);
}

/**
 * The most a call on these terms can cost its buyer, however long it lasts: what a spend cap or a credit limit must hold
 * while the call is in progress. Nothing while the campaign is in test.
 */
export function mostACallCanCost(terms: Pick<Terms, 'priceMicros' | 'tiers' | 'test'>): Micros {
  if (terms.test) return micros(0);
  return micros(Math.max(terms.priceMicros, ...terms.tiers.map((tier) => tier.priceMicros)));
}
