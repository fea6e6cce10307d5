import Database from 'better-sqlite3';

import { AppError } from '../domain/app-error.ts';

/** What SQLite says when the world is at fault and not the statement, and what a person can do about it. */
const REMEDIES: readonly (readonly [codePrefix: string, remedy: string])[] = [
  ['SQLITE_FULL', 'the disk is full: make room, nothing was written'],
  ['SQLITE_BUSY', 'another process is writing to it: stop that process, or wait for it'],
  ['SQLITE_LOCKED', 'another connection holds it: wait for it'],
  ['SQLITE_IOERR', 'the disk reports an error: check the volume it lies on'],
  ['SQLITE_READONLY', 'it can not be written: check the permissions of the file and its folder'],
  ['SQLITE_CANTOPEN', 'it can not be opened: check that its folder exists and may be written'],
  ['SQLITE_NOMEM', 'there is no memory left'],
  ['SQLITE_CORRUPT', 'it is damaged: restore a backup'],
  ['SQLITE_NOTADB', 'the file is no SQLite database: choose another data folder or move the file away'],
];

/**
 * Turns what was thrown while the database was used into what callers may see: an AppError stays itself, a fault of
 * disk or lock becomes `store-unavailable` with what to do, and every other SQLite error (a violated constraint, a
 * wrong statement) is a defect of ours, `internal`. Anything else, a callback's own error, is passed on as it is.
 */
export function asStoreFault(error: unknown): unknown {
  if (!(error instanceof Database.SqliteError)) return error;
  const { code, message } = error;
  const remedy = REMEDIES.find(([prefix]) => code.startsWith(prefix))?.[1];
  return remedy === undefined
    ? new AppError('internal', `The database refused a statement (${code}: ${message})`, { cause: error })
    : new AppError('store-unavailable', `The database could not be used (${code}): ${remedy}`, { cause: error });
}

/** Whether a fault means that nothing can be written at present. */
export function isUnavailable(error: unknown): error is AppError {
  return error instanceof AppError && error.code === 'store-unavailable';
}
