import { existsSync } from 'node:fs';
import { mkdtemp, rm, stat, statfs, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';

import { lookAtDatabase } from '../../store/look-at-database.ts';
import { LATEST_VERSION } from '../../store/migrations/apply-migrations.ts';
import { databaseFileIn } from '../../store/open-store.ts';
import { fail, ok, warn, type Finding } from './finding.ts';

const SCARCE_BYTES = 1024 ** 3;
const TOO_LITTLE_BYTES = 100 * 1024 ** 2;
/** What others than owner and group may do (POSIX). */
const OTHERS = 0o007;
/** How far the clock of a file system, which may be another machine's, can be off. */
const SAME_TIME_MS = 2_000;
/** A call can't have come in later than now. */
const FUTURE_MS = 60_000;

/** The data folder: whether it can be written, who else can read it, how much room there is, and whether its clock is ours. */
export async function checkDataFolder(dataDir: string): Promise<Finding[]> {
  const folder = nearestExisting(resolve(dataDir));
  const written = await tryToWrite(folder);
  if ('reason' in written) {
    const remedy = 'Give the account that runs Tollgate the folder, or name another in TOLLGATE_DATA_DIR.';
    return [fail('data folder', `${folder} can't be written: ${written.reason}`, remedy)];
  }
  const there = folder === resolve(dataDir) ? `${folder} can be written` : `${resolve(dataDir)} will be made`;
  const { bavail, bsize } = await statfs(folder);
  const { mode } = await stat(folder);
  const privacy = folder === resolve(dataDir) ? judgePrivacy(folder, mode) : [];
  return [ok('data folder', there), ...privacy, judgeRoom(bavail * bsize), judgeFileTime(written.offMs)];
}

function nearestExisting(folder: string): string {
  return existsSync(folder) ? folder : nearestExisting(dirname(folder));
}

async function tryToWrite(folder: string): Promise<{ readonly offMs: number } | { readonly reason: string }> {
  try {
    const trial = await mkdtemp(join(folder, '.doctor-'));
    try {
      const before = Date.now();
      await writeFile(join(trial, 'trial'), 'written by tollgate doctor', { flush: true });
      const { mtimeMs } = await stat(join(trial, 'trial'));
      return { offMs: Math.round(mtimeMs - before) };
    } finally {
      await rm(trial, { recursive: true, force: true });
    }
  } catch (error) {
    return { reason: (error as Error).message };
  }
}

/** Warns where the mode of the data folder lets in whoever has an account on this machine. */
export function judgePrivacy(folder: string, mode: number): Finding[] {
  if ((mode & OTHERS) === 0) return [];
  const found = `${folder} is open to every account of this machine: who called, and what was said`;
  return [warn('data privacy', found, `chmod -R o= ${folder}`)];
}

/** Whether so many free bytes are enough. */
export function judgeRoom(bytes: number): Finding {
  const found = `${(bytes / 1024 ** 3).toFixed(1)} GiB free`;
  const remedy = 'Make room: without any, calls are refused with 503. Recordings take about 2 MB a minute.';
  if (bytes < TOO_LITTLE_BYTES) return fail('disk', found, remedy);
  return bytes < SCARCE_BYTES ? warn('disk', found, remedy) : ok('disk', found);
}

/** Whether a file's time agrees with the clock, which it is ahead of by so many milliseconds. */
export function judgeFileTime(offMs: number): Finding {
  if (Math.abs(offMs) <= SAME_TIME_MS) return ok('file times', 'agree with the clock');
  const remedy = 'Set the clocks of this machine and of the file server alike.';
  return warn('file times', `differ from the clock by ${offMs} ms`, remedy);
}

/** The database: its schema, whether it can be read, and whether the clock has gone back since its last call. */
export function checkDatabase(dataDir: string, served: boolean, now: number): Finding[] {
  const file = databaseFileIn(dataDir);
  try {
    const { schemaVersion, settled, newestCallAt } = lookAtDatabase(file);
    if (schemaVersion === 0) return [ok('database', `none yet: ${file} is made at the first start`)];
    if (schemaVersion > LATEST_VERSION) {
      const found = `schema version ${schemaVersion}, and this Tollgate knows versions up to ${LATEST_VERSION}`;
      return [fail('database', found, 'Run the newer Tollgate that wrote it, or restore a backup.')];
    }
    const by = served ? 'served by a running Tollgate' : 'served by nobody';
    const look = ok('database', `${settled} settled calls, schema version ${schemaVersion}, ${by}`);
    return [look, ...pending(schemaVersion), ...future(newestCallAt, now)];
  } catch (error) {
    const remedy = 'Check who owns the file; where it is damaged, put it aside and restore a backup.';
    return [fail('database', `${file} can't be read: ${(error as Error).message}`, remedy)];
  }
}

function pending(version: number): Finding[] {
  if (version === LATEST_VERSION) return [];
  const found = `${LATEST_VERSION - version} steps of the schema are still to be made`;
  return [warn('migrations', found, 'Make a backup, then run `tollgate migrate` or start the server.')];
}

function future(newestCallAt: number | null, now: number): Finding[] {
  if (newestCallAt === null || newestCallAt <= now + FUTURE_MS) return [];
  const found = `the latest call came in at ${new Date(newestCallAt).toISOString()}, after now`;
  return [fail('call times', found, 'The clock went back: set it, or caps and duplicates look at the wrong days.')];
}
