import type { Cdr } from '../call/cdr.ts';
import type { CallId } from '../ids.ts';
import type { EpochMs } from '../time.ts';
import type { CallMerits } from './call-merits.ts';
import { duplicateQuery, overtakenByQuery, type DuplicateSubject } from './duplicate-query.ts';
import { judgeBuyer } from './judge-buyer.ts';
import { judgePublisher } from './judge-publisher.ts';
import type { Posting } from './ledger.ts';
import { postingsForCall } from './postings-for-call.ts';
import type { PriorCalls } from './prior-calls.ts';

/** A call with its verdicts, ready to be written. */
export interface JudgedCall {
  readonly cdr: Cdr;
  readonly postings: readonly Posting[];
}

/** What a verdict needs beside the record itself. */
export interface SettlementFacts {
  /** The caller ACKed our 200. Without it there was no conversation to bill, whatever the buyer's phone believed. */
  readonly callerConfirmed: boolean;
  /** A soft cap of the route, destination or buyer is already full of settled calls. */
  readonly buyerOverCap: boolean;
  /** A cap of the publisher is already full of settled calls. */
  readonly publisherOverCap: boolean;
}

/**
 * Decides what a call that has ended is worth: its two verdicts, and the ledger's lines that follow. Runs inside the
 * transaction that writes them, so that two calls of one caller settle one after the other and each sees the other.
 *
 * @param ended the record with its end, its terms (those of the attempt that connected) and no verdicts yet
 * @param earlier calls as they stand in this transaction
 * @throws RangeError where the call has not ended, or its terms hold amounts that are no whole micros: both are defects
 */
export function judgeCall(ended: Cdr, earlier: PriorCalls, facts: SettlementFacts): JudgedCall {
  if (ended.endedAt === null) throw new RangeError(`call ${ended.id} has not ended, so it can not be judged`);
  const merits: CallMerits = {
    connected: ended.connectedAt !== null && facts.callerConfirmed,
    talkMs: ended.talkMs,
    estimated: ended.estimated,
    terms: ended.terms,
    duplicateOf: countedBefore(ended, earlier),
  };
  const buyerVerdict = judgeBuyer({ ...merits, overCap: facts.buyerOverCap });
  const publisherVerdict = judgePublisher({
    ...merits,
    publisherId: ended.publisherId,
    overCap: facts.publisherOverCap,
    buyerVerdict,
  });
  const { id: callId, endedAt: at, buyerId, publisherId } = ended;
  return {
    cdr: { ...ended, buyerVerdict, publisherVerdict },
    postings: postingsForCall({ callId, at, buyerId, publisherId, buyerVerdict, publisherVerdict }),
  };
}

/** The caller's call that counts before this one: connected before it, or billed while it went on. */
function countedBefore(ended: Cdr, earlier: PriorCalls): CallId | undefined {
  if (ended.connectedAt === null || ended.terms === null) return undefined;
  const subject: DuplicateSubject = {
    callId: ended.id,
    ani: ended.ani,
    campaignId: ended.campaignId,
    buyerId: ended.buyerId,
    at: Date.parse(ended.connectedAt) as EpochMs,
  };
  const rule = ended.terms.duplicates;
  for (const query of [duplicateQuery(rule, subject), overtakenByQuery(rule, subject)]) {
    const prior = query && earlier.latestPriorCall(query);
    if (prior) return prior.callId;
  }
  return undefined;
}
