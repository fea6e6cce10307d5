import { hash } from 'node:crypto';
import { mkdir, readFile, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { inflateSync } from 'node:zlib';

import { AppError } from '../../domain/app-error.ts';
import type { Sqlite } from '../database.ts';
import { hasTable, isDataFile } from './data-files.ts';

/** As `sqlite3 -A` reads it, with a checksum of each file beside it. */
const TABLES = `
CREATE TABLE sqlar (name TEXT PRIMARY KEY, mode INT, mtime INT, sz INT, data BLOB);
CREATE TABLE backup_checksums (name TEXT PRIMARY KEY, sha256 TEXT NOT NULL) STRICT;
`;

const REGULAR_FILE = 0o100_600;

/** Hears of each file that is done. */
type OnFile = (done: number, total: number) => void;

/**
 * Puts files into a database, each whole or not at all. Returns those that were gone when their turn came: what is
 * deleted while a backup is made is no loss.
 */
export async function archiveFiles(
  sqlite: Sqlite,
  dataDir: string,
  names: readonly string[],
  onFile: OnFile,
): Promise<{ readonly missing: readonly string[] }> {
  sqlite.exec(TABLES);
  const add = sqlite.prepare('INSERT INTO sqlar (name, mode, mtime, sz, data) VALUES (?, ?, ?, ?, ?)');
  const sum = sqlite.prepare('INSERT INTO backup_checksums (name, sha256) VALUES (?, ?)');
  const addBoth = sqlite.transaction((name: string, mtimeS: number, bytes: Buffer) => {
    add.run(name, REGULAR_FILE, mtimeS, bytes.length, bytes);
    sum.run(name, hash('sha256', bytes));
  });
  const missing: string[] = [];
  for (const [index, name] of names.entries()) {
    const path = join(dataDir, name);
    const bytes = await readFile(path).catch(notThere);
    const found = bytes && (await stat(path).catch(notThere));
    if (bytes && found) addBoth(name, Math.floor(found.mtimeMs / 1_000), bytes);
    else missing.push(name);
    onFile(index + 1, names.length);
  }
  return { missing };
}

function notThere(error: NodeJS.ErrnoException): undefined {
  if (error.code !== 'ENOENT') throw error;
}

interface Archived {
  readonly name: string;
  readonly sz: number;
  readonly data: Buffer;
  readonly sha256: string | null;
}

/**
 * Writes the files of a backup below a folder. Returns their names; none where the database is a plain copy.
 *
 * @throws AppError `invalid` for a file that isn't what was archived, or that would lie elsewhere
 */
export async function extractFiles(sqlite: Sqlite, folder: string, onFile: OnFile): Promise<readonly string[]> {
  if (!hasTable(sqlite, 'sqlar') || !hasTable(sqlite, 'backup_checksums')) return [];
  const names = sqlite.prepare<[], string>('SELECT name FROM sqlar ORDER BY name').pluck().all();
  const read = sqlite.prepare<[string], Archived>(
    'SELECT name, sz, data, sha256 FROM sqlar LEFT JOIN backup_checksums USING (name) WHERE name = ?',
  );
  for (const [index, name] of names.entries()) {
    const archived = read.get(name);
    if (!isDataFile(name) || !archived) {
      throw new AppError('invalid', `The backup holds ${JSON.stringify(name)}, which is no file of a data folder.`);
    }
    const path = join(folder, name);
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, bytesOf(archived), { flush: true });
    onFile(index + 1, names.length);
  }
  return names;
}

function bytesOf({ name, sz, data, sha256 }: Archived): Buffer {
  // Other programs that write such archives compress what gets smaller by it.
  const bytes = data.length === sz ? data : inflateSync(data);
  if (hash('sha256', bytes) === sha256) return bytes;
  throw new AppError('invalid', `${name} in the backup is not what was put there: the backup is damaged.`);
}

/** Takes the archive out of a database again. */
export function dropArchive(sqlite: Sqlite): void {
  sqlite.exec('DROP TABLE IF EXISTS sqlar; DROP TABLE IF EXISTS backup_checksums;');
}
