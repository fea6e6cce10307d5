import type { EpochMs } from '../domain/time.ts';
import { openStore, type Store } from '../store/open-store.ts';
import { readSettings } from './read-settings.ts';
import type { Terminal } from './terminal.ts';

/**
 * Opens the data of `TOLLGATE_DATA_DIR` beside the server, if one runs, for as long as `use` takes.
 *
 * @throws AppError `store-unavailable` where there is no database, or one of another schema version
 */
export async function visitStore<Result>(terminal: Terminal, use: (store: Store) => Promise<Result>): Promise<Result> {
  const { TOLLGATE_DATA_DIR: dataDir } = readSettings(terminal);
  const store = openStore({ dataDir, now: () => Date.now() as EpochMs, access: 'visit' });
  try {
    return await use(store);
  } finally {
    store.close();
  }
}
