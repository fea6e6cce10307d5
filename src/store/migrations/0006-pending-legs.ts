import type { Migration } from './migration.ts';

/** INVITEs without an answer: what a process that died has left ringing, and what their answers would have made. */
export const pendingLegs: Migration = {
  version: 6,
  name: 'pending legs',
  sql: `
CREATE TABLE pending_legs (
  transaction_id TEXT PRIMARY KEY,
  call_id TEXT NOT NULL REFERENCES calls (id),
  side TEXT NOT NULL CHECK (side IN ('caller', 'buyer')),
  dialog_id TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX pending_legs_by_call ON pending_legs (call_id);
`,
};
