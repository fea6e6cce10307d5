import { duplicateCaller, hasTalked, notBillable, type CallMerits } from './call-merits.ts';
import { priceForTalk } from './price-for-talk.ts';
import type { Verdict } from './verdict.ts';

/** What a buyer's verdict is judged on. */
export interface BuyerFacts extends CallMerits {
  /** A soft cap of the route, destination or buyer was already full of settled calls. Strict caps never are. */
  readonly overCap: boolean;
}

/**
 * What the buyer owes for a call. Where several reasons apply, the first of this order is given, from what never
 * happened, over what nobody may be billed for, to what this buyer need not pay:
 *
 * 1. `not-connected`: the two never talked, or the caller never confirmed our answer
 * 2. `estimated-needs-review`: it connected, but nobody saw its end; a person decides
 * 3. `test-campaign`
 * 4. `source-not-accepted`: it was forwarded past all routes, and its campaign does not bill such calls
 * 5. `below-min-talk`
 * 6. `duplicate-caller`, with the call that was counted
 * 7. `over-cap`
 *
 * `out-of-area` and `adjusted` are never found by measuring: a person's adjustment gives them.
 */
export function judgeBuyer(facts: BuyerFacts): Verdict {
  const { terms, talkMs, duplicateOf } = facts;
  if (!facts.connected || terms === null) return notBillable('not-connected');
  if (facts.estimated) return notBillable('estimated-needs-review');
  if (terms.test) return notBillable('test-campaign');
  if (terms.unbilled) return notBillable('source-not-accepted');
  if (!hasTalked(talkMs, terms.minTalkS)) return notBillable('below-min-talk');
  if (duplicateOf !== undefined) return duplicateCaller(duplicateOf);
  if (facts.overCap) return notBillable('over-cap');
  return { billable: true, reason: 'billable', amountMicros: priceForTalk(talkMs, terms) };
}
