import { existsSync } from 'node:fs';
import { dirname } from 'node:path';

import Database from 'better-sqlite3';

import type { EpochMs } from '../domain/time.ts';
import { schemaVersionOf } from './database.ts';
import { lockFile, ServedElsewhere } from './file-lock.ts';

/** What there is to know of a database without opening it as a store. */
export interface DatabaseLook {
  /** 0 where there is none. */
  readonly schemaVersion: number;
  /** Calls that have been settled. */
  readonly settled: number;
  /** When the latest call came in; null where none has. */
  readonly newestCallAt: EpochMs | null;
}

/** Looks at the database in `file`, of whatever schema. Throws what SQLite does where it can't be read. */
export function lookAtDatabase(file: string): DatabaseLook {
  const schemaVersion = schemaVersionOf(file);
  if (schemaVersion === 0) return { schemaVersion, settled: 0, newestCallAt: null };
  const sqlite = new Database(file, { fileMustExist: true });
  try {
    const settled = sqlite.prepare<[], number>('SELECT length FROM chain_head').pluck().get() ?? 0;
    const newest = sqlite.prepare<[], EpochMs | null>('SELECT max(received_at) FROM calls').pluck().get();
    return { schemaVersion, settled, newestCallAt: newest ?? null };
  } finally {
    sqlite.close();
  }
}

/** Whether a server serves the database in `file` at this moment. */
export function isServed(file: string): boolean {
  const lock = `${file}.lock`;
  if (!existsSync(lock)) return false;
  try {
    lockFile(lock, dirname(file))();
    return false;
  } catch (error) {
    if (error instanceof ServedElsewhere) return true;
    throw error;
  }
}
