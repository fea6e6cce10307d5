import { existsSync } from 'node:fs';
import { copyFile, link, mkdir, open, rename, rm } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';

import Database from 'better-sqlite3';

import { AppError } from '../../domain/app-error.ts';
import { toIso, type EpochMs } from '../../domain/time.ts';
import { schemaVersionOf } from '../database.ts';
import { lockFile } from '../file-lock.ts';
import { LATEST_VERSION } from '../migrations/apply-migrations.ts';
import { databaseFileIn } from '../open-store.ts';
import { asStoreFault } from '../store-fault.ts';
import { checkBooks } from './check-books.ts';
import { AREA_CODES, hasTable, PROMPTS, RECORDINGS, recordingsNamedIn } from './data-files.ts';
import { eraseAgain } from './erase-again.ts';
import { dropArchive, extractFiles } from './file-archive.ts';
import { refuseDamaged, type OnStep } from './make-backup.ts';

export interface RestoreOptions {
  /** The backup. */
  readonly file: string;
  readonly dataDir: string;
  /** Whether data that is there may be put aside. */
  readonly force: boolean;
  readonly now: EpochMs;
  readonly onStep: OnStep;
}

/** A data folder as a backup held it. */
export interface Restored {
  readonly dataDir: string;
  /** Of the backup; the folder's is this program's. */
  readonly schemaVersion: number;
  readonly chain: { readonly length: number; readonly head: string };
  /** Files beside the database. */
  readonly files: number;
  /** Recordings that the database names and that were neither in the backup nor in the folder. */
  readonly missingRecordings: number;
  /**
   * Calls erased once more, because the data that was there says that they had been since the backup; null where that could
   * not be read.
   */
  readonly erasedAgain: number | null;
  /** Where what was in the folder lies now; null where there was nothing. */
  readonly putAside: string | null;
}

/** What a restore puts into a data folder, in this order: a server finds either the whole or no database. */
const PARTS = [PROMPTS, RECORDINGS, AREA_CODES, 'tollgate.db'] as const;
/** What may lie beside a database that was not closed, and belongs to it. */
const LOGS = ['tollgate.db-wal', 'tollgate.db-shm'] as const;

/**
 * Makes a data folder out of a backup, or of a plain copy of a database. All is made ready and proved in a folder of its
 * own first, and then moved into place; what was there is put aside whole.
 *
 * @throws ServedElsewhere where a server runs; AppError `wrong-state` where there is data already; `invalid` for what is
 *   no sound backup; `store-unavailable` where the folder can't be written. Nothing was changed then
 */
export async function restoreBackup(options: RestoreOptions): Promise<Restored> {
  const file = resolve(options.file);
  const dataDir = resolve(options.dataDir);
  const schemaVersion = await refuseForeign(file);
  try {
    await mkdir(dataDir, { recursive: true });
    const unlock = lockFile(`${databaseFileIn(dataDir)}.lock`, dataDir);
    const staging = join(dataDir, `restoring-${process.pid}`);
    try {
      const present = [...LOGS, ...PARTS].filter((name) => existsSync(join(dataDir, name)));
      if (present.length > 0 && !options.force) throw inTheWay(dataDir, present);
      await mkdir(staging);
      const made = await makeReady(file, staging, dataDir, options.onStep);
      const putAside = present.length === 0 ? null : join(dataDir, `before-restore-${stampOf(options.now)}`);
      if (putAside !== null) await moveAll(present, dataDir, putAside);
      await moveAll(
        PARTS.filter((name) => existsSync(join(staging, name))),
        staging,
        dataDir,
      );
      // Only now, since whoever reads a database leaves traces beside it.
      const erasedAgain = putAside === null ? 0 : await eraseAgain(dataDir, putAside, options.now);
      return { dataDir, schemaVersion, ...made, erasedAgain, putAside };
    } finally {
      await rm(staging, { recursive: true, force: true });
      unlock();
    }
  } catch (error) {
    throw asRestoreFault(file, dataDir, error);
  }
}

/** How an SQLite database begins (SQLite file format, §1.3). */
const MAGIC = 'SQLite format 3\0';

/** @returns the backup's schema version */
async function refuseForeign(file: string): Promise<number> {
  if (!existsSync(file)) throw new AppError('invalid', `There is no file ${file}.`);
  if ((await beginningOf(file)) !== MAGIC) throw new AppError('invalid', `${file} is no backup: it is no database.`);
  const version = schemaVersionOf(file);
  if (version > LATEST_VERSION) {
    const newer = `has schema version ${version}, and this Tollgate knows versions up to ${LATEST_VERSION}`;
    throw new AppError('invalid', `${file} ${newer}: restore it with the Tollgate that made it, or a later one.`);
  }
  return version;
}

async function beginningOf(file: string): Promise<string> {
  const handle = await open(file, 'r');
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(MAGIC.length), 0, MAGIC.length, 0);
    return buffer.toString('latin1', 0, bytesRead);
  } finally {
    await handle.close();
  }
}

function inTheWay(dataDir: string, present: readonly string[]): AppError {
  const advice = 'restore into an empty folder (TOLLGATE_DATA_DIR), or put what is there aside with --force';
  return new AppError('wrong-state', `${dataDir} holds data already (${present.join(', ')}): ${advice}.`);
}

type MadeReady = Pick<Restored, 'chain' | 'files' | 'missingRecordings'>;

async function makeReady(file: string, staging: string, dataDir: string, onStep: OnStep): Promise<MadeReady> {
  const database = databaseFileIn(staging);
  onStep('Copying the database', 0, 0);
  await copyFile(file, database);
  const { files, recordings } = await unpack(file, database, staging, onStep);
  const missingRecordings = await bringAlong(recordings, dataDir, staging);
  onStep('Proving CDRs, ledger and reports', 0, 0);
  const { cdrs, problems } = await checkBooks(database, 'serve');
  if (!cdrs.intact || problems.length > 0) {
    throw new AppError('invalid', `The books in ${file} do not add up: ${problems.join('; ')}. Nothing was changed.`);
  }
  return { chain: { length: cdrs.length, head: cdrs.head }, files, missingRecordings };
}

async function unpack(
  file: string,
  database: string,
  staging: string,
  onStep: OnStep,
): Promise<{ readonly files: number; readonly recordings: readonly string[] }> {
  const sqlite = new Database(database);
  try {
    if (!hasTable(sqlite, 'chain_head')) {
      throw new AppError('invalid', `${file} is a database, but not one of Tollgate's.`);
    }
    onStep('Checking the database', 0, 0);
    refuseDamaged(sqlite);
    const names = await extractFiles(sqlite, staging, (done, total) => onStep('Writing files', done, total));
    dropArchive(sqlite);
    // Recordings leave more room behind than the database will ever fill.
    if (names.some((name) => name.startsWith(`${RECORDINGS}/`))) sqlite.exec('VACUUM');
    return { files: names.length, recordings: recordingsNamedIn(sqlite) };
  } finally {
    sqlite.close();
  }
}

/** Gives the new folder those recordings that it names and only the old one has. Returns how many neither has. */
async function bringAlong(recordings: readonly string[], from: string, to: string): Promise<number> {
  let missing = 0;
  for (const name of recordings) {
    const [old, fresh] = [join(from, name), join(to, name)];
    if (existsSync(fresh)) continue;
    if (!existsSync(old)) {
      missing += 1;
      continue;
    }
    await mkdir(dirname(fresh), { recursive: true });
    // Another name for the same bytes, where the file system has that.
    await link(old, fresh).catch(() => copyFile(old, fresh));
  }
  return missing;
}

/** Moves what is named from one folder into another; where one can't be moved, those before it are moved back. */
async function moveAll(names: readonly string[], from: string, to: string): Promise<void> {
  await mkdir(to, { recursive: true });
  const moved: string[] = [];
  try {
    for (const name of names) {
      await rename(join(from, name), join(to, name));
      moved.push(name);
    }
  } catch (error) {
    for (const name of moved.reverse()) await rename(join(to, name), join(from, name));
    throw error;
  }
}

/** As a name of a folder. */
function stampOf(now: EpochMs): string {
  return toIso(now).replaceAll(/[:.]/g, '-');
}

function asRestoreFault(file: string, dataDir: string, error: unknown): unknown {
  if (error instanceof Database.SqliteError && /^SQLITE_(NOTADB|CORRUPT)/.test(error.code)) {
    return new AppError('invalid', `${file} is no backup: ${error.message}. Nothing was changed.`, { cause: error });
  }
  const fault = asStoreFault(error);
  if (fault instanceof AppError || !(fault instanceof Error && 'code' in fault)) return fault;
  return new AppError('store-unavailable', `${dataDir} can not be written: ${fault.message}`, { cause: error });
}
