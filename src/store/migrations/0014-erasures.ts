import type { Migration } from './migration.ts';

/** The call named by a row is one whose caller was erased. */
const callErased = (callId: string): string =>
  `EXISTS (SELECT 1 FROM calls JOIN erased_calls ON call_seq = calls.seq WHERE calls.id = ${callId})`;

/** The call that an entry of the audit log is about. */
const AUDITED_CALL = `CASE OLD.resource
    WHEN 'calls' THEN OLD.resource_id
    WHEN 'adjustment-proposals' THEN (SELECT call_id FROM adjustment_proposals WHERE id = OLD.resource_id)
    WHEN 'conversions' THEN (SELECT call_id FROM conversions WHERE id = OLD.resource_id)
  END`;

/** A record without what erasing its caller may change: places smaller than a state, and others' words. */
const rest = (record: string): string => `json_remove(${record}, '$.ani', '$.callerName', '$.hangupCause', '$.attempts',
    '$.location.zip', '$.location.npa', '$.location.npaNxx',
    '$.decision.location.zip', '$.decision.location.npa', '$.decision.location.npaNxx', '$.decision.candidates')`;

/**
 * Erasing callers. What was written once is still never changed, but for what says who called, once, and only of calls
 * that an erasure names: each of these triggers stands in the place of one that forbade all change. A record's hash now
 * covers the record without its caller, and a commitment to the whole, so that it outlives the erasure.
 */
export const erasures: Migration = {
  version: 14,
  name: 'erasures',
  sql: `
CREATE TABLE erasures (
  seq INTEGER PRIMARY KEY,
  id TEXT NOT NULL UNIQUE,
  at INTEGER NOT NULL,
  key_id TEXT NOT NULL,
  -- A caller by number, calls by their ids, or whatever is older than is kept: never the number itself.
  about TEXT NOT NULL CHECK (about IN ('caller', 'calls', 'age')),
  note TEXT,
  calls_erased INTEGER NOT NULL,
  recordings_deleted INTEGER NOT NULL,
  open_calls INTEGER NOT NULL,
  blocklisted INTEGER NOT NULL
) STRICT;
CREATE TRIGGER erasures_stay BEFORE UPDATE OF seq, id, at, key_id, about, note, open_calls, blocklisted ON erasures
BEGIN SELECT RAISE(ABORT, 'an erasure is never changed'); END;
CREATE TRIGGER erasures_are_kept BEFORE DELETE ON erasures
BEGIN SELECT RAISE(ABORT, 'an erasure is never removed'); END;
CREATE TRIGGER erasures_are_not_replaced BEFORE INSERT ON erasures
WHEN EXISTS (SELECT 1 FROM erasures WHERE seq = NEW.seq) OR EXISTS (SELECT 1 FROM erasures WHERE id = NEW.id)
BEGIN SELECT RAISE(ABORT, 'an erasure is never changed'); END;

CREATE TABLE erased_calls (
  call_seq INTEGER PRIMARY KEY REFERENCES calls (seq),
  erasure_seq INTEGER NOT NULL REFERENCES erasures (seq),
  at INTEGER NOT NULL
) STRICT;
CREATE TRIGGER erased_calls_are_settled BEFORE INSERT ON erased_calls
WHEN (SELECT status FROM calls WHERE seq = NEW.call_seq) IS NOT 'settled'
BEGIN SELECT RAISE(ABORT, 'a call in progress is not erased'); END;
CREATE TRIGGER erased_calls_are_erased_once BEFORE INSERT ON erased_calls
WHEN EXISTS (SELECT 1 FROM erased_calls WHERE call_seq = NEW.call_seq)
BEGIN SELECT RAISE(ABORT, 'a call is erased once'); END;
CREATE TRIGGER erased_calls_stay BEFORE UPDATE ON erased_calls
BEGIN SELECT RAISE(ABORT, 'an erasure is never changed'); END;
CREATE TRIGGER erased_calls_are_kept BEFORE DELETE ON erased_calls
BEGIN SELECT RAISE(ABORT, 'an erasure is never removed'); END;

-- Both null for records from before this step, whose hash is over their whole text: so many as 'records_hashed_whole'
-- says, and none after them. The salt goes with the caller.
ALTER TABLE call_records ADD COLUMN commitment TEXT;
ALTER TABLE call_records ADD COLUMN salt TEXT;
INSERT INTO meta (key, value) SELECT 'records_hashed_whole', length FROM chain_head;
DROP TRIGGER records_settled_stay;
CREATE TRIGGER records_settled_stay BEFORE UPDATE ON call_records
WHEN (SELECT status FROM calls WHERE seq = OLD.call_seq) = 'settled'
  -- Case by case, since texts that are no JSON are none of the erasure's business.
  AND NOT CASE WHEN EXISTS (SELECT 1 FROM erased_calls WHERE call_seq = OLD.call_seq) THEN
    NEW.call_seq = OLD.call_seq AND NEW.commitment IS OLD.commitment AND NEW.salt IS NULL
    AND OLD.record ->> '$.ani' <> 'erased' AND NEW.record ->> '$.ani' = 'erased'
    AND ${rest('NEW.record')} = ${rest('OLD.record')}
  ELSE 0 END
BEGIN SELECT RAISE(ABORT, 'the record of a settled call is never changed'); END;

-- Whoever adds a column to calls adds it here: a trigger of columns costs nothing where they are not written.
DROP TRIGGER calls_settled_stay;
CREATE TRIGGER calls_settled_stay BEFORE UPDATE OF seq, id, status, received_at, connected_at, ended_at, did, trunk_id,
  campaign_id, publisher_id, buyer_id, destination_id, route_id, state, outcome, talk_ms, estimated, buyer_billable,
  charge_micros, publisher_billable, payout_micros, chain_seq, hash ON calls
WHEN OLD.status = 'settled'
BEGIN SELECT RAISE(ABORT, 'a settled call is never changed'); END;
CREATE TRIGGER callers_settled_stay BEFORE UPDATE OF ani, sip_call_id ON calls
WHEN OLD.status = 'settled' AND NOT (NEW.ani = 'erased' AND NEW.sip_call_id = 'erased'
  AND EXISTS (SELECT 1 FROM erased_calls WHERE call_seq = OLD.seq))
BEGIN SELECT RAISE(ABORT, 'a settled call is never changed'); END;

DROP TRIGGER disposition_events_stay;
CREATE TRIGGER disposition_events_stay BEFORE UPDATE OF seq, call_seq, value, at, key_id ON disposition_events
BEGIN SELECT RAISE(ABORT, 'what was said of a call is never changed'); END;
CREATE TRIGGER disposition_notes_stay BEFORE UPDATE OF note ON disposition_events
WHEN NEW.note IS NOT NULL OR NOT EXISTS (SELECT 1 FROM erased_calls WHERE call_seq = OLD.call_seq)
BEGIN SELECT RAISE(ABORT, 'what was said of a call is never changed'); END;

DROP TRIGGER adjustments_stay;
CREATE TRIGGER adjustments_stay
BEFORE UPDATE OF seq, id, call_id, at, party, action, amount_micros, total_micros, key_id ON adjustments
BEGIN SELECT RAISE(ABORT, 'an adjustment is never changed: make another'); END;
CREATE TRIGGER adjustment_reasons_stay BEFORE UPDATE OF reason ON adjustments
WHEN NOT ${callErased('OLD.call_id')}
BEGIN SELECT RAISE(ABORT, 'an adjustment is never changed: make another'); END;

DROP TRIGGER proposals_decided_stay;
CREATE TRIGGER proposals_decided_stay
BEFORE UPDATE OF id, call_id, disposition, status, at, decided_at, decided_by ON adjustment_proposals
WHEN OLD.status <> 'open'
BEGIN SELECT RAISE(ABORT, 'a decided proposal is never changed'); END;
CREATE TRIGGER proposal_reasons_stay BEFORE UPDATE OF reason ON adjustment_proposals
WHEN OLD.status <> 'open' AND NOT ${callErased('OLD.call_id')}
BEGIN SELECT RAISE(ABORT, 'a decided proposal is never changed'); END;

DROP TRIGGER conversions_stay;
CREATE TRIGGER conversions_stay
BEFORE UPDATE OF seq, id, call_id, reporter, kind, value_micros, occurred_at, reported_at ON conversions
BEGIN SELECT RAISE(ABORT, 'a conversion is never changed'); END;
CREATE TRIGGER conversion_names_stay BEFORE UPDATE OF external_id ON conversions
WHEN NOT ${callErased('OLD.call_id')}
BEGIN SELECT RAISE(ABORT, 'a conversion is never changed'); END;

DROP TRIGGER audit_log_stays;
CREATE TRIGGER audit_log_stays BEFORE UPDATE OF seq, id, at, key_id, role, action, resource, resource_id ON audit_log
BEGIN SELECT RAISE(ABORT, 'the audit log is never changed'); END;
CREATE TRIGGER audit_texts_stay BEFORE UPDATE OF before, after ON audit_log
WHEN NOT CASE WHEN ${callErased(AUDITED_CALL)} THEN
  NEW.before ->> '$.chargeMicros' IS OLD.before ->> '$.chargeMicros'
  AND NEW.before ->> '$.payoutMicros' IS OLD.before ->> '$.payoutMicros'
  AND NEW.after ->> '$.chargeMicros' IS OLD.after ->> '$.chargeMicros'
  AND NEW.after ->> '$.payoutMicros' IS OLD.after ->> '$.payoutMicros'
  ELSE 0 END
BEGIN SELECT RAISE(ABORT, 'the audit log is never changed'); END;

CREATE INDEX webhook_events_by_call ON webhook_events (call_id);
`,
};
