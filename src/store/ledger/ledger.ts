import type { Statement } from 'better-sqlite3';

import { AppError } from '../../domain/app-error.ts';
import type { LedgerParty, Posting, PostingId, StoredPosting } from '../../domain/billing/ledger.ts';
import { micros } from '../../domain/billing/money.ts';
import { ID_PREFIX, type CallId } from '../../domain/ids.ts';
import { toIso, type EpochMs } from '../../domain/time.ts';
import type { Sqlite } from '../database.ts';
import type { NewId } from '../new-id.ts';

/** A posting as its table holds it. */
export interface PostingRow {
  readonly seq: number;
  readonly id: PostingId;
  readonly call_id: CallId | null;
  readonly at: EpochMs;
  readonly party: LedgerParty;
  readonly kind: Posting['kind'];
  readonly amount_micros: number;
  readonly reverses: PostingId | null;
}

/** The columns of a `PostingRow`, for a SELECT. */
export const POSTING_COLUMNS = 'seq, id, call_id, at, party, kind, amount_micros, reverses';

/** The ledger's rows, for use inside a transaction. */
export interface Ledger {
  /**
   * Appends the lines of one event. What happened in a period that was closed meanwhile is posted at the first instant of
   * the open one.
   *
   * @throws AppError `internal` where they don't sum to zero or an amount is no safe integer: a defect, nothing is kept
   */
  append(event: string, postings: readonly Posting[]): readonly StoredPosting[];
  /** Every line of a call, in the order written. */
  postingsOfCall(callId: CallId): readonly StoredPosting[];
  /** Sum of a party's postings, micros; debit positive. */
  balanceOf(party: LedgerParty): number;
}

export function createLedger(sqlite: Sqlite, newId: NewId): Ledger {
  /** One for each number of lines that events have: a statement for each line took a third longer. */
  const inserts = new Map<number, Statement<(string | number | null)[]>>();

  function insert(rows: readonly (readonly (string | number | null)[])[]): void {
    if (rows.length === 0) return;
    let statement = inserts.get(rows.length);
    if (statement === undefined) {
      statement = sqlite.prepare<(string | number | null)[]>(
        `INSERT INTO postings (id, event, call_id, at, party, kind, amount_micros, reverses)
         VALUES ${rows.map(() => '(?, ?, ?, ?, ?, ?, ?, ?)').join(', ')}`,
      );
      inserts.set(rows.length, statement);
    }
    statement.run(...rows.flat());
  }

  const openSince = sqlite.prepare<[], EpochMs | null>('SELECT max(before) FROM ledger_closes').pluck();
  const byCall = sqlite.prepare<[string], PostingRow>(
    `SELECT ${POSTING_COLUMNS} FROM postings WHERE call_id = ? ORDER BY seq`,
  );
  const sumOf = sqlite.prepare<[string], number>('SELECT amount_micros FROM ledger_sums WHERE party = ?').pluck();

  return {
    append(event, postings) {
      const sum = postings.reduce((total, posting) => micros(total + micros(posting.amountMicros)), 0);
      if (sum !== 0) {
        throw new AppError('internal', `The postings of ${event} sum to ${sum} micros instead of zero`);
      }
      const earliest = openSince.get() ?? 0;
      const stored = postings.map((posting) => {
        const id = newId(ID_PREFIX.posting) as PostingId;
        const at = Math.max(Date.parse(posting.at), earliest) as EpochMs;
        return { ...posting, id, at };
      });
      insert(
        stored.map(({ id, callId, at, party, kind, amountMicros, reverses = null }) => {
          return [id, event, callId, at, party, kind, amountMicros, reverses];
        }),
      );
      return stored.map((posting) => ({ ...posting, at: toIso(posting.at) }));
    },
    postingsOfCall: (callId) => byCall.all(callId).map(toStoredPosting),
    balanceOf: (party) => sumOf.get(party) ?? 0,
  };
}

/** A row as the domain knows a posting. */
export function toStoredPosting(row: PostingRow): StoredPosting {
  return {
    id: row.id,
    callId: row.call_id,
    at: toIso(row.at),
    party: row.party,
    kind: row.kind,
    amountMicros: row.amount_micros,
    ...(row.reverses === null ? {} : { reverses: row.reverses }),
  };
}
