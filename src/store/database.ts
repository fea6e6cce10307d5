import { closeSync, existsSync, mkdirSync, openSync, readSync, statSync } from 'node:fs';
import { dirname } from 'node:path';

import Database from 'better-sqlite3';

import { AppError } from '../domain/app-error.ts';
import { lockFile } from './file-lock.ts';
import { applyMigrations, LATEST_VERSION } from './migrations/apply-migrations.ts';
import { asStoreFault } from './store-fault.ts';

export type Sqlite = Database.Database;

/**
 * `serve` owns the data: it takes the lock and brings the schema up to date. `visit` is for tools beside a running
 * server (keys, verify, backup): no lock, and the schema must be this version's already. `change` is for tools that
 * change what a server keeps in memory: the schema as for a visit, and the lock, so that none runs meanwhile.
 */
export type Access = 'serve' | 'visit' | 'change';

export interface OpenedDatabase {
  readonly sqlite: Sqlite;
  /** Closes the database, then gives the lock back. Idempotent. */
  close(): void;
}

/** How long a statement waits for another process's write before it is refused. It blocks the event loop, so: short. */
const BUSY_TIMEOUT_MS = 2000;
/** The page cache, in KiB: the indexes of a few hundred thousand calls. */
const CACHE_KIB = 65_536;
/**
 * Opens the database in `file` (`:memory:` for one that dies with the process), after making sure that no other
 * process serves it and that its schema is not newer than this program.
 *
 * @throws AppError `store-unavailable`: served by another process (`ServedElsewhere`), newer schema (the file is left as
 *   it was), no database, or a folder that can't be written
 */
export function openDatabase(file: string, access: Access): OpenedDatabase {
  const inMemory = file === ':memory:';
  let unlock = (): void => undefined;
  try {
    if (!inMemory) {
      if (access === 'serve') mkdirSync(dirname(file), { recursive: true });
      refuseForeignSchema(file, access);
      if (access !== 'visit') unlock = lockFile(`${file}.lock`, dirname(file));
    }
    const sqlite = connect(file);
    if (access === 'serve') applyMigrations(sqlite);
    return {
      sqlite,
      close() {
        sqlite.close();
        unlock();
      },
    };
  } catch (error) {
    unlock();
    throw asOpenFault(file, error);
  }
}

function connect(file: string): Sqlite {
  const sqlite = new Database(file, { timeout: BUSY_TIMEOUT_MS });
  sqlite.pragma('journal_mode = WAL');
  // Who needs a commit on the disk has the log synced: `log-flush.ts`.
  sqlite.pragma('synchronous = NORMAL');
  sqlite.pragma('foreign_keys = ON');
  sqlite.pragma(`cache_size = -${CACHE_KIB}`);
  // Savepoints keep the pages they may have to restore; in memory that costs a copy, in a file a write.
  sqlite.pragma('temp_store = MEMORY');
  // What is deleted, or moved to another page, leaves no copy behind: whoever is erased is nowhere in the file. No more CPU
  // a call than without, as far as can be measured.
  sqlite.pragma('secure_delete = ON');
  return sqlite;
}

/** Looks at the schema version before anything can touch the file. */
function refuseForeignSchema(file: string, access: Access): void {
  const version = schemaVersionOf(file);
  if (version > LATEST_VERSION) {
    throw new AppError(
      'store-unavailable',
      `The database ${file} has schema version ${version}, and this Tollgate knows versions up to ${LATEST_VERSION}. ` +
        'Nothing was changed. Run the newer Tollgate that wrote it, or restore a backup made before the upgrade.',
    );
  }
  if (access !== 'serve' && version < LATEST_VERSION) {
    throw new AppError(
      'store-unavailable',
      version === 0
        ? `There is no Tollgate database at ${file}: start the server once, or check TOLLGATE_DATA_DIR.`
        : `The database ${file} has schema version ${version}, this Tollgate works on ${LATEST_VERSION}. ` +
            'Run `tollgate migrate`, or start the server, which does the same.',
    );
  }
}

/** Where the header keeps `user_version`, a big-endian 32-bit integer (SQLite file format, §1.3). */
const USER_VERSION_OFFSET = 60;

/**
 * The schema version of a database file, 0 where there is none. With no write-ahead log beside it the header says it
 * all and is read as plain bytes; otherwise the log may hold a newer header, and SQLite reads both, without writing.
 */
export function schemaVersionOf(file: string): number {
  if (!existsSync(file) || statSync(file).size === 0) return 0;
  const log = `${file}-wal`;
  if (existsSync(log) && statSync(log).size > 0) {
    const reader = new Database(file, { readonly: true, timeout: BUSY_TIMEOUT_MS });
    try {
      return Number(reader.pragma('user_version', { simple: true }));
    } finally {
      reader.close();
    }
  }
  const header = Buffer.alloc(USER_VERSION_OFFSET + 4);
  const descriptor = openSync(file, 'r');
  try {
    readSync(descriptor, header, 0, header.length, 0);
  } finally {
    closeSync(descriptor);
  }
  return header.readInt32BE(USER_VERSION_OFFSET);
}

function asOpenFault(file: string, error: unknown): unknown {
  const fault = asStoreFault(error);
  if (fault instanceof AppError) return fault;
  const reason = error instanceof Error ? error.message : String(error);
  return new AppError('store-unavailable', `The database ${file} can not be opened: ${reason}`, { cause: error });
}
