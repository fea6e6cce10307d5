import type { Migration } from './migration.ts';

/** Recordings of calls: what the files are, and which of them were deleted. The file's name is its call's. */
export const recordings: Migration = {
  version: 13,
  name: 'recordings',
  sql: `
CREATE TABLE recordings (
  id TEXT PRIMARY KEY,
  call_id TEXT NOT NULL UNIQUE REFERENCES calls (id),
  -- Below the data folder.
  path TEXT NOT NULL,
  size_bytes INTEGER NOT NULL,
  duration_ms INTEGER NOT NULL,
  kept_at INTEGER NOT NULL,
  deleted_at INTEGER
) STRICT, WITHOUT ROWID;
CREATE INDEX recordings_kept ON recordings (kept_at) WHERE deleted_at IS NULL;
`,
};
