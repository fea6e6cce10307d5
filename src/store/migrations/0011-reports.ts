import type { Migration } from './migration.ts';

/**
 * What reports read: one narrow row for each settled call, in order of receipt, and once, for all calls that have them in
 * common, whom and what they belong to. Rolled up further, by quarters of an hour (no longer step fits the midnights of
 * every zone), a million calls came to 980 000 rows: hardly two of one quarter have everything in common.
 */
export const reports: Migration = {
  version: 11,
  name: 'reports',
  sql: `
-- An empty text stands for none: NULLs are never equal, and each combination is to be here once.
CREATE TABLE report_groups (
  id INTEGER PRIMARY KEY,
  did TEXT NOT NULL,
  destination_id TEXT NOT NULL,
  state TEXT NOT NULL,
  outcome TEXT NOT NULL,
  campaign_id TEXT NOT NULL,
  publisher_id TEXT NOT NULL,
  buyer_id TEXT NOT NULL
) STRICT;
CREATE UNIQUE INDEX report_groups_once
  ON report_groups (did, destination_id, state, outcome, campaign_id, publisher_id, buyer_id);

-- Money and the two verdicts as they stand now, corrections included. An attempt is a whole number, those of a call with
-- spaces between: (PDD in ms + 1, or 0 where the destination was silent) * 4, 2 more where it was answered, 1 more where
-- it went to the destination that took the call.
CREATE TABLE report_calls (
  received_at INTEGER NOT NULL,
  call_seq INTEGER NOT NULL REFERENCES calls (seq),
  group_id INTEGER NOT NULL REFERENCES report_groups (id),
  connected INTEGER NOT NULL,
  buyer_billable INTEGER NOT NULL,
  publisher_billable INTEGER NOT NULL,
  talk_ms INTEGER NOT NULL,
  charge_micros INTEGER NOT NULL,
  payout_micros INTEGER NOT NULL,
  attempts TEXT NOT NULL,
  PRIMARY KEY (received_at, call_seq)
) STRICT, WITHOUT ROWID;

-- The rows of report_calls as they must be, made of calls, attempts and adjustments anew.
CREATE VIEW report_calls_recounted AS
SELECT received_at, calls.seq AS call_seq, report_groups.id AS group_id,
  connected_at IS NOT NULL AS connected,
  iif(buyer.total_micros IS NULL, buyer_billable, buyer.total_micros > 0) AS buyer_billable,
  iif(publisher.total_micros IS NULL, publisher_billable, publisher.total_micros > 0) AS publisher_billable,
  talk_ms,
  coalesce(buyer.total_micros, charge_micros) AS charge_micros,
  coalesce(publisher.total_micros, payout_micros) AS payout_micros,
  coalesce((
    SELECT group_concat(
      (coalesce(pdd_ms, -1) + 1) * 4 + answered * 2 + (attempts.destination_id IS calls.destination_id),
      ' ' ORDER BY attempts.seq)
    FROM attempts WHERE attempts.call_seq = calls.seq), '') AS attempts
FROM calls
  LEFT JOIN report_groups ON report_groups.did = coalesce(calls.did, '')
    AND report_groups.destination_id = coalesce(calls.destination_id, '')
    AND report_groups.state = coalesce(calls.state, '')
    AND report_groups.outcome = coalesce(calls.outcome, '')
    AND report_groups.campaign_id = coalesce(calls.campaign_id, '')
    AND report_groups.publisher_id = coalesce(calls.publisher_id, '')
    AND report_groups.buyer_id = coalesce(calls.buyer_id, '')
  LEFT JOIN adjustments AS buyer ON buyer.seq =
    (SELECT max(seq) FROM adjustments WHERE call_id = calls.id AND party = 'buyer')
  LEFT JOIN adjustments AS publisher ON publisher.seq =
    (SELECT max(seq) FROM adjustments WHERE call_id = calls.id AND party = 'publisher')
WHERE status = 'settled';

INSERT INTO report_groups (did, destination_id, state, outcome, campaign_id, publisher_id, buyer_id)
  SELECT DISTINCT coalesce(did, ''), coalesce(destination_id, ''), coalesce(state, ''), coalesce(outcome, ''),
    coalesce(campaign_id, ''), coalesce(publisher_id, ''), coalesce(buyer_id, '')
  FROM calls WHERE status = 'settled';
INSERT INTO report_calls SELECT * FROM report_calls_recounted ORDER BY received_at, call_seq;

CREATE TRIGGER adjustments_are_reported AFTER INSERT ON adjustments
BEGIN
  UPDATE report_calls SET
    buyer_billable = iif(NEW.party = 'buyer', NEW.total_micros > 0, buyer_billable),
    charge_micros = iif(NEW.party = 'buyer', NEW.total_micros, charge_micros),
    publisher_billable = iif(NEW.party = 'publisher', NEW.total_micros > 0, publisher_billable),
    payout_micros = iif(NEW.party = 'publisher', NEW.total_micros, payout_micros)
  WHERE (received_at, call_seq) = (SELECT received_at, seq FROM calls WHERE id = NEW.call_id);
END;
`,
};
