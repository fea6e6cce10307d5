import type { CallId } from '../ids.ts';
import type { IsoInstant } from '../time.ts';
import type { Verdict } from './verdict.ts';

/** Whose side of a call money is on: what its buyer owes, or what its publisher earns. */
export const CALL_SIDES = ['buyer', 'publisher'] as const;
export type CallSide = (typeof CALL_SIDES)[number];

/**
 * What a person did: `change` moved one side by an amount, `refund` took both sides back whole, `bill` charged a call
 * that had waited for a person as its terms say.
 */
export const ADJUSTMENT_ACTIONS = ['change', 'refund', 'bill'] as const;
export type AdjustmentAction = (typeof ADJUSTMENT_ACTIONS)[number];

/** A person's decision about one side of a settled call. It stands beside the CDR, which is never changed. */
export interface Adjustment {
  /** `adj_…`; also the event that its postings belong to. */
  readonly id: string;
  readonly callId: CallId;
  readonly at: IsoInstant;
  readonly party: CallSide;
  readonly action: AdjustmentAction;
  /** By how much the buyer owes more, or the publisher earns more, than before; negative for less. */
  readonly amountMicros: number;
  /** What the buyer owes, or the publisher earns, for the call from then on. Never negative. */
  readonly totalMicros: number;
  readonly reason: string;
  /** Whose key asked for it. */
  readonly keyId: string;
}

/** Both verdicts of a call as they stand now. */
export interface CurrentVerdicts {
  readonly buyer: Verdict | null;
  readonly publisher: Verdict | null;
}

/**
 * What a call is worth after what people decided: the CDR's verdict on a side nobody touched, else `adjusted` with the
 * amount the last decision left.
 *
 * @param adjustments of that call, in the order made
 */
export function currentVerdicts(settled: CurrentVerdicts, adjustments: readonly Adjustment[]): CurrentVerdicts {
  const verdictOf = (side: CallSide): Verdict | null => {
    const last = adjustments.findLast(({ party }) => party === side);
    if (last === undefined) return settled[side];
    return { billable: last.totalMicros > 0, reason: 'adjusted', amountMicros: last.totalMicros };
  };
  return { buyer: verdictOf('buyer'), publisher: verdictOf('publisher') };
}
