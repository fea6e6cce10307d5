import type { PublisherId } from '../ids.ts';
import { duplicateCaller, hasTalked, notBillable, type CallMerits } from './call-merits.ts';
import { micros } from './money.ts';
import { payoutForCall } from './payout-for-call.ts';
import type { Verdict } from './verdict.ts';

/** What a publisher's verdict is judged on. */
export interface PublisherFacts extends CallMerits {
  /** Null where the DID belongs to no publisher. */
  readonly publisherId: PublisherId | null;
  /** A cap of the publisher itself was already full of settled calls. */
  readonly overCap: boolean;
  readonly buyerVerdict: Verdict;
}

/**
 * What the publisher earns for a call; null where there is no publisher to pay. The first of this order is given:
 *
 * 1. `not-connected`, 2. `estimated-needs-review`, 3. `test-campaign`, as for the buyer
 * 4. `source-not-accepted`, as for the buyer
 * 5. `below-min-talk`: below the payout's own threshold, or the buyer's where the payout has none
 * 6. `duplicate-caller`: a caller sold once is not paid for twice
 * 7. `over-cap`: the publisher's own cap
 * 8. the buyer's reason, where the payout is a share of a charge that is not owed
 *
 * The verdicts are separate: what concerns the call (1–4, 6) refuses both, but a fixed payout does not depend on the
 * buyer's own bargain. A publisher paid from 30 s earns for a call of 40 s that the buyer pays only from 60 s, and for a
 * good call that came when a buyer's soft cap was already full. A percentage of nothing is nothing.
 */
export function judgePublisher(facts: PublisherFacts): Verdict | null {
  const { terms, talkMs, duplicateOf, buyerVerdict } = facts;
  if (facts.publisherId === null) return null;
  if (!facts.connected || terms === null) return notBillable('not-connected');
  const { payout } = terms;
  if (payout === null) return null;
  if (facts.estimated) return notBillable('estimated-needs-review');
  if (terms.test) return notBillable('test-campaign');
  if (terms.unbilled) return notBillable('source-not-accepted');
  if (!hasTalked(talkMs, payout.minTalkS ?? terms.minTalkS)) return notBillable('below-min-talk');
  if (duplicateOf !== undefined) return duplicateCaller(duplicateOf);
  if (facts.overCap) return notBillable('over-cap');
  if (payout.kind === 'percent' && !buyerVerdict.billable) return { ...buyerVerdict };
  return { billable: true, reason: 'billable', amountMicros: payoutForCall(payout, micros(buyerVerdict.amountMicros)) };
}
