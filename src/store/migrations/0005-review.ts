import type { Migration } from './migration.ts';

/**
 * What people do after a call: adjustments, closed periods of the ledger, dispositions with their history, and the refunds
 * proposed by them. All of it stands beside the CDR and the postings; what was written once is only ever added to.
 */
export const review: Migration = {
  version: 5,
  name: 'call review',
  sql: `
CREATE TABLE adjustments (
  seq INTEGER PRIMARY KEY,
  id TEXT NOT NULL UNIQUE,
  call_id TEXT NOT NULL REFERENCES calls (id),
  at INTEGER NOT NULL,
  party TEXT NOT NULL CHECK (party IN ('buyer', 'publisher')),
  action TEXT NOT NULL CHECK (action IN ('change', 'refund', 'bill')),
  amount_micros INTEGER NOT NULL,
  total_micros INTEGER NOT NULL CHECK (total_micros >= 0),
  reason TEXT NOT NULL,
  key_id TEXT NOT NULL
) STRICT;
CREATE INDEX adjustments_by_call ON adjustments (call_id);
CREATE TRIGGER adjustments_stay BEFORE UPDATE ON adjustments
BEGIN SELECT RAISE(ABORT, 'an adjustment is never changed: make another'); END;
CREATE TRIGGER adjustments_are_kept BEFORE DELETE ON adjustments
BEGIN SELECT RAISE(ABORT, 'an adjustment is never removed: make another'); END;

-- Everything posted before the instant is final; last_posting is the number of the last line there was at the closing.
CREATE TABLE ledger_closes (
  before INTEGER PRIMARY KEY,
  at INTEGER NOT NULL,
  key_id TEXT NOT NULL,
  last_posting INTEGER NOT NULL
) STRICT;
CREATE TRIGGER closes_go_forward BEFORE INSERT ON ledger_closes
WHEN NEW.before <= (SELECT max(before) FROM ledger_closes)
BEGIN SELECT RAISE(ABORT, 'a closed period is never opened again'); END;
CREATE TRIGGER closes_stay BEFORE UPDATE ON ledger_closes
BEGIN SELECT RAISE(ABORT, 'a closing is never changed'); END;
CREATE TRIGGER closes_are_kept BEFORE DELETE ON ledger_closes
BEGIN SELECT RAISE(ABORT, 'a closing is never removed'); END;
CREATE TRIGGER postings_after_close BEFORE INSERT ON postings
WHEN NEW.at < (SELECT max(before) FROM ledger_closes)
BEGIN SELECT RAISE(ABORT, 'the period of this posting is closed, it is never changed: post into the open one'); END;

-- INSERT OR REPLACE removes what stands in its way without asking the triggers on DELETE.
CREATE TRIGGER postings_are_not_replaced BEFORE INSERT ON postings
WHEN EXISTS (SELECT 1 FROM postings WHERE seq = NEW.seq) OR EXISTS (SELECT 1 FROM postings WHERE id = NEW.id)
BEGIN SELECT RAISE(ABORT, 'a posting is never changed: reverse it'); END;
CREATE TRIGGER calls_are_not_replaced BEFORE INSERT ON calls
WHEN EXISTS (SELECT 1 FROM calls WHERE seq = NEW.seq) OR EXISTS (SELECT 1 FROM calls WHERE id = NEW.id)
BEGIN SELECT RAISE(ABORT, 'a call is never changed by writing it anew'); END;
CREATE TRIGGER records_are_not_replaced BEFORE INSERT ON call_records
WHEN EXISTS (SELECT 1 FROM call_records WHERE call_seq = NEW.call_seq)
BEGIN SELECT RAISE(ABORT, 'the record of a call is never changed by writing it anew'); END;

-- The dispositions table keeps the latest word about each call; this, all of them.
CREATE TABLE disposition_events (
  seq INTEGER PRIMARY KEY,
  call_seq INTEGER NOT NULL REFERENCES calls (seq),
  value TEXT NOT NULL,
  note TEXT,
  at INTEGER NOT NULL,
  key_id TEXT
) STRICT;
CREATE INDEX disposition_events_by_call ON disposition_events (call_seq);
INSERT INTO disposition_events (call_seq, value, note, at) SELECT call_seq, value, note, at FROM dispositions ORDER BY at;
CREATE TRIGGER disposition_events_stay BEFORE UPDATE ON disposition_events
BEGIN SELECT RAISE(ABORT, 'what was said of a call is never changed'); END;
CREATE TRIGGER disposition_events_are_kept BEFORE DELETE ON disposition_events
BEGIN SELECT RAISE(ABORT, 'what was said of a call is never removed'); END;
CREATE INDEX dispositions_by_value ON dispositions (value);

CREATE TABLE adjustment_proposals (
  id TEXT PRIMARY KEY,
  call_id TEXT NOT NULL REFERENCES calls (id),
  disposition TEXT NOT NULL,
  status TEXT NOT NULL CHECK (status IN ('open', 'confirmed', 'dismissed', 'withdrawn')),
  at INTEGER NOT NULL,
  decided_at INTEGER,
  decided_by TEXT,
  reason TEXT,
  CHECK ((status = 'open') = (decided_at IS NULL))
) STRICT;
CREATE UNIQUE INDEX proposals_open ON adjustment_proposals (call_id) WHERE status = 'open';
CREATE INDEX proposals_by_call ON adjustment_proposals (call_id);
CREATE INDEX proposals_by_status ON adjustment_proposals (status, id);
CREATE TRIGGER proposals_decided_stay BEFORE UPDATE ON adjustment_proposals WHEN OLD.status <> 'open'
BEGIN SELECT RAISE(ABORT, 'a decided proposal is never changed'); END;
CREATE TRIGGER proposals_are_kept BEFORE DELETE ON adjustment_proposals
BEGIN SELECT RAISE(ABORT, 'a proposal is never removed'); END;
`,
};
