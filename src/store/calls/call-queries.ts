import { currentVerdicts, type Adjustment, type CurrentVerdicts } from '../../domain/billing/adjustment.ts';
import type { Outcome } from '../../domain/call/cdr.ts';
import type { Conversion } from '../../domain/call/conversion.ts';
import type { Disposition } from '../../domain/call/disposition.ts';
import type { BuyerId, CallId, CampaignId, DestinationId, PublisherId, RouteId, TrunkId } from '../../domain/ids.ts';
import { toIso, type EpochMs, type IsoInstant } from '../../domain/time.ts';
import { createConversionRows } from '../conversions/conversion-rows.ts';
import { decodeCursor, encodeCursor } from '../cursor.ts';
import type { Sqlite } from '../database.ts';
import { createAdjustmentRows } from '../ledger/adjustment-rows.ts';
import { checkLimit } from '../page-limit.ts';
import type { Page } from '../resource-store.ts';
import { toChainedCdr, type ChainedCdr } from './cdr-chain.ts';
import { reportDispositions, type DispositionReportQuery, type DispositionRow } from './disposition-report.ts';
import { listReviewQueue, UNREVIEWED, type ReviewQueueQuery } from './review-queue.ts';
import { verifyChain, type ChainReport, type OnChainProgress } from './verify-chain.ts';
import { Where } from '../where.ts';

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
  /** Where the caller is, as the record has it. */
  readonly state?: string;
  /** Whether its end was inferred after a crash. */
  readonly estimated?: boolean;
  /** By the buyer's verdict; an open call has none and is neither. */
  readonly billable?: boolean;
  readonly disposition?: Disposition;
  /** Whether anybody has said anything of the call, or adjusted it. */
  readonly reviewed?: boolean;
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

/** A CDR with its link in the chain, and what people said and did afterwards: beside it, and no part of what is hashed. */
export interface CallRecord extends ChainedCdr {
  readonly disposition: Disposition | null;
  /** In the order made. */
  readonly adjustments: readonly Adjustment[];
  /** The CDR's verdicts, and where a side was adjusted what it comes to now. */
  readonly currentVerdicts: CurrentVerdicts;
  /** In the order reported. */
  readonly conversions: readonly Conversion[];
  /** When what says who called was erased; null while it is there. */
  readonly erasedAt: IsoInstant | null;
}

/** The records of calls, as the API and the command line see them. Open calls are drafts: `endedAt` is null. */
export interface CallQueries {
  /** Undefined where there is no such call. */
  get(id: CallId): Promise<CallRecord | undefined>;
  /** One page, newest first by `receivedAt`. Rejects with AppError `invalid` for a bad limit or a foreign cursor. */
  list(query: CallQuery): Promise<Page<CallRecord>>;
  /** The same page with each record as JSON text. It is the text that is kept, and so costs a third. */
  listTexts(query: CallQuery): Promise<Page<string>>;
  /** What waits for a person, the most pressing first. Rejects with AppError `invalid` as `list` does. */
  reviewQueue(query: ReviewQueueQuery): Promise<Page<CallRecord>>;
  /** What became of connected calls, by group. */
  dispositionReport(query: DispositionReportQuery): Promise<readonly DispositionRow[]>;
  /** Recomputes every settled record's hash and says where the chain breaks first. */
  verifyChain(onProgress?: OnChainProgress): Promise<ChainReport>;
}

interface RecordRow {
  readonly seq: number;
  readonly id: CallId;
  readonly received_at: number;
  readonly hash: string | null;
  readonly record: string;
  readonly disposition: Disposition | null;
  readonly erasedAt: EpochMs | null;
}

/** A row whose record is not going to be parsed: its verdicts, as JSON text, are read beside it. */
interface TextRow extends RecordRow {
  readonly buyerVerdict: string;
  readonly publisherVerdict: string;
}

const COLUMNS = `calls.seq, calls.id, received_at, hash, record, dispositions.value AS disposition,
    erased_calls.at AS erasedAt`;
const VERDICTS = "record -> '$.buyerVerdict' AS buyerVerdict, record -> '$.publisherVerdict' AS publisherVerdict";
const FROM = `FROM calls JOIN call_records ON call_records.call_seq = calls.seq
    LEFT JOIN dispositions ON dispositions.call_seq = calls.seq
    LEFT JOIN erased_calls ON erased_calls.call_seq = calls.seq`;

const CONDITIONS: Readonly<Record<Exclude<keyof CallFilters, 'reviewed'>, string>> = {
  campaignId: 'campaign_id = ?',
  buyerId: 'buyer_id = ?',
  destinationId: 'destination_id = ?',
  publisherId: 'publisher_id = ?',
  routeId: 'route_id = ?',
  trunkId: 'trunk_id = ?',
  did: 'did = ?',
  ani: 'ani = ?',
  outcome: 'outcome = ?',
  state: 'calls.state = ?',
  estimated: 'calls.estimated = ?',
  billable: "buyer_billable = ? AND status = 'settled'",
  disposition: 'dispositions.value = ?',
  from: 'received_at >= ?',
  to: 'received_at < ?',
};

export function createCallQueries(sqlite: Sqlite): CallQueries {
  const withBeside = createWithBeside(sqlite);
  const readCall = createReadCall(sqlite);

  function select<Row extends RecordRow>(columns: string, { limit, cursor, filters }: CallQuery): Page<Row> {
    checkLimit(limit);
    const list = ['calls', filters];
    const where = new Where().andFilters(CONDITIONS, filters);
    if (cursor !== undefined) {
      where.and('(received_at, calls.seq) < (?, ?)', ...decodeCursor(list, cursor, ['number', 'number']));
    }
    if (filters.reviewed !== undefined) where.and(`${filters.reviewed ? 'NOT ' : ''}(${UNREVIEWED})`);
    const rows = sqlite
      .prepare<(string | number)[], Row>(
        `SELECT ${columns} ${FROM} ${where.clause} ORDER BY received_at DESC, calls.seq DESC LIMIT ?`,
      )
      .all(...where.values, limit + 1);
    const last = rows[limit - 1];
    return {
      data: rows.slice(0, limit),
      nextCursor: rows.length > limit && last !== undefined ? encodeCursor(list, [last.received_at, last.seq]) : null,
    };
  }

  return {
    async get(id) {
      return readCall(id);
    },

    async list(query) {
      const { data, nextCursor } = select<RecordRow>(COLUMNS, query);
      return { data: withBeside(data, toCallRecord), nextCursor };
    },

    async listTexts(query) {
      const { data, nextCursor } = select<TextRow>(`${COLUMNS}, ${VERDICTS}`, query);
      return { data: withBeside(data, toCallText), nextCursor };
    },

    async reviewQueue(query) {
      const { data, nextCursor } = listReviewQueue(sqlite, query);
      return { data: data.flatMap((id) => readCall(id) ?? []), nextCursor };
    },

    async dispositionReport(query) {
      return reportDispositions(sqlite, query);
    },

    verifyChain: (onProgress) => verifyChain(sqlite, onProgress),
  };
}

/** Reads one call as it stands at that moment, for the inside of a transaction, too. */
export function createReadCall(sqlite: Sqlite): (id: CallId) => CallRecord | undefined {
  const byId = sqlite.prepare<[string], RecordRow>(`SELECT ${COLUMNS} ${FROM} WHERE calls.id = ?`);
  const withBeside = createWithBeside(sqlite);
  return (id) => {
    const row = byId.get(id);
    return row && withBeside([row], toCallRecord)[0];
  };
}

/** What people said and did of a call since. */
interface Beside {
  readonly adjustments: readonly Adjustment[];
  readonly conversions: readonly Conversion[];
}

/** Makes something of each row and what stands beside it, which is read for all of them at once. */
function createWithBeside(sqlite: Sqlite) {
  const adjustmentRows = createAdjustmentRows(sqlite);
  const conversionRows = createConversionRows(sqlite);
  return <Row extends RecordRow, Made>(rows: readonly Row[], make: (row: Row, beside: Beside) => Made): Made[] => {
    const ids = rows.map(({ id }) => id);
    const adjustments = adjustmentRows.ofCalls(ids);
    const conversions = conversionRows.ofCalls(ids);
    return rows.map((row) =>
      make(row, { adjustments: adjustments.get(row.id) ?? [], conversions: conversions.get(row.id) ?? [] }),
    );
  };
}

function toCallRecord(row: RecordRow, { adjustments, conversions }: Beside): CallRecord {
  const { record, hash, disposition } = row;
  const cdr = toChainedCdr(record, hash);
  const settled = { buyer: cdr.buyerVerdict, publisher: cdr.publisherVerdict };
  return {
    ...cdr,
    disposition,
    adjustments,
    currentVerdicts: currentVerdicts(settled, adjustments),
    conversions,
    erasedAt: instantOf(row.erasedAt),
  };
}

/** `JSON.stringify` of `toCallRecord`, but for the order of fields: what is new is written after what the record has. */
function toCallText(row: TextRow, { adjustments, conversions }: Beside): string {
  const { record, hash, disposition } = row;
  const settled = {
    buyer: JSON.parse(row.buyerVerdict),
    publisher: JSON.parse(row.publisherVerdict),
  } as CurrentVerdicts;
  const verdicts = currentVerdicts(settled, adjustments);
  // A draft has no predecessor yet.
  const link = hash === null ? { prevHash: null, hash } : { hash };
  const erasedAt = instantOf(row.erasedAt);
  const beside = { disposition, adjustments, currentVerdicts: verdicts, conversions, erasedAt };
  const rest = JSON.stringify({ ...link, ...beside });
  return `${record.slice(0, -1)},${rest.slice(1)}`;
}

function instantOf(at: EpochMs | null): IsoInstant | null {
  return at === null ? null : toIso(at);
}
