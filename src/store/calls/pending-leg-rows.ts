import type { PendingLeg } from '../../calls/ports/call-store.ts';
import type { CallId } from '../../domain/ids.ts';
import type { Sqlite } from '../database.ts';

/** One of them, with the call it is part of. */
export interface PendingCallLeg extends PendingLeg {
  readonly callId: CallId;
}

export interface PendingLegRows {
  keep(callId: CallId, legs: readonly PendingLeg[]): void;
  forget(callId: CallId): void;
  all(): readonly PendingCallLeg[];
}

/**
 * INVITEs of calls that nobody has answered: what a restart finds here, it must take down. Those that came to nothing
 * stay until their call is connected or settled: to cancel an INVITE that is over does no harm, and a write for each
 * that a buyer declines would be paid by every call.
 */
export function createPendingLegRows(sqlite: Sqlite): PendingLegRows {
  const keep = sqlite.prepare<[PendingCallLeg]>(
    `INSERT INTO pending_legs (transaction_id, call_id, side, dialog_id)
     VALUES (@transactionId, @callId, @side, @dialogId) ON CONFLICT (transaction_id) DO NOTHING`,
  );
  const forget = sqlite.prepare<[string]>('DELETE FROM pending_legs WHERE call_id = ?');
  const all = sqlite.prepare<[], PendingCallLeg>(
    `SELECT call_id AS callId, side, transaction_id AS transactionId, dialog_id AS dialogId
     FROM pending_legs ORDER BY call_id, transaction_id`,
  );
  return {
    keep(callId, legs) {
      for (const { side, transactionId, dialogId } of legs) keep.run({ callId, side, transactionId, dialogId });
    },
    forget(callId) {
      forget.run(callId);
    },
    all: () => all.all(),
  };
}
