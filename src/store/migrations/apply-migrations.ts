import { hash } from 'node:crypto';

import type { Database } from 'better-sqlite3';

import { AppError } from '../../domain/app-error.ts';
import { configuration } from './0001-configuration.ts';
import { calls } from './0002-calls.ts';
import { ledger } from './0003-ledger.ts';
import { apiKeys } from './0004-api-keys.ts';
import { review } from './0005-review.ts';
import { pendingLegs } from './0006-pending-legs.ts';
import { decisions } from './0007-decisions.ts';
import { idempotency } from './0008-idempotency.ts';
import { auditLog } from './0009-audit-log.ts';
import { webhooks } from './0010-webhooks.ts';
import { reports } from './0011-reports.ts';
import { prompts } from './0012-prompts.ts';
import { recordings } from './0013-recordings.ts';
import { erasures } from './0014-erasures.ts';
import { capCounters } from './0015-cap-counters.ts';
import { keptAsWritten } from './0016-kept-as-written.ts';
import type { Migration } from './migration.ts';

/** Every step of the schema, in order. */
export const MIGRATIONS: readonly Migration[] = [
  configuration,
  calls,
  ledger,
  apiKeys,
  review,
  pendingLegs,
  decisions,
  idempotency,
  auditLog,
  webhooks,
  reports,
  prompts,
  recordings,
  erasures,
  capCounters,
  keptAsWritten,
];

/** The schema version this program works on; SQLite keeps it as `user_version`. */
export const LATEST_VERSION = MIGRATIONS.length;

const RECORD = `CREATE TABLE IF NOT EXISTS schema_migrations (
  version INTEGER PRIMARY KEY,
  name TEXT NOT NULL,
  checksum TEXT NOT NULL,
  applied_at TEXT NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ', 'now'))
) STRICT`;

/**
 * Brings the schema up to date: each missing step in a transaction of its own, so that a step that fails leaves the
 * database at the version before it.
 *
 * @throws AppError `store-unavailable` where a step that ran here is not the step this program knows by that number
 */
export function applyMigrations(sqlite: Database, migrations: readonly Migration[] = MIGRATIONS): void {
  const current = Number(sqlite.pragma('user_version', { simple: true }));
  if (current > 0) checkHistory(sqlite, migrations.slice(0, current));
  for (const migration of migrations.slice(current)) {
    sqlite
      .transaction(() => {
        sqlite.exec(RECORD);
        sqlite.exec(migration.sql);
        sqlite
          .prepare('INSERT INTO schema_migrations (version, name, checksum) VALUES (?, ?, ?)')
          .run(migration.version, migration.name, checksumOf(migration));
        sqlite.pragma(`user_version = ${migration.version}`);
      })
      .immediate();
  }
}

function checkHistory(sqlite: Database, applied: readonly Migration[]): void {
  const checksumAt = sqlite
    .prepare<[number], string>('SELECT checksum FROM schema_migrations WHERE version = ?')
    .pluck();
  for (const migration of applied) {
    if (checksumAt.get(migration.version) === checksumOf(migration)) continue;
    throw new AppError(
      'store-unavailable',
      `Schema step ${migration.version} (${migration.name}) ran on this database in another form than this Tollgate ` +
        'knows: they come from different releases. Use the release that made the database, or restore a backup.',
    );
  }
}

function checksumOf(migration: Migration): string {
  return hash('sha256', migration.sql);
}
