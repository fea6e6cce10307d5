import Database from 'better-sqlite3';

import { AppError } from '../domain/app-error.ts';

/** Another process, or another opening in this one, holds the data: `store-unavailable`. */
export class ServedElsewhere extends AppError {
  constructor(folder: string, cause: unknown) {
    const advice = 'stop it first, or give this one a folder of its own (TOLLGATE_DATA_DIR)';
    super('store-unavailable', `Another Tollgate is serving the data folder ${folder}: ${advice}.`, { cause });
  }
}

/**
 * Takes a lock that no other process, nor another opening in this one, can hold at the same time, and that the
 * operating system gives back when the process dies, however it dies. It is an exclusive SQLite transaction on an
 * empty file, which works wherever the database itself does and leaves no stale process id to judge.
 *
 * @returns how to give it back; idempotent
 * @throws ServedElsewhere where someone else holds it
 */
export function lockFile(file: string, folder: string): () => void {
  const lock = new Database(file, { timeout: 0 });
  try {
    lock.exec('BEGIN EXCLUSIVE');
  } catch (error) {
    lock.close();
    if (!(error instanceof Database.SqliteError) || !error.code.startsWith('SQLITE_BUSY')) throw error;
    throw new ServedElsewhere(folder, error);
  }
  return () => {
    lock.close();
  };
}
