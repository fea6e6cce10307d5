import type { Migration } from './migration.ts';

/**
 * Calls, narrow: what lists filter by and reports count. The whole record lies beside, in `call_records`, as the text
 * that is hashed. Calls and attempts hold no foreign keys into the configuration: a call that happened is recorded, even
 * if its route was removed a moment before; `find-referrers.ts` keeps what they name from being removed later.
 */
export const calls: Migration = {
  version: 2,
  name: 'calls',
  sql: `
CREATE TABLE calls (
  seq INTEGER PRIMARY KEY,
  id TEXT NOT NULL UNIQUE,
  status TEXT NOT NULL CHECK (status IN ('open', 'settled')),
  sip_call_id TEXT NOT NULL,
  received_at INTEGER NOT NULL,
  connected_at INTEGER,
  ended_at INTEGER,
  did TEXT,
  ani TEXT NOT NULL,
  trunk_id TEXT NOT NULL,
  campaign_id TEXT,
  publisher_id TEXT,
  buyer_id TEXT,
  destination_id TEXT,
  route_id TEXT,
  state TEXT,
  outcome TEXT,
  talk_ms INTEGER NOT NULL DEFAULT 0,
  estimated INTEGER NOT NULL DEFAULT 0,
  buyer_billable INTEGER NOT NULL DEFAULT 0,
  charge_micros INTEGER NOT NULL DEFAULT 0,
  publisher_billable INTEGER NOT NULL DEFAULT 0,
  payout_micros INTEGER NOT NULL DEFAULT 0,
  chain_seq INTEGER,
  hash TEXT,
  CHECK ((status = 'settled') = (chain_seq IS NOT NULL AND hash IS NOT NULL))
) STRICT;
CREATE UNIQUE INDEX calls_in_chain ON calls (chain_seq) WHERE chain_seq IS NOT NULL;
CREATE INDEX calls_open ON calls (status) WHERE status = 'open';
CREATE INDEX calls_by_receipt ON calls (received_at);
CREATE INDEX calls_by_ani ON calls (ani, received_at);
CREATE INDEX calls_by_ani_connected ON calls (ani, connected_at) WHERE connected_at IS NOT NULL AND ani <> 'anonymous';
CREATE INDEX calls_by_did ON calls (did, received_at) WHERE did IS NOT NULL;
CREATE INDEX calls_by_trunk ON calls (trunk_id, received_at);
CREATE INDEX calls_by_campaign ON calls (campaign_id, received_at) WHERE campaign_id IS NOT NULL;
CREATE INDEX calls_by_publisher ON calls (publisher_id, received_at) WHERE publisher_id IS NOT NULL;
CREATE INDEX calls_by_buyer ON calls (buyer_id, received_at) WHERE buyer_id IS NOT NULL;
CREATE INDEX calls_by_destination ON calls (destination_id, received_at) WHERE destination_id IS NOT NULL;
CREATE INDEX calls_by_route ON calls (route_id, received_at) WHERE route_id IS NOT NULL;
CREATE INDEX calls_by_outcome ON calls (outcome, received_at) WHERE outcome IS NOT NULL;

CREATE TABLE call_records (
  call_seq INTEGER PRIMARY KEY REFERENCES calls (seq),
  record TEXT NOT NULL
) STRICT;

CREATE TABLE dispositions (
  call_seq INTEGER PRIMARY KEY REFERENCES calls (seq),
  value TEXT NOT NULL,
  note TEXT,
  at INTEGER NOT NULL
) STRICT;

CREATE TABLE attempts (
  call_seq INTEGER NOT NULL REFERENCES calls (seq),
  seq INTEGER NOT NULL,
  route_id TEXT NOT NULL,
  destination_id TEXT NOT NULL,
  answered INTEGER NOT NULL,
  pdd_ms INTEGER,
  PRIMARY KEY (call_seq, seq)
) STRICT, WITHOUT ROWID;

-- Each route and destination that a record names as dialled, with the first call that did: one row, not one per attempt.
CREATE TABLE dialled (
  route_id TEXT NOT NULL,
  destination_id TEXT NOT NULL,
  first_call_id TEXT NOT NULL REFERENCES calls (id),
  PRIMARY KEY (route_id, destination_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX dialled_by_destination ON dialled (destination_id);

CREATE TABLE chain_head (
  only_row INTEGER PRIMARY KEY CHECK (only_row = 1),
  length INTEGER NOT NULL,
  hash TEXT NOT NULL
) STRICT;
INSERT INTO chain_head (only_row, length, hash) VALUES (1, 0, '${'0'.repeat(64)}');

CREATE TABLE call_dialogs (
  call_id TEXT PRIMARY KEY REFERENCES calls (id),
  caller_dialog_id TEXT NOT NULL,
  buyer_dialog_id TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE reservations (
  attempt_id TEXT PRIMARY KEY,
  call_id TEXT NOT NULL REFERENCES calls (id),
  route_id TEXT NOT NULL,
  destination_id TEXT NOT NULL,
  buyer_id TEXT NOT NULL,
  publisher_id TEXT,
  hour_start INTEGER NOT NULL,
  day_start INTEGER NOT NULL,
  month_start INTEGER NOT NULL,
  countable INTEGER NOT NULL,
  pending_micros INTEGER NOT NULL,
  pending_payout_micros INTEGER NOT NULL
) STRICT;
CREATE INDEX reservations_by_call ON reservations (call_id);
CREATE INDEX reservations_by_route
  ON reservations (route_id, hour_start, day_start, month_start, countable, pending_micros);
CREATE INDEX reservations_by_destination
  ON reservations (destination_id, hour_start, day_start, month_start, countable, pending_micros);
CREATE INDEX reservations_by_buyer
  ON reservations (buyer_id, hour_start, day_start, month_start, countable, pending_micros);
CREATE INDEX reservations_by_publisher
  ON reservations (publisher_id, call_id, hour_start, day_start, month_start, countable, pending_payout_micros)
  WHERE publisher_id IS NOT NULL;

CREATE TABLE cap_counters (
  owner_kind TEXT NOT NULL,
  owner_id TEXT NOT NULL,
  window TEXT NOT NULL,
  window_start INTEGER NOT NULL,
  settled INTEGER NOT NULL,
  spent_micros INTEGER NOT NULL,
  PRIMARY KEY (owner_kind, owner_id, window, window_start)
) STRICT, WITHOUT ROWID;

CREATE TRIGGER calls_settled_stay BEFORE UPDATE ON calls WHEN OLD.status = 'settled'
BEGIN SELECT RAISE(ABORT, 'a settled call is never changed'); END;
CREATE TRIGGER calls_are_kept BEFORE DELETE ON calls
BEGIN SELECT RAISE(ABORT, 'a call is never removed'); END;
CREATE TRIGGER records_settled_stay BEFORE UPDATE ON call_records
WHEN (SELECT status FROM calls WHERE seq = OLD.call_seq) = 'settled'
BEGIN SELECT RAISE(ABORT, 'the record of a settled call is never changed'); END;
CREATE TRIGGER records_are_kept BEFORE DELETE ON call_records
BEGIN SELECT RAISE(ABORT, 'the record of a call is never removed'); END;
`,
};
