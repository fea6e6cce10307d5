import { AppError } from '../../domain/app-error.ts';
import { toIso, type EpochMs, type IsoInstant } from '../../domain/time.ts';
import type { Sqlite } from '../database.ts';

/** A closing of the books: what was posted before that instant is final. */
export interface LedgerClose {
  readonly before: IsoInstant;
  /** When it was closed, and by whose key. */
  readonly at: IsoInstant;
  readonly keyId: string;
}

interface CloseRow {
  readonly before: EpochMs;
  readonly at: EpochMs;
  readonly key_id: string;
}

/** Closings, for use inside a transaction. */
export interface LedgerCloses {
  /** The latest; null while all is open. */
  latest(): LedgerClose | null;
  /**
   * Closes what lies before the instant. Doing the same again gives the closing there is.
   *
   * @throws AppError `invalid` for an instant in the future, or before one that is closed already
   */
  close(before: EpochMs, keyId: string): { readonly made: boolean; readonly close: LedgerClose };
}

export function createLedgerCloses(sqlite: Sqlite, now: () => EpochMs): LedgerCloses {
  const select = sqlite.prepare<[], CloseRow>(
    'SELECT before, at, key_id FROM ledger_closes ORDER BY before DESC LIMIT 1',
  );
  const insert = sqlite.prepare<[number, number, string]>(
    `INSERT INTO ledger_closes (before, at, key_id, last_posting)
     SELECT ?, ?, ?, coalesce(max(seq), 0) FROM postings`,
  );

  return {
    latest() {
      const row = select.get();
      return row === undefined ? null : toClose(row);
    },
    close(before, keyId) {
      const row = select.get();
      if (row?.before === before) return { made: false, close: toClose(row) };
      const at = now();
      if (before > at) throw refused(`${toIso(before)} is still to come: close what is over, up to now.`);
      if (row !== undefined && before < row.before) {
        throw refused(`All before ${toIso(row.before)} is closed already, and stays so: give a later instant.`);
      }
      insert.run(before, at, keyId);
      return { made: true, close: toClose({ before, at, key_id: keyId }) };
    },
  };
}

function toClose({ before, at, key_id: keyId }: CloseRow): LedgerClose {
  return { before: toIso(before), at: toIso(at), keyId };
}

function refused(message: string): AppError {
  return new AppError('invalid', `/before: ${message}`, { problems: [{ path: '/before', message }] });
}
