import { createHash } from 'node:crypto';
import { createReadStream, existsSync } from 'node:fs';
import { open, rename, rm, stat } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { pipeline } from 'node:stream/promises';

import Database from 'better-sqlite3';

import { AppError } from '../../domain/app-error.ts';
import { schemaVersionOf, type Sqlite } from '../database.ts';
import { LATEST_VERSION } from '../migrations/apply-migrations.ts';
import { databaseFileIn } from '../open-store.ts';
import { asStoreFault } from '../store-fault.ts';
import { checkBooks } from './check-books.ts';
import { recordingsNamedIn, smallFilesOf } from './data-files.ts';
import { archiveFiles } from './file-archive.ts';

/** Hears how far long work has come; `total` 0 for what has no parts. */
export type OnStep = (what: string, done: number, total: number) => void;

export interface BackupOptions {
  readonly dataDir: string;
  /** What the backup is to be called. */
  readonly file: string;
  readonly withRecordings: boolean;
  /** Whether it may take the place of another file. */
  readonly force: boolean;
  /** Whether the copy's books are proved before it gets its name. */
  readonly verify: boolean;
  readonly onStep: OnStep;
}

/** A backup that is whole. */
export interface BackupMade {
  readonly file: string;
  readonly sizeBytes: number;
  readonly sha256: string;
  readonly schemaVersion: number;
  /** The CDR chain as it stood: how many calls were settled, and the hash of the last. */
  readonly chain: { readonly length: number; readonly hash: string };
  /** Files in it beside the database. */
  readonly files: number;
  /** Recordings that the database names and that were not there. */
  readonly missing: readonly string[];
  /** Whether its books were proved, too. */
  readonly verified: boolean;
}

/** Pages copied between two looks at the rest of the world: 8 MiB. */
const PAGES_AT_ONCE = 2_000;

/**
 * Makes a backup of a data folder in one file, beside a running server, which neither waits for it nor is waited for:
 * the database as it stood when the copy began, and its files. It is written under another name, checked, brought to
 * the disk, and only then called what was asked for.
 *
 * @throws AppError `wrong-state` where the file is there already, or its folder isn't; `store-unavailable` where there
 *   is no database, or the copy can't be written or isn't sound
 */
export async function makeBackup(options: BackupOptions): Promise<BackupMade> {
  const file = resolve(options.file);
  refuseInPlace(file, options);
  // A folder that isn't there is a typing error, or a disk that isn't mounted: what would be made is no backup.
  if (!existsSync(dirname(file))) {
    throw new AppError(
      'wrong-state',
      `There is no folder ${dirname(file)}: make it first, or mount what belongs there.`,
    );
  }
  const unfinished = `${file}.${process.pid}.part`;
  try {
    // It holds what the database does, hashes of keys and secrets of webhooks: for its owner's eyes.
    await (await open(unfinished, 'wx', 0o600)).close();
    await copyDatabase(databaseFileIn(options.dataDir), unfinished, options.onStep);
    const about = await completeCopy(unfinished, options);
    const { size: sizeBytes } = await stat(unfinished);
    options.onStep('Hashing', 0, 0);
    const sha256 = await hashFile(unfinished);
    refuseInPlace(file, options);
    await rename(unfinished, file);
    await sync(dirname(file));
    return { file, sizeBytes, sha256, ...about };
  } catch (error) {
    throw asBackupFault(file, error);
  } finally {
    for (const rest of ['', '-journal', '-wal', '-shm']) await rm(`${unfinished}${rest}`, { force: true });
  }
}

function refuseInPlace(file: string, { force }: BackupOptions): void {
  if (force || !existsSync(file)) return;
  throw new AppError('wrong-state', `${file} is there already: name another file, or replace it with --force.`);
}

async function copyDatabase(source: string, target: string, onStep: OnStep): Promise<void> {
  const version = schemaVersionOf(source);
  if (version === 0) {
    throw new AppError('store-unavailable', `There is no Tollgate database at ${source}: check TOLLGATE_DATA_DIR.`);
  }
  if (version > LATEST_VERSION) {
    const newer = `has schema version ${version}, and this Tollgate knows versions up to ${LATEST_VERSION}`;
    throw new AppError('store-unavailable', `The database ${source} ${newer}: back it up with the one that wrote it.`);
  }
  const sqlite = new Database(source, { fileMustExist: true });
  try {
    // One reading from beginning to end: what is written meanwhile is not seen, and the copy never begins anew.
    sqlite.exec('BEGIN');
    sqlite.prepare('SELECT count(*) FROM sqlite_schema').get();
    await sqlite.backup(target, {
      progress({ totalPages, remainingPages }) {
        onStep('Copying pages of the database', totalPages - remainingPages, totalPages);
        return PAGES_AT_ONCE;
      },
    });
  } finally {
    sqlite.close();
  }
}

type About = Pick<BackupMade, 'schemaVersion' | 'chain' | 'files' | 'missing' | 'verified'>;

/** Proves the copy and puts the files beside it into it. */
async function completeCopy(copy: string, options: BackupOptions): Promise<About> {
  const { dataDir, withRecordings, verify, onStep } = options;
  if (verify) {
    onStep('Proving CDRs, ledger and reports', 0, 0);
    const { problems } = await checkBooks(copy, 'visit');
    if (problems.length > 0) {
      const found = problems.join('; ');
      throw new AppError('store-unavailable', `The books do not add up, and no backup was kept: ${found}.`);
    }
  }
  const sqlite = new Database(copy);
  try {
    // A backup is one file, with no log beside it.
    sqlite.pragma('journal_mode = DELETE');
    const names = [...smallFilesOf(dataDir), ...(withRecordings ? recordingsNamedIn(sqlite) : [])];
    const { missing } = await archiveFiles(sqlite, dataDir, names, (done, total) =>
      onStep('Adding files', done, total),
    );
    onStep('Checking the copy', 0, 0);
    refuseDamaged(sqlite);
    return {
      schemaVersion: Number(sqlite.pragma('user_version', { simple: true })),
      chain: sqlite.prepare<[], BackupMade['chain']>('SELECT length, hash FROM chain_head').get()!,
      files: names.length - missing.length,
      missing,
      verified: verify,
    };
  } finally {
    sqlite.close();
    await sync(copy);
  }
}

/** @throws AppError `store-unavailable` for a database whose pages or indexes don't fit together */
export function refuseDamaged(sqlite: Sqlite): void {
  const found = String(sqlite.pragma('integrity_check(1)', { simple: true }));
  if (found !== 'ok') throw new AppError('store-unavailable', `The database is damaged: ${found}.`);
}

async function hashFile(file: string): Promise<string> {
  const digest = createHash('sha256');
  await pipeline(createReadStream(file), digest);
  return digest.digest('hex');
}

/** Of a file its bytes, of a folder its names. */
async function sync(path: string): Promise<void> {
  const handle = await open(path, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

function asBackupFault(file: string, error: unknown): unknown {
  const fault = asStoreFault(error);
  if (fault instanceof AppError || !(fault instanceof Error && 'code' in fault)) return fault;
  return new AppError('store-unavailable', `No backup can be made at ${file}: ${fault.message}`, { cause: error });
}
