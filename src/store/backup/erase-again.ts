import { existsSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';

import Database from 'better-sqlite3';

import type { CallId } from '../../domain/ids.ts';
import type { EpochMs } from '../../domain/time.ts';
import { databaseFileIn, openStore } from '../open-store.ts';
import { hasTable } from './data-files.ts';

/**
 * Erases in restored data what had been erased in the data before it: a backup made earlier still says who called.
 *
 * @param dataDir the folder of the restored data, which whoever calls this has to itself
 * @param putAside where the data before it lies
 * @returns how many calls were erased; null where the database put aside can't be read
 */
export async function eraseAgain(dataDir: string, putAside: string, now: EpochMs): Promise<number | null> {
  const erased = erasedIn(databaseFileIn(putAside));
  if (erased === null || erased.length === 0) return erased === null ? null : 0;
  const store = openStore({ dataDir, access: 'visit', now: () => now });
  try {
    const absent = new Set(store.erasures.unknown(erased));
    const callIds = erased.filter((id) => !absent.has(id));
    if (store.erasures.count({ about: 'calls', callIds }).calls === 0) return 0;
    const order = { subject: { about: 'calls', callIds }, note: 'Erased again after a restore', keyId: 'cli' } as const;
    const { callsErased } = await store.erasures.erase(order, async ({ callId }) => {
      const path = store.recordings.find(callId)?.path;
      if (path !== undefined) await rm(join(dataDir, path), { force: true });
    });
    return callsErased;
  } finally {
    store.close();
  }
}

/** The calls that were erased in a database; none where there is no such database, null where it can't be read. */
function erasedIn(file: string): readonly CallId[] | null {
  if (!existsSync(file)) return [];
  try {
    const sqlite = new Database(file, { readonly: true });
    try {
      if (!hasTable(sqlite, 'erased_calls')) return [];
      return sqlite.prepare<[], CallId>('SELECT id FROM erased_calls JOIN calls ON calls.seq = call_seq').pluck().all();
    } finally {
      sqlite.close();
    }
  } catch (error) {
    // A database that is damaged is what backups are for.
    if (error instanceof Database.SqliteError) return null;
    throw error;
  }
}
