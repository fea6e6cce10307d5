import type { CallId } from '../ids.ts';
import type { IsoInstant } from '../time.ts';
import type { LedgerParty, Posting, StoredPosting } from './ledger.ts';
import type { Micros } from './money.ts';
import { transfer } from './postings-for-call.ts';

/**
 * Takes one stored line back. What was written stays as it was: the reversal is a line of its own that names it.
 * Reversing a line alone leaves the books askew; `reversalsOf` takes a whole event.
 */
export function reversalOf(posting: StoredPosting, at: IsoInstant): Posting {
  return {
    callId: posting.callId,
    at,
    party: posting.party,
    kind: 'adjustment',
    amountMicros: -posting.amountMicros,
    reverses: posting.id,
  };
}

/**
 * Takes back every line given that is not yet taken back: for a refund all lines of the call, so that the buyer's and
 * the publisher's side go together; for a correction the lines of one side, followed by `adjustmentPostings`. Doing it
 * twice does nothing the second time. Lines that sum to zero are reversed by lines that sum to zero.
 */
export function reversalsOf(stored: readonly StoredPosting[], at: IsoInstant): Posting[] {
  const reversed = new Set(stored.map((posting) => posting.reverses));
  return stored
    .filter((posting) => posting.reverses === undefined && !reversed.has(posting.id))
    .map((posting) => reversalOf(posting, at));
}

/** A person's decision about what a call is worth to one party. */
export interface Adjustment {
  readonly callId: CallId;
  readonly at: IsoInstant;
  readonly party: Exclude<LedgerParty, 'house'>;
  /** What a buyer owes more, or a publisher earns more; less where negative. */
  readonly amountMicros: Micros;
}

/** The ledger's lines for an adjustment, on the party's side and on the house's; none for nothing. */
export function adjustmentPostings({ callId, at, party, amountMicros }: Adjustment): Posting[] {
  if (amountMicros === 0) return [];
  const entry = { callId, at, kind: 'adjustment' } as const;
  return party.startsWith('buyer:')
    ? transfer(entry, party, 'house', amountMicros)
    : transfer(entry, 'house', party, amountMicros);
}
