import type { CallId } from '../../domain/ids.ts';
import type { EpochMs } from '../../domain/time.ts';
import { decodeCursor, encodeCursor } from '../cursor.ts';
import type { Sqlite } from '../database.ts';
import { checkLimit } from '../page-limit.ts';
import type { Page } from '../resource-store.ts';
import { Where } from '../where.ts';

export interface ReviewQueueQuery {
  /** 1…500. */
  readonly limit: number;
  readonly cursor?: string;
  /** Received at or after: how far back people still look. */
  readonly from: EpochMs;
  readonly filters: { readonly campaignId?: string; readonly buyerId?: string; readonly publisherId?: string };
}

/** Nobody has said anything of the call yet, and nobody has adjusted it. */
export const UNREVIEWED = `NOT EXISTS (SELECT 1 FROM dispositions WHERE dispositions.call_seq = calls.seq)
  AND NOT EXISTS (SELECT 1 FROM adjustments WHERE adjustments.call_id = calls.id)`;

/** 0 where there is money to be decided on: charged, or waiting for a person to say that it is. */
const RANK = 'iif(buyer_billable = 1 OR estimated = 1, 0, 1)';

const CONDITIONS = { campaignId: 'campaign_id = ?', buyerId: 'buyer_id = ?', publisherId: 'publisher_id = ?' } as const;

interface QueueRow {
  readonly id: CallId;
  readonly rank: number;
  readonly received_at: number;
  readonly seq: number;
}

/**
 * The calls that connected and that nobody has looked at, those with money in them first, the newest of each first.
 *
 * @returns one page of ids; throws AppError `invalid` for a bad limit or a foreign cursor
 */
export function listReviewQueue(sqlite: Sqlite, { limit, cursor, from, filters }: ReviewQueueQuery): Page<CallId> {
  checkLimit(limit);
  const list = ['review-queue', filters];
  const where = new Where()
    .and("status = 'settled' AND connected_at IS NOT NULL")
    .and('received_at >= ?', from)
    .and(UNREVIEWED)
    .andFilters(CONDITIONS, filters);
  if (cursor !== undefined) {
    where.and(
      `(${RANK}, -received_at, -seq) > (?, ?, ?)`,
      ...decodeCursor(list, cursor, ['number', 'number', 'number']),
    );
  }
  const rows = sqlite
    .prepare<(string | number)[], QueueRow>(
      `SELECT id, ${RANK} AS rank, received_at, seq FROM calls ${where.clause}
       ORDER BY rank, received_at DESC, seq DESC LIMIT ?`,
    )
    .all(...where.values, limit + 1);
  const last = rows[limit - 1];
  const after = last === undefined ? [] : [last.rank, -last.received_at, -last.seq];
  return {
    data: rows.slice(0, limit).map(({ id }) => id),
    nextCursor: rows.length > limit ? encodeCursor(list, after) : null,
  };
}
