import type { Cdr } from '../call/cdr.ts';
import { judgeCall } from './judge-call.ts';
import type { PriorCalls } from './prior-calls.ts';
import type { CurrentVerdicts } from './adjustment.ts';

/**
 * What a call that waits for a person (`estimated-needs-review`) is worth, once one says that it took place: judged by
 * the terms frozen onto it, as any other call. Caps are not asked: the places they held are long given back.
 *
 * @param talkMs how long the two talked, as far as that person knows
 */
export function judgeEstimated(estimated: Cdr, talkMs: number, earlier: PriorCalls): CurrentVerdicts {
  const seen = { ...estimated, estimated: false, talkMs };
  const facts = { callerConfirmed: true, buyerOverCap: false, publisherOverCap: false };
  const { buyerVerdict, publisherVerdict } = judgeCall(seen, earlier, facts).cdr;
  return { buyer: buyerVerdict, publisher: publisherVerdict };
}
