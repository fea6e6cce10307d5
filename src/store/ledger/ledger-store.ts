import { AppError } from '../../domain/app-error.ts';
import type { CallSide } from '../../domain/billing/adjustment.ts';
import type { LedgerParty, StoredPosting } from '../../domain/billing/ledger.ts';
import { micros } from '../../domain/billing/money.ts';
import { paymentPostings } from '../../domain/billing/payment-postings.ts';
import { ID_PREFIX, type BuyerId, type CallId } from '../../domain/ids.ts';
import { toIso, type EpochMs, type IsoInstant } from '../../domain/time.ts';
import type { CommitQueue } from '../commit-queue.ts';
import type { Sqlite } from '../database.ts';
import type { NewId } from '../new-id.ts';
import type { Page } from '../resource-store.ts';
import { checkLedger, type LedgerReport } from './check-ledger.ts';
import type { AdjustCall, Adjusted, Decision } from './adjust-call.ts';
import { createLedgerCloses, type LedgerClose } from './ledger-closes.ts';
import type { Ledger } from './ledger.ts';
import { createPostingQueries, type PostingQuery } from './posting-queries.ts';
import { createReadStatement, type ReadStatement } from './statement-queries.ts';

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
   * Moves one side of a settled call: its buyer owes, or its publisher earns, that much more, or with a minus less. The
   * same change by the same key within a minute is taken for a second click and made once.
   *
   * Rejects with AppError `not-found`, `wrong-state` (the call has not ended), `invalid` (nobody on that side, no whole
   * amount, or one that leads below zero).
   */
  changeCall(
    callId: CallId,
    change: Decision & { readonly party: CallSide; readonly amountMicros: number },
  ): Promise<Adjusted>;
  /**
   * Takes back all that is owed and earned for a settled call, both sides together. A refund of what was just refunded
   * gives that one. Rejects with AppError `not-found`, `wrong-state` (it has not ended, or nobody owes anything).
   */
  refundCall(callId: CallId, decision: Decision): Promise<Adjusted>;
  /**
   * Bills a call that waits for a person (`estimated-needs-review`) as its terms say, for the talk time given or else
   * the estimated one. Rejects with AppError `not-found`, `wrong-state` (it does not wait, or by its terms nobody owes).
   */
  billCall(callId: CallId, bill: Decision & { readonly talkMs?: number }): Promise<Adjusted>;
  /** Makes everything posted before the instant final. Rejects with AppError `invalid`: in the future, or closed already. */
  close(before: EpochMs, keyId: string): Promise<{ readonly made: boolean; readonly close: LedgerClose }>;
  /** The latest closing; null while all is open. */
  latestClose(): LedgerClose | null;
  /** Newest first. Rejects with AppError `invalid` for a bad limit or a foreign cursor. */
  list(query: PostingQuery): Promise<Page<StoredPosting>>;
  /** A party's account for a period. Rejects with AppError `invalid` for more lines than a statement may have. */
  readonly statement: ReadStatement;
  /** Adds everything up again and says what does not agree. */
  check(): LedgerReport;
}

export function createLedgerStore(parts: {
  readonly sqlite: Sqlite;
  readonly queue: CommitQueue;
  readonly ledger: Ledger;
  readonly adjust: AdjustCall;
  readonly newId: NewId;
  readonly now: () => EpochMs;
}): LedgerStore {
  const { sqlite, queue, ledger, adjust, newId, now } = parts;
  const queries = createPostingQueries(sqlite);
  const buyerExists = sqlite.prepare<[string]>('SELECT 1 FROM buyers WHERE id = ?');
  const closes = createLedgerCloses(sqlite, now);
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

    changeCall: (callId, change) => queue.write('power', () => adjust.change(callId, change)),
    refundCall: (callId, decision) => queue.write('power', () => adjust.refund(callId, decision)),
    billCall: (callId, bill) => queue.write('power', () => adjust.bill(callId, bill)),
    close: (before, keyId) => queue.write('power', () => closes.close(before, keyId)),
    latestClose: () => closes.latest(),

    async list(query) {
      return queries.list(query);
    },
    statement: createReadStatement(sqlite),
    check: () => checkLedger(sqlite),
  };
}

function invalidAmount(amountMicros: number): AppError {
  const message = `must be a whole number of micros other than 0, not ${amountMicros}`;
  return new AppError('invalid', `The amount ${message}`, { problems: [{ path: '/amountMicros', message }] });
}
