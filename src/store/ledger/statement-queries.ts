import { setImmediate as nextTurn } from 'node:timers/promises';

import { AppError } from '../../domain/app-error.ts';
import type { CallSide } from '../../domain/billing/adjustment.ts';
import type { LedgerParty, Posting, PostingId } from '../../domain/billing/ledger.ts';
import { asSideReads, buildStatement, type Statement, type StatementLine } from '../../domain/billing/statement.ts';
import type { CallId } from '../../domain/ids.ts';
import type { Ani, E164 } from '../../domain/numbers/e164.ts';
import { toIso, type EpochMs } from '../../domain/time.ts';
import type { Sqlite } from '../database.ts';

/** Whose account, and for when: `[from, to)`, without bounds where null. */
export interface StatementQuery {
  readonly party: Exclude<LedgerParty, 'house'>;
  readonly from: EpochMs | null;
  readonly to: EpochMs | null;
}

/** Reads a party's account. Rejects with AppError `invalid` for more lines than a statement may have. */
export type ReadStatement = (query: StatementQuery) => Promise<Statement>;

interface LineRow {
  readonly seq: number;
  readonly id: PostingId;
  readonly call_id: CallId | null;
  readonly at: EpochMs;
  readonly kind: Posting['kind'];
  readonly amount_micros: number;
  readonly reverses: PostingId | null;
  readonly connected_at: EpochMs | null;
  readonly did: E164 | null;
  readonly ani: Ani | null;
  readonly talk_ms: number | null;
  readonly reason: string | null;
}

/** Lines read between two looks at the rest of the world. */
const STRIDE = 500;
const SUM_STRIDE = 5_000;
/** A statement with more lines than this is no paper anybody reads, and would hold much memory. */
const MAX_LINES = 50_000;
const EVER = Number.MAX_SAFE_INTEGER;

/** A place in a party's lines, which are in order of time and then of writing. */
type Place = readonly [at: number, seq: number];

const AFTER = 'postings.party = ? AND (postings.at, postings.seq) > (?, ?) AND postings.at < ? AND postings.seq <= ?';

/**
 * Statements, read in strides so that calls are not held up by somebody's bookkeeping. Lines that are posted meanwhile
 * are left out: the statement is that of the moment it was asked for.
 */
export function createReadStatement(sqlite: Sqlite): ReadStatement {
  const lastSeq = sqlite.prepare<[], number | null>('SELECT max(seq) FROM postings').pluck();
  const amounts = sqlite.prepare<(string | number)[], Pick<LineRow, 'at' | 'seq' | 'amount_micros'>>(
    `SELECT at, seq, amount_micros FROM postings WHERE ${AFTER} ORDER BY at, seq LIMIT ${SUM_STRIDE}`,
  );
  const lines = sqlite.prepare<(string | number)[], LineRow>(
    `SELECT postings.seq, postings.id, postings.call_id, postings.at, kind, postings.amount_micros, reverses,
       connected_at, did, ani, talk_ms, coalesce(adjustments.reason, ledger_notes.note) AS reason
     FROM postings LEFT JOIN calls ON calls.id = postings.call_id
       LEFT JOIN adjustments ON adjustments.id = postings.event
       LEFT JOIN ledger_notes ON ledger_notes.event = postings.event
     WHERE ${AFTER} ORDER BY postings.at, postings.seq LIMIT ${STRIDE}`,
  );

  async function sumBefore(party: LedgerParty, before: number, last: number): Promise<number> {
    let sum = 0;
    for (let place: Place = [-EVER, 0]; ; await nextTurn()) {
      const rows = amounts.all(party, ...place, before, last);
      for (const row of rows) sum += row.amount_micros;
      const end = rows.at(-1);
      if (end === undefined || rows.length < SUM_STRIDE) return sum;
      place = [end.at, end.seq];
    }
  }

  return async ({ party, from, to }) => {
    const side: CallSide = party.startsWith('buyer:') ? 'buyer' : 'publisher';
    const last = lastSeq.get() ?? 0;
    const opening = from === null ? 0 : await sumBefore(party, from, last);
    const found: StatementLine[] = [];
    for (let place: Place = [(from ?? -EVER) - 1, EVER]; ; await nextTurn()) {
      const rows = lines.all(party, ...place, to ?? EVER, last);
      found.push(...rows.map((row) => toLine(side, row)));
      if (found.length > MAX_LINES) throw tooLong();
      const end = rows.at(-1);
      if (end === undefined || rows.length < STRIDE) break;
      place = [end.at, end.seq];
    }
    return buildStatement(asSideReads(side, opening), found);
  };
}

function toLine(side: CallSide, row: LineRow): StatementLine {
  return {
    postingId: row.id,
    at: toIso(row.at),
    kind: row.kind,
    callId: row.call_id,
    connectedAt: row.connected_at === null ? null : toIso(row.connected_at),
    did: row.did,
    ani: row.ani,
    talkMs: row.talk_ms,
    amountMicros: asSideReads(side, row.amount_micros),
    reason: row.reason,
    reverses: row.reverses,
  };
}

function tooLong(): AppError {
  const message = `A statement has ${MAX_LINES} lines at most: ask for a shorter period.`;
  return new AppError('invalid', `/from: ${message}`, { problems: [{ path: '/from', message }] });
}
