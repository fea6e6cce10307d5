import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

import type { Sqlite } from '../database.ts';

/** The folders of prompts and recordings in a data folder, and the list of area codes that was imported. */
export const PROMPTS = 'prompts';
export const RECORDINGS = 'recordings';
export const AREA_CODES = 'area-codes.txt';

/** Names that a backup's files may have, below the data folder: nothing in a backup is written anywhere else. */
const OURS = /^(?:area-codes\.txt|prompts\/[\w-]+\.wav|recordings\/(?:[\w-]+\/)*[\w-]+\.wav)$/;

/** Whether a backup may hold a file of this name. */
export function isDataFile(name: string): boolean {
  return OURS.test(name);
}

/** The files beside the database that are small and always kept: uploaded prompts, imported area codes. */
export function smallFilesOf(dataDir: string): readonly string[] {
  const prompts = join(dataDir, PROMPTS);
  const names = existsSync(prompts) ? readdirSync(prompts).map((name) => `${PROMPTS}/${name}`) : [];
  return [...names.sort(), AREA_CODES].filter((name) => isDataFile(name) && existsSync(join(dataDir, name)));
}

/** The files of the recordings that a database names, deleted ones aside; none where its schema knows of none. */
export function recordingsNamedIn(sqlite: Sqlite): readonly string[] {
  if (!hasTable(sqlite, 'recordings')) return [];
  return sqlite
    .prepare<[], string>('SELECT path FROM recordings WHERE deleted_at IS NULL ORDER BY path')
    .pluck()
    .all()
    .filter(isDataFile);
}

/** Whether a database has such a table. */
export function hasTable(sqlite: Sqlite, name: string): boolean {
  return sqlite.prepare("SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = ?").get(name) !== undefined;
}
