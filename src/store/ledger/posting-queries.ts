import type { LedgerParty, Posting, StoredPosting } from '../../domain/billing/ledger.ts';
import type { CallId } from '../../domain/ids.ts';
import type { EpochMs } from '../../domain/time.ts';
import { decodeCursor, encodeCursor } from '../cursor.ts';
import type { Sqlite } from '../database.ts';
import { checkLimit } from '../page-limit.ts';
import type { Page } from '../resource-store.ts';
import { POSTING_COLUMNS, toStoredPosting, type PostingRow } from './ledger.ts';
import { Where } from '../where.ts';

export interface PostingQuery {
  /** 1…500. */
  readonly limit: number;
  readonly cursor?: string;
  readonly filters: {
    readonly party?: LedgerParty;
    readonly callId?: CallId;
    readonly kind?: Posting['kind'];
    /** Posted at or after. */
    readonly from?: EpochMs;
    /** Posted before. */
    readonly to?: EpochMs;
  };
}

const CONDITIONS = {
  party: 'party = ?',
  callId: 'call_id = ?',
  kind: 'kind = ?',
  from: 'at >= ?',
  to: 'at < ?',
} as const;

export function createPostingQueries(sqlite: Sqlite) {
  return {
    /** One page, newest first. Throws AppError `invalid` for a bad limit or a foreign cursor. */
    list({ limit, cursor, filters }: PostingQuery): Page<StoredPosting> {
      checkLimit(limit);
      const list = ['ledger', filters];
      const [after] = cursor === undefined ? [Number.MAX_SAFE_INTEGER] : decodeCursor(list, cursor, ['number']);
      const where = new Where().and('seq < ?', after ?? Number.MAX_SAFE_INTEGER).andFilters(CONDITIONS, filters);
      const rows = sqlite
        .prepare<(string | number)[], PostingRow>(
          `SELECT ${POSTING_COLUMNS} FROM postings ${where.clause} ORDER BY seq DESC LIMIT ?`,
        )
        .all(...where.values, limit + 1);
      const last = rows[limit - 1];
      return {
        data: rows.slice(0, limit).map(toStoredPosting),
        nextCursor: rows.length > limit && last !== undefined ? encodeCursor(list, [last.seq]) : null,
      };
    },
  };
}
