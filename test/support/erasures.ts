import Database from 'better-sqlite3';

import type { CallId } from '../../src/domain/ids.ts';
import type { E164 } from '../../src/domain/numbers/e164.ts';
import type { Erasure, ErasureOrder } from '../../src/store/erasure/erasure.ts';
import type { RemoveFiles } from '../../src/store/erasure/erasure-store.ts';
import { databaseFileIn, type Store } from '../../src/store/open-store.ts';

/** For stores whose recordings have no files. */
export const noFiles: RemoveFiles = () => Promise.resolve();

/** Erases a caller by number. */
export function eraseCaller(store: Store, ani: string, order: Partial<ErasureOrder> = {}): Promise<Erasure> {
  const subject = { about: 'caller', ani: ani as E164 } as const;
  return store.erasures.erase({ subject, note: null, keyId: 'key_1', ...order }, noFiles);
}

/** Erases calls by their ids. */
export function eraseCalls(store: Store, ...callIds: readonly string[]): Promise<Erasure> {
  const subject = { about: 'calls', callIds: callIds as readonly CallId[] } as const;
  return store.erasures.erase({ subject, note: null, keyId: 'key_1' }, noFiles);
}

/** Everything a database holds, one text a row, under the names of its tables. */
function everyRow(dataDir: string): ReadonlyMap<string, readonly string[]> {
  const sqlite = new Database(databaseFileIn(dataDir), { readonly: true });
  try {
    const tables = sqlite.prepare<[], string>("SELECT name FROM sqlite_schema WHERE type = 'table'").pluck().all();
    const rowsOf = (table: string) => sqlite.prepare(`SELECT * FROM ${table}`).all();
    return new Map(tables.map((table) => [table, rowsOf(table).map((row) => JSON.stringify(row))]));
  } finally {
    sqlite.close();
  }
}

/** The tables in which a text stands. */
export function tablesWith(dataDir: string, text: string): readonly string[] {
  return [...everyRow(dataDir)].flatMap(([table, rows]) => (rows.some((row) => row.includes(text)) ? [table] : []));
}
