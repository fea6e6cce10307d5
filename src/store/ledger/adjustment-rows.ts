import type { Adjustment } from '../../domain/billing/adjustment.ts';
import type { CallId } from '../../domain/ids.ts';
import { toIso, type EpochMs } from '../../domain/time.ts';
import type { Sqlite } from '../database.ts';

interface AdjustmentRow extends Omit<Adjustment, 'at'> {
  readonly at: EpochMs;
}

/** The adjustments of calls, as their table holds them. */
export interface AdjustmentRows {
  insert(adjustment: Adjustment): void;
  /** In the order made. */
  ofCall(callId: CallId): readonly Adjustment[];
  /** Those of several calls, by call. */
  ofCalls(callIds: readonly CallId[]): ReadonlyMap<CallId, readonly Adjustment[]>;
}

export function createAdjustmentRows(sqlite: Sqlite): AdjustmentRows {
  const insert = sqlite.prepare<[AdjustmentRow]>(
    `INSERT INTO adjustments (id, call_id, at, party, action, amount_micros, total_micros, reason, key_id)
     VALUES (@id, @callId, @at, @party, @action, @amountMicros, @totalMicros, @reason, @keyId)`,
  );
  const select = sqlite.prepare<[string], AdjustmentRow>(
    `SELECT id, call_id AS callId, at, party, action, amount_micros AS amountMicros, total_micros AS totalMicros,
       reason, key_id AS keyId
     FROM adjustments WHERE call_id IN (SELECT value FROM json_each(?)) ORDER BY seq`,
  );
  const read = (callIds: readonly CallId[]): Adjustment[] => select.all(JSON.stringify(callIds)).map(toAdjustment);

  return {
    insert(adjustment) {
      insert.run({ ...adjustment, at: Date.parse(adjustment.at) as EpochMs });
    },
    ofCall: (callId) => read([callId]),
    ofCalls: (callIds) => Map.groupBy(read(callIds), ({ callId }) => callId),
  };
}

/** In the order of fields in which it was answered when it was made. */
function toAdjustment({
  id,
  callId,
  at,
  party,
  action,
  amountMicros,
  totalMicros,
  reason,
  keyId,
}: AdjustmentRow): Adjustment {
  return { id, callId, at: toIso(at), party, action, amountMicros, totalMicros, reason, keyId };
}
