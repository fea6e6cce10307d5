import { AppError } from '../../domain/app-error.ts';
import { CALL_SIDES, type Adjustment, type AdjustmentAction, type CallSide } from '../../domain/billing/adjustment.ts';
import { correctionPostings, standingMicros } from '../../domain/billing/correction-postings.ts';
import { judgeEstimated } from '../../domain/billing/judge-estimated.ts';
import type { LedgerParty } from '../../domain/billing/ledger.ts';
import { micros } from '../../domain/billing/money.ts';
import type { PriorCalls } from '../../domain/billing/prior-calls.ts';
import type { Cdr } from '../../domain/call/cdr.ts';
import { ID_PREFIX, type CallId } from '../../domain/ids.ts';
import { toIso, type EpochMs } from '../../domain/time.ts';
import type { CallRows } from '../calls/call-rows.ts';
import { toCdr } from '../calls/cdr-chain.ts';
import type { Sqlite } from '../database.ts';
import type { NewId } from '../new-id.ts';
import type { EventOutbox } from '../webhooks/event-outbox.ts';
import { createAdjustmentRows } from './adjustment-rows.ts';
import type { Ledger } from './ledger.ts';

/** Why something is done to a call's money, and whose key asked for it. */
export interface Decision {
  readonly reason: string;
  readonly keyId: string;
}

/** What came of a decision. */
export interface Adjusted {
  /** False where the same had been done already, and these are the adjustments of that time. */
  readonly made: boolean;
  readonly adjustments: readonly Adjustment[];
}

/** Moves the money of settled calls, inside the caller's transaction. */
export interface AdjustCall {
  change(callId: CallId, change: Decision & { readonly party: CallSide; readonly amountMicros: number }): Adjusted;
  refund(callId: CallId, decision: Decision): Adjusted;
  bill(callId: CallId, bill: Decision & { readonly talkMs?: number }): Adjusted;
}

/** The same change of the same call, asked for by the same key this soon after, is a second click. */
const SAME_CLICK_MS = 60_000;

/** No call is worth more than a thousand million units: what is more is a slip of the finger. */
const MOST_MICROS = 1_000_000_000_000_000;

export interface AdjustCallParts {
  readonly sqlite: Sqlite;
  readonly ledger: Ledger;
  readonly rows: CallRows;
  readonly earlierCalls: () => PriorCalls;
  readonly outbox: Pick<EventOutbox, 'tell'>;
  readonly newId: NewId;
  readonly now: () => EpochMs;
}

export function createAdjustCall(parts: AdjustCallParts): AdjustCall {
  const { sqlite, ledger, rows, earlierCalls, outbox, newId, now } = parts;
  const adjustments = createAdjustmentRows(sqlite);
  const withdrawProposals = sqlite.prepare<[number, string]>(
    "UPDATE adjustment_proposals SET status = 'withdrawn', decided_at = ? WHERE call_id = ? AND status = 'open'",
  );

  function settledCall(callId: CallId): Cdr {
    const { seq, status } = rows.find(callId);
    if (status === 'settled') return toCdr(rows.recordText(seq));
    throw new AppError('wrong-state', `The call ${callId} has not ended yet: wait until it is settled`);
  }

  function standing(callId: CallId, side: CallSide): number {
    return standingMicros(ledger.postingsOfCall(callId), side);
  }

  /** Brings one side to an amount and says why. */
  function bringTo(
    cdr: Cdr,
    party: CallSide,
    totalMicros: number,
    { action, reason, keyId }: Decision & { readonly action: AdjustmentAction },
  ): Adjustment {
    const lines = ledger.postingsOfCall(cdr.id);
    const at = toIso(now());
    const id = newId(ID_PREFIX.adjustment);
    const account = accountOf(cdr, party);
    ledger.append(
      id,
      correctionPostings(lines, { callId: cdr.id, at, party: account, totalMicros: micros(totalMicros) }),
    );
    const amountMicros = totalMicros - standingMicros(lines, party);
    const adjustment = { id, callId: cdr.id, at, party, action, amountMicros, totalMicros, reason, keyId };
    adjustments.insert(adjustment);
    return adjustment;
  }

  /** Tells of each, with the call as all of them leave it. */
  function made(adjustments: readonly Adjustment[]): Adjusted {
    for (const adjustment of adjustments) outbox.tell('call.adjusted', adjustment.callId, { adjustment });
    return { made: true, adjustments };
  }

  return {
    change(callId, { party, amountMicros, reason, keyId }) {
      const cdr = settledCall(callId);
      accountOf(cdr, party);
      const last = adjustments.ofCall(callId).findLast((each) => each.party === party);
      if (
        last?.action === 'change' &&
        last.amountMicros === amountMicros &&
        last.reason === reason &&
        last.keyId === keyId &&
        Math.abs(now() - Date.parse(last.at)) < SAME_CLICK_MS
      ) {
        return { made: false, adjustments: [last] };
      }
      const before = standing(callId, party);
      checkChange(party, amountMicros, before);
      return made([bringTo(cdr, party, before + amountMicros, { action: 'change', reason, keyId })]);
    },

    refund(callId, decision) {
      const cdr = settledCall(callId);
      const owed = CALL_SIDES.filter((side) => standing(callId, side) > 0);
      if (owed.length === 0) {
        const before = lastOf(adjustments.ofCall(callId), 'refund');
        if (before.length > 0) return { made: false, adjustments: before };
        throw new AppError('wrong-state', `Nobody owes anything for ${callId}: there is nothing to refund`);
      }
      withdrawProposals.run(now(), callId);
      return made(owed.map((side) => bringTo(cdr, side, 0, { ...decision, action: 'refund' })));
    },

    bill(callId, { talkMs, ...decision }) {
      const cdr = settledCall(callId);
      const earlier = adjustments.ofCall(callId);
      const before = lastOf(earlier, 'bill');
      if (before.length > 0 && before.length === earlier.length) return { made: false, adjustments: before };
      if (cdr.buyerVerdict?.reason !== 'estimated-needs-review' || earlier.length > 0) {
        const why =
          earlier.length > 0 ? 'was adjusted already' : `was judged: ${cdr.buyerVerdict?.reason ?? 'no verdict'}`;
        throw new AppError('wrong-state', `The call ${callId} does not wait for billing, it ${why}. Adjust it instead`);
      }
      const worth = judgeEstimated(cdr, talkMs ?? cdr.talkMs, earlierCalls());
      const billed = CALL_SIDES.flatMap((side) => {
        const verdict = worth[side];
        return verdict?.billable ? [bringTo(cdr, side, verdict.amountMicros, { ...decision, action: 'bill' })] : [];
      });
      if (billed.length > 0) return made(billed);
      const reason = worth.buyer?.reason ?? 'not-connected';
      throw new AppError(
        'wrong-state',
        `By its terms nobody owes anything for ${callId}: ${reason}, with ${talkMs ?? cdr.talkMs} ms of talk. ` +
          'Adjust it to charge it nonetheless',
      );
    },
  };
}

/** @throws AppError `invalid` where the call has nobody on that side */
function accountOf({ id, buyerId, publisherId }: Cdr, side: CallSide): Exclude<LedgerParty, 'house'> {
  if (side === 'buyer' && buyerId !== null) return `buyer:${buyerId}`;
  if (side === 'publisher' && publisherId !== null) return `publisher:${publisherId}`;
  throw invalid('/party', `The call ${id} has no ${side}: there is no account to adjust.`);
}

/** @throws AppError `invalid` for no whole amount, for nothing, and for one that leads below zero or beyond all reason */
function checkChange(side: CallSide, amountMicros: number, before: number): void {
  const path = '/amountMicros';
  if (!Number.isSafeInteger(amountMicros) || amountMicros === 0) {
    throw invalid(path, 'Write a whole number of micros other than 0: what is owed more, or with a minus less.');
  }
  const after = before + amountMicros;
  if (after < 0) {
    const stands = side === 'buyer' ? 'The buyer owes' : 'The publisher earns';
    throw invalid(path, `${stands} ${before} micros for the call: take back at most that.`);
  }
  if (after > MOST_MICROS)
    throw invalid(path, `This would come to ${after} micros: a call is worth ${MOST_MICROS} at most.`);
}

/** The adjustments of the latest decision where it was of this sort: both sides of it. */
function lastOf(made: readonly Adjustment[], action: AdjustmentAction): readonly Adjustment[] {
  const last = made.at(-1);
  if (last?.action !== action) return [];
  return made.slice(made.findLastIndex((each) => each.action !== action || each.at !== last.at) + 1);
}

function invalid(path: string, message: string): AppError {
  return new AppError('invalid', `${path}: ${message}`, { problems: [{ path, message }] });
}
