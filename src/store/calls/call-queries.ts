import type { Outcome } from '../../domain/call/cdr.ts';
import type { BuyerId, CallId, CampaignId, DestinationId, PublisherId, RouteId, TrunkId } from '../../domain/ids.ts';
import type { EpochMs } from '../../domain/time.ts';
import { decodeCursor, encodeCursor } from '../cursor.ts';
import type { Sqlite } from '../database.ts';
import { checkLimit } from '../page-limit.ts';
import type { Page } from '../resource-store.ts';
import { toChainedCdr, type ChainedCdr } from './cdr-chain.ts';
import { verifyChain, type ChainReport, type OnChainProgress } from './verify-chain.ts';

/** What calls can be searched by; all given must hold. */
export interface CallFilters {
  readonly campaignId?: CampaignId;
  readonly buyerId?: BuyerId;
  readonly destinationId?: DestinationId;
  readonly publisherId?: PublisherId;
  readonly routeId?: RouteId;
  readonly trunkId?: TrunkId;
  readonly did?: string;
  /** Exact. */
  readonly ani?: string;
  readonly outcome?: Outcome;
  /** By the buyer's verdict; an open call has none and is neither. */
  readonly billable?: boolean;
  /** Received at or after. */
  readonly from?: EpochMs;
  /** Received before. */
  readonly to?: EpochMs;
}

export interface CallQuery {
  /** 1…500. */
  readonly limit: number;
  readonly cursor?: string;
  readonly filters: CallFilters;
}

/** A CDR with its link in the chain, and what a person said of the call afterwards (no part of what is hashed). */
export interface CallRecord extends ChainedCdr {
  readonly disposition: string | null;
}

/** The records of calls, as the API and the command line see them. Open calls are drafts: `endedAt` is null. */
export interface CallQueries {
  /** Undefined where there is no such call. */
  get(id: CallId): Promise<CallRecord | undefined>;
  /** One page, newest first by `receivedAt`. Rejects with AppError `invalid` for a bad limit or a foreign cursor. */
  list(query: CallQuery): Promise<Page<CallRecord>>;
  /** Recomputes every settled record's hash and says where the chain breaks first. */
  verifyChain(onProgress?: OnChainProgress): Promise<ChainReport>;
}

interface RecordRow {
  readonly seq: number;
  readonly received_at: number;
  readonly hash: string | null;
  readonly record: string;
  readonly disposition: string | null;
}

const SELECT_RECORDS = `SELECT calls.seq, received_at, hash, record, dispositions.value AS disposition
  FROM calls JOIN call_records ON call_records.call_seq = calls.seq
    LEFT JOIN dispositions ON dispositions.call_seq = calls.seq`;

const CONDITIONS: Readonly<Record<keyof CallFilters, string>> = {
  campaignId: 'campaign_id = ?',
  buyerId: 'buyer_id = ?',
  destinationId: 'destination_id = ?',
  publisherId: 'publisher_id = ?',
  routeId: 'route_id = ?',
  trunkId: 'trunk_id = ?',
  did: 'did = ?',
  ani: 'ani = ?',
  outcome: 'outcome = ?',
  billable: "buyer_billable = ? AND status = 'settled'",
  from: 'received_at >= ?',
  to: 'received_at < ?',
};

export function createCallQueries(sqlite: Sqlite): CallQueries {
  const byId = sqlite.prepare<[string], RecordRow>(`${SELECT_RECORDS} WHERE calls.id = ?`);

  return {
    async get(id) {
      const row = byId.get(id);
      return row && toCallRecord(row);
    },

    async list({ limit, cursor, filters }) {
      checkLimit(limit);
      const list = ['calls', filters];
      const conditions: string[] = [];
      const values: (string | number)[] = [];
      if (cursor !== undefined) {
        conditions.push('(received_at, calls.seq) < (?, ?)');
        values.push(...decodeCursor(list, cursor, ['number', 'number']));
      }
      for (const [field, condition] of Object.entries(CONDITIONS)) {
        const value = filters[field as keyof CallFilters];
        if (value === undefined) continue;
        conditions.push(condition);
        values.push(typeof value === 'boolean' ? Number(value) : value);
      }
      const where = conditions.length === 0 ? '' : `WHERE ${conditions.join(' AND ')}`;
      const rows = sqlite
        .prepare<(string | number)[], RecordRow>(
          `${SELECT_RECORDS} ${where} ORDER BY received_at DESC, calls.seq DESC LIMIT ?`,
        )
        .all(...values, limit + 1);
      const last = rows[limit - 1];
      return {
        data: rows.slice(0, limit).map(toCallRecord),
        nextCursor: rows.length > limit && last !== undefined ? encodeCursor(list, [last.received_at, last.seq]) : null,
      };
    },

    verifyChain: (onProgress) => verifyChain(sqlite, onProgress),
  };
}

function toCallRecord({ record, hash, disposition }: RecordRow): CallRecord {
  return { ...toChainedCdr(record, hash), disposition };
}
