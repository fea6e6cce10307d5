import Database from 'better-sqlite3';

import { AppError } from '../../domain/app-error.ts';
import type { LedgerParty, Posting, StoredPosting } from '../../domain/billing/ledger.ts';
import { micros } from '../../domain/billing/money.ts';
import { paymentPostings } from '../../domain/billing/payment-postings.ts';
import { ID_PREFIX, type BuyerId, type CallId } from '../../domain/ids.ts';
import { toIso, type EpochMs, type IsoInstant } from '../../domain/time.ts';
import type { CommitQueue } from '../commit-queue.ts';
import type { Sqlite } from '../database.ts';
import type { NewId } from '../new-id.ts';
import type { Page } from '../resource-store.ts';
import { checkLedger, type LedgerReport } from './check-ledger.ts';
import { createPostingQueries, type PostingQuery, type Statement } from './posting-queries.ts';
import type { Ledger } from './ledger.ts';

/** Money that a buyer paid, as it was entered. */
export interface Payment {
  readonly id: string;
  readonly at: IsoInstant;
  readonly buyerId: BuyerId;
  readonly amountMicros: number;
  readonly note: string | null;
}

/** The books, as the API and the command line see them. */
export interface LedgerStore {
  /** Sum of a party's postings, micros; debit positive. */
  balanceOf(party: LedgerParty): number;
  /** @throws AppError `not-found` for an unknown buyer, `invalid` for no whole amount or nothing */
  recordPayment(payment: {
    readonly buyerId: BuyerId;
    readonly amountMicros: number;
    readonly note: string | null;
  }): Promise<Payment>;
  /**
   * Lets `decide` see every line of a settled call, and appends the lines it gives, all in one transaction.
   *
   * @throws AppError `not-found` where there is no such settled call, `duplicate` where a line is already reversed
   */
  adjustCall(
    callId: CallId,
    decide: (lines: readonly StoredPosting[], at: IsoInstant) => readonly Posting[],
    note: string | null,
  ): Promise<readonly StoredPosting[]>;
  /** Newest first. Rejects with AppError `invalid` for a bad limit or a foreign cursor. */
  list(query: PostingQuery): Promise<Page<StoredPosting>>;
  /** A party's lines of `[from, to)`, oldest first, with what it owed before and after. */
  statement(party: LedgerParty, from: EpochMs, to: EpochMs): Statement;
  /** Adds everything up again and says what does not agree. */
  check(): LedgerReport;
}

const ADJUSTMENT_PREFIX = 'adj_';

export function createLedgerStore(parts: {
  readonly sqlite: Sqlite;
  readonly queue: CommitQueue;
  readonly ledger: Ledger;
  readonly newId: NewId;
  readonly now: () => EpochMs;
}): LedgerStore {
  const { sqlite, queue, ledger, newId, now } = parts;
  const queries = createPostingQueries(sqlite);
  const buyerExists = sqlite.prepare<[string]>('SELECT 1 FROM buyers WHERE id = ?');
  const settledCall = sqlite.prepare<[string]>("SELECT 1 FROM calls WHERE id = ? AND status = 'settled'");
  const insertNote = sqlite.prepare<[string, string]>('INSERT INTO ledger_notes (event, note) VALUES (?, ?)');

  return {
    balanceOf: (party) => ledger.balanceOf(party),

    recordPayment({ buyerId, amountMicros, note }) {
      return queue.write('power', () => {
        if (buyerExists.get(buyerId) === undefined) throw new AppError('not-found', `There is no buyer ${buyerId}`);
        if (!Number.isSafeInteger(amountMicros) || amountMicros === 0) throw invalidAmount(amountMicros);
        const id = newId(ID_PREFIX.payment);
        const at = toIso(now());
        ledger.append(id, paymentPostings({ buyerId, at, amountMicros: micros(amountMicros) }));
        if (note !== null) insertNote.run(id, note);
        return { id, at, buyerId, amountMicros, note };
      });
    },

    adjustCall(callId, decide, note) {
      return queue.write('power', () => {
        if (settledCall.get(callId) === undefined)
          throw new AppError('not-found', `There is no settled call ${callId}`);
        const event = newId(ADJUSTMENT_PREFIX);
        const postings = decide(ledger.postingsOfCall(callId), toIso(now()));
        const stored = appendOnce(() => ledger.append(event, postings));
        if (note !== null && stored.length > 0) insertNote.run(event, note);
        return stored;
      });
    },

    async list(query) {
      return queries.list(query);
    },
    statement: (party, from, to) => queries.statement(party, from, to),
    check: () => checkLedger(sqlite),
  };
}

/** A line can be reversed once: two people who refund the same call at the same time refund it once. */
function appendOnce<Result>(append: () => Result): Result {
  try {
    return append();
  } catch (error) {
    if (!(error instanceof Database.SqliteError) || error.code !== 'SQLITE_CONSTRAINT_UNIQUE') throw error;
    throw new AppError('duplicate', 'A posting of the call has been reversed already: read its postings again', {
      cause: error,
    });
  }
}

function invalidAmount(amountMicros: number): AppError {
  const message = `must be a whole number of micros other than 0, not ${amountMicros}`;
  return new AppError('invalid', `The amount ${message}`, { problems: [{ path: '/amountMicros', message }] });
}
