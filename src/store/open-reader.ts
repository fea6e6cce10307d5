import Database from 'better-sqlite3';

import { createListAuditLog } from './audit/list-audit-log.ts';
import { createCallQueries } from './calls/call-queries.ts';
import { createPostingQueries } from './ledger/posting-queries.ts';
import { createReadStatement } from './ledger/statement-queries.ts';
import type { Store } from './open-store.ts';
import { createReportCalls } from './reports/report-calls.ts';
import { readConfiguration } from './resources/read-plan.ts';
import { asStoreFault } from './store-fault.ts';
import { createListDeliveries } from './webhooks/list-deliveries.ts';

/** What there is to read of a store that may take long: lists and reports. A `Store` is one, too. */
export interface StoreReader {
  readonly queries: Pick<Store['queries'], 'list' | 'listTexts' | 'reviewQueue' | 'dispositionReport'>;
  readonly reports: Pick<Store['reports'], 'read'>;
  readonly ledger: Pick<Store['ledger'], 'list' | 'statement'>;
  readonly audit: Pick<Store['audit'], 'list'>;
  readonly deliveryLog: Pick<Store['deliveryLog'], 'list'>;
  readonly resources: Pick<Store['resources'], 'readAll'>;
}

/** A reader with a connection of its own. */
export interface OpenedReader extends StoreReader {
  close(): void;
}

/** How long a read waits where the file is being rebuilt after a crash: nothing else makes a reader of WAL wait. */
const BUSY_TIMEOUT_MS = 2_000;

/** A page cache of its own beside the writer's, in KiB: lists and reports mostly read what came last. */
const CACHE_KIB = 16_384;

/**
 * Opens the database that a store of this process serves for reading alone, for another thread. Each query sees what was
 * committed before it began; none holds anything open once it has answered.
 *
 * Only SQLite may open the file: were it opened and closed in this process by any other way, the locks of the writer's
 * connection would be gone with it (POSIX, fcntl).
 *
 * @throws AppError `store-unavailable` where the file can't be read
 */
export function openReader(file: string): OpenedReader {
  const sqlite = connect(file);
  const postings = createPostingQueries(sqlite);
  return {
    queries: createCallQueries(sqlite),
    reports: createReportCalls(sqlite),
    ledger: { list: async (query) => postings.list(query), statement: createReadStatement(sqlite) },
    audit: { list: createListAuditLog(sqlite) },
    deliveryLog: { list: createListDeliveries(sqlite) },
    resources: { readAll: async () => readConfiguration(sqlite) },
    close: () => sqlite.close(),
  };
}

function connect(file: string): Database.Database {
  try {
    const sqlite = new Database(file, { readonly: true, fileMustExist: true, timeout: BUSY_TIMEOUT_MS });
    sqlite.pragma('query_only = ON');
    sqlite.pragma(`cache_size = -${CACHE_KIB}`);
    sqlite.pragma('temp_store = MEMORY');
    return sqlite;
  } catch (error) {
    throw asStoreFault(error);
  }
}
