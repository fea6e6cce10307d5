import type { Migration } from './migration.ts';

/**
 * Requests that carried an idempotency key, with what they were answered. `status` is null from the change itself, in
 * whose transaction the row is written, until the answer is known.
 */
export const idempotency: Migration = {
  version: 8,
  name: 'idempotency keys',
  sql: `
CREATE TABLE idempotency_keys (
  key_id TEXT NOT NULL,
  path TEXT NOT NULL,
  key TEXT NOT NULL,
  body_hash TEXT NOT NULL,
  at INTEGER NOT NULL,
  status INTEGER,
  headers TEXT,
  body TEXT,
  PRIMARY KEY (key_id, path, key)
) STRICT, WITHOUT ROWID;
CREATE INDEX idempotency_keys_by_age ON idempotency_keys (at);
`,
};
