import { adjustmentPostings, reversalOf } from './adjustment-postings.ts';
import type { CallSide } from './adjustment.ts';
import type { LedgerParty, Posting, StoredPosting } from './ledger.ts';
import { micros, type Micros } from './money.ts';
import type { CallId } from '../ids.ts';
import type { IsoInstant } from '../time.ts';

/** What one side of a call is to come to. */
export interface Correction {
  readonly callId: CallId;
  readonly at: IsoInstant;
  readonly party: Exclude<LedgerParty, 'house'>;
  /** What the buyer owes, or the publisher earns, from now on; 0 takes all of it back. */
  readonly totalMicros: Micros;
}

/**
 * The lines that bring one side of a call to an amount: whatever stands on that side is reversed, and the amount is
 * posted anew. So at most one charge and one payout stand at any time, and every amount that ever stood can be read.
 *
 * @param lines every line of the call, its reversals among them
 * @throws RangeError for a total below zero: nobody owes less than nothing for a call
 */
export function correctionPostings(lines: readonly StoredPosting[], correction: Correction): Posting[] {
  const { callId, at, party, totalMicros } = correction;
  if (totalMicros < 0) throw new RangeError(`${party} can't come to ${totalMicros} micros for ${callId}`);
  const side = party.startsWith('buyer:') ? 'buyer' : 'publisher';
  return [
    ...standingLines(lines, side).map((line) => reversalOf(line, at)),
    ...adjustmentPostings({ callId, at, party, amountMicros: totalMicros }),
  ];
}

/** What stands on one side of a call, by its lines: what the buyer owes, or what the publisher earns. */
export function standingMicros(lines: readonly StoredPosting[], side: CallSide): Micros {
  const owed = standingLines(lines, side)
    .filter(({ party }) => party !== 'house')
    .reduce((sum, { amountMicros }) => sum + Math.abs(amountMicros), 0);
  return micros(owed);
}

/** The lines of one side, the house's among them, that are neither reversals nor reversed. */
function standingLines(lines: readonly StoredPosting[], side: CallSide): StoredPosting[] {
  const reversed = new Set(lines.map(({ reverses }) => reverses));
  return lines.filter((line) => line.reverses === undefined && !reversed.has(line.id) && sideOf(line) === side);
}

/** A standing line is a charge or a payout of more than nothing, so the house's sign tells which. */
function sideOf({ party, amountMicros }: StoredPosting): CallSide {
  if (party === 'house') return amountMicros < 0 ? 'buyer' : 'publisher';
  return party.startsWith('buyer:') ? 'buyer' : 'publisher';
}
