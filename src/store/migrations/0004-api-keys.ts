import type { Migration } from './migration.ts';

/** API keys, by the SHA-256 of the key: what is stored opens nothing. */
export const apiKeys: Migration = {
  version: 4,
  name: 'api keys',
  sql: `
CREATE TABLE api_keys (
  id TEXT PRIMARY KEY,
  name TEXT NOT NULL,
  role TEXT NOT NULL,
  key_hash TEXT NOT NULL UNIQUE,
  created_at INTEGER NOT NULL,
  revoked_at INTEGER
) STRICT, WITHOUT ROWID;
CREATE INDEX api_keys_by_role ON api_keys (role);
`,
};
