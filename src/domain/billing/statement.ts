import type { CallId } from '../ids.ts';
import type { Ani, E164 } from '../numbers/e164.ts';
import type { IsoInstant } from '../time.ts';
import type { CallSide } from './adjustment.ts';
import type { Posting, PostingId } from './ledger.ts';

/** One line of a party's account. The call's facts are null where the line is for no call. */
export interface StatementLine {
  readonly postingId: PostingId;
  readonly at: IsoInstant;
  readonly kind: Posting['kind'];
  readonly callId: CallId | null;
  readonly connectedAt: IsoInstant | null;
  readonly did: E164 | null;
  readonly ani: Ani | null;
  readonly talkMs: number | null;
  /** What the buyer owes more, or the publisher is owed more, by this line; negative for less. */
  readonly amountMicros: number;
  /** Why a person adjusted it, or what a payment was for. */
  readonly reason: string | null;
  /** The line that this one takes back. */
  readonly reverses: PostingId | null;
}

/** Sums of a statement's lines, by what they are for; each can be added up from the lines themselves. */
export interface StatementTotals {
  /** Calls that were charged or paid out for in the period. */
  readonly calls: number;
  readonly talkMs: number;
  /** Charges of a buyer, payouts of a publisher. */
  readonly callsMicros: number;
  readonly adjustmentsMicros: number;
  readonly paymentsMicros: number;
}

/** A party's account for a period: what stood before, every line, what stands after. */
export interface Statement {
  readonly openingMicros: number;
  readonly lines: readonly StatementLine[];
  readonly totals: StatementTotals;
  /** `openingMicros`, and the three sums of money. */
  readonly closingMicros: number;
}

/**
 * A ledger amount as its party reads it. The ledger writes debits positive: a buyer's is what it owes us. A publisher is
 * credited what we owe it, so its own paper says it the other way round.
 */
export function asSideReads(side: CallSide, ledgerMicros: number): number {
  // 0 minus, lest nothing become minus nothing.
  return side === 'buyer' ? ledgerMicros : 0 - ledgerMicros;
}

/** Adds a statement up. Amounts as their party reads them. */
export function buildStatement(openingMicros: number, lines: readonly StatementLine[]): Statement {
  const sumOf = (kinds: readonly Posting['kind'][]): number =>
    lines.filter(({ kind }) => kinds.includes(kind)).reduce((sum, { amountMicros }) => sum + amountMicros, 0);
  const ofCalls = lines.filter(({ kind }) => kind === 'charge' || kind === 'payout');
  const totals: StatementTotals = {
    calls: ofCalls.length,
    talkMs: ofCalls.reduce((sum, { talkMs }) => sum + (talkMs ?? 0), 0),
    callsMicros: sumOf(['charge', 'payout']),
    adjustmentsMicros: sumOf(['adjustment']),
    paymentsMicros: sumOf(['payment']),
  };
  const closingMicros = openingMicros + totals.callsMicros + totals.adjustmentsMicros + totals.paymentsMicros;
  return { openingMicros, lines, totals, closingMicros };
}
