import type { Migration } from './migration.ts';

/**
 * Webhooks, the events they are told of, what became of each delivery and of each of its posts; and conversions that
 * others report. A delivery that is pending is what an outbox holds: written with what it tells of, in one transaction.
 */
export const webhooks: Migration = {
  version: 10,
  name: 'webhooks and conversions',
  sql: `
CREATE TABLE webhooks (
  id TEXT PRIMARY KEY,
  url TEXT NOT NULL,
  events TEXT NOT NULL,
  description TEXT,
  enabled INTEGER NOT NULL,
  secret TEXT NOT NULL,
  previous_secret TEXT,
  previous_secret_until INTEGER,
  failing_since INTEGER,
  disabled_reason TEXT,
  disabled_at INTEGER,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL,
  revision INTEGER NOT NULL,
  -- Its deliveries go first, piece by piece: there may be a million of them.
  removed_at INTEGER
) STRICT, WITHOUT ROWID;

CREATE TABLE webhook_events (
  seq INTEGER PRIMARY KEY,
  id TEXT NOT NULL UNIQUE,
  type TEXT NOT NULL,
  call_id TEXT NOT NULL REFERENCES calls (id),
  at INTEGER NOT NULL,
  body TEXT NOT NULL
) STRICT;
CREATE INDEX webhook_events_by_time ON webhook_events (at);

CREATE TABLE webhook_deliveries (
  seq INTEGER PRIMARY KEY,
  id TEXT NOT NULL UNIQUE,
  webhook_id TEXT NOT NULL REFERENCES webhooks (id),
  event_seq INTEGER NOT NULL REFERENCES webhook_events (seq),
  status TEXT NOT NULL CHECK (status IN ('pending', 'delivered', 'dead')),
  -- Why nothing came of it.
  reason TEXT CHECK ((reason IS NOT NULL) = (status = 'dead')),
  tries INTEGER NOT NULL DEFAULT 0,
  created_at INTEGER NOT NULL,
  due_at INTEGER NOT NULL,
  finished_at INTEGER CHECK ((finished_at IS NULL) = (status = 'pending')),
  last_status INTEGER,
  last_error TEXT
) STRICT;
CREATE INDEX webhook_deliveries_by_event ON webhook_deliveries (event_seq);
CREATE INDEX webhook_deliveries_log ON webhook_deliveries (webhook_id, seq);
CREATE INDEX webhook_deliveries_due ON webhook_deliveries (webhook_id, due_at) WHERE status = 'pending';
CREATE INDEX webhook_deliveries_pending ON webhook_deliveries (webhook_id, seq) WHERE status = 'pending';
CREATE INDEX webhook_deliveries_dead ON webhook_deliveries (webhook_id, seq) WHERE status = 'dead';

CREATE TABLE webhook_posts (
  delivery_seq INTEGER NOT NULL REFERENCES webhook_deliveries (seq) ON DELETE CASCADE,
  try INTEGER NOT NULL,
  at INTEGER NOT NULL,
  took_ms INTEGER NOT NULL,
  status INTEGER,
  error TEXT,
  PRIMARY KEY (delivery_seq, try)
) STRICT, WITHOUT ROWID;

CREATE TABLE conversions (
  seq INTEGER PRIMARY KEY,
  id TEXT NOT NULL UNIQUE,
  call_id TEXT NOT NULL REFERENCES calls (id),
  reporter TEXT NOT NULL,
  external_id TEXT NOT NULL,
  kind TEXT NOT NULL,
  value_micros INTEGER,
  occurred_at INTEGER,
  reported_at INTEGER NOT NULL,
  UNIQUE (reporter, external_id)
) STRICT;
CREATE INDEX conversions_by_call ON conversions (call_id);
CREATE TRIGGER conversions_stay BEFORE UPDATE ON conversions
BEGIN SELECT RAISE(ABORT, 'a conversion is never changed'); END;
CREATE TRIGGER conversions_are_kept BEFORE DELETE ON conversions
BEGIN SELECT RAISE(ABORT, 'a conversion is never removed'); END;
`,
};
