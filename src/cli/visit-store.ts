import type { EpochMs } from '../domain/time.ts';
import { openStore, type Store } from '../store/open-store.ts';
import { readSettings } from './read-settings.ts';
import type { Terminal } from './terminal.ts';

/**
 * Opens the data of `TOLLGATE_DATA_DIR` beside the server, if one runs, for as long as `use` takes.
 *
 * @throws AppError `store-unavailable` where there is no database, or one of another schema version
 */
export function visitStore<Result>(terminal: Terminal, use: (store: Store) => Promise<Result>): Promise<Result> {
  return withStore(terminal, 'visit', use);
}

/**
 * Opens the data in place of a server, for what one would not hear of, for as long as `use` takes.
 *
 * @throws ServedElsewhere where a server runs; AppError `store-unavailable` as for a visit
 */
export function changeStore<Result>(terminal: Terminal, use: (store: Store) => Promise<Result>): Promise<Result> {
  return withStore(terminal, 'change', use);
}

async function withStore<Result>(
  terminal: Terminal,
  access: 'visit' | 'change',
  use: (store: Store) => Promise<Result>,
): Promise<Result> {
  const { TOLLGATE_DATA_DIR: dataDir } = readSettings(terminal);
  const store = openStore({ dataDir, now: () => Date.now() as EpochMs, access });
  try {
    return await use(store);
  } finally {
    store.close();
  }
}
