import type { Brand } from '../brand.ts';
import type { BuyerId, CallId, PublisherId } from '../ids.ts';
import type { IsoInstant } from '../time.ts';

export type PostingId = Brand<string, 'PostingId'>;

export type LedgerParty = `buyer:${BuyerId}` | `publisher:${PublisherId}` | 'house';

/** One line of the double-entry ledger. Debit is positive, credit negative; the postings of one event sum to zero. */
export interface Posting {
  readonly callId: CallId | null;
  readonly at: IsoInstant;
  readonly party: LedgerParty;
  readonly kind: 'charge' | 'payout' | 'adjustment' | 'payment';
  readonly amountMicros: number;
  readonly reverses?: PostingId;
}

/** A line as the ledger keeps it, under the id that a reversal names. */
export interface StoredPosting extends Posting {
  readonly id: PostingId;
}
