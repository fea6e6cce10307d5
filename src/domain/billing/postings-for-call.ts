import type { BuyerId, CallId, PublisherId } from '../ids.ts';
import type { IsoInstant } from '../time.ts';
import type { LedgerParty, Posting } from './ledger.ts';
import type { Verdict } from './verdict.ts';

/** A judged call as the ledger sees it. */
export interface SettledCall {
  readonly callId: CallId;
  readonly at: IsoInstant;
  readonly buyerId: BuyerId | null;
  readonly publisherId: PublisherId | null;
  readonly buyerVerdict: Verdict;
  readonly publisherVerdict: Verdict | null;
}

/**
 * The ledger's lines for a settled call: the buyer's charge against the house, and the house's payout against the
 * publisher. A side that is owed nothing has no lines. At most one line per party and kind, and they sum to zero.
 */
export function postingsForCall(call: SettledCall): Posting[] {
  const { callId, at, buyerId, publisherId, buyerVerdict, publisherVerdict } = call;
  const postings: Posting[] = [];
  if (buyerId !== null && buyerVerdict.amountMicros !== 0) {
    postings.push(...transfer({ callId, at, kind: 'charge' }, `buyer:${buyerId}`, 'house', buyerVerdict.amountMicros));
  }
  if (publisherId !== null && publisherVerdict !== null && publisherVerdict.amountMicros !== 0) {
    const { amountMicros } = publisherVerdict;
    postings.push(...transfer({ callId, at, kind: 'payout' }, 'house', `publisher:${publisherId}`, amountMicros));
  }
  return postings;
}

/** One amount's two lines: debited to one party, credited to another. */
export function transfer(
  entry: Pick<Posting, 'callId' | 'at' | 'kind'>,
  debit: LedgerParty,
  credit: LedgerParty,
  amountMicros: number,
): [Posting, Posting] {
  return [
    { ...entry, party: debit, amountMicros },
    { ...entry, party: credit, amountMicros: -amountMicros },
  ];
}
