import type { Migration } from './migration.ts';

/** The kinds of configuration that a routing decision rests on. Trunks are not among them, nor their passwords. */
const KINDS = ['areas', 'buyers', 'campaigns', 'destinations', 'publishers', 'routes', 'schedules'] as const;

/**
 * Every version there was of each resource that decisions rest on. The version of the plan is raised after a change, in
 * the same transaction, so a change belongs to the version after the one it finds.
 */
function keepHistory(kind: string): string {
  const version = "(SELECT value + 1 FROM meta WHERE key = 'plan_version')";
  const keep = (row: 'NEW' | 'OLD', doc: string) =>
    `INSERT INTO plan_history (kind, id, version, doc) VALUES ('${kind}', ${row}.id, ${version}, ${doc})
     ON CONFLICT (kind, id, version) DO UPDATE SET doc = excluded.doc;`;
  return `
INSERT INTO plan_history (kind, id, version, doc)
  SELECT '${kind}', id, (SELECT value FROM meta WHERE key = 'plan_version'), doc FROM ${kind} WHERE archived = 0;
CREATE TRIGGER ${kind}_created AFTER INSERT ON ${kind}
BEGIN ${keep('NEW', 'iif(NEW.archived, NULL, NEW.doc)')} END;
CREATE TRIGGER ${kind}_changed AFTER UPDATE ON ${kind}
BEGIN ${keep('NEW', 'iif(NEW.archived, NULL, NEW.doc)')} END;
CREATE TRIGGER ${kind}_removed AFTER DELETE ON ${kind}
BEGIN ${keep('OLD', 'NULL')} END;`;
}

/**
 * What a decision rested on, so that it can be made once more: the plan of its version (`plan_history`), the counters
 * it read (`decision_bases`, beside the record and no part of what is hashed), and how each route did day by day.
 */
export const decisions: Migration = {
  version: 7,
  name: 'decisions',
  sql: `
-- A resource as it was from a version of the plan on; doc is NULL from where it was removed or archived.
CREATE TABLE plan_history (
  kind TEXT NOT NULL,
  id TEXT NOT NULL,
  version INTEGER NOT NULL,
  doc TEXT,
  PRIMARY KEY (kind, id, version)
) STRICT;
INSERT INTO meta (key, value) SELECT 'plan_history_since', value FROM meta WHERE key = 'plan_version';
${KINDS.map(keepHistory).join('\n')}

CREATE TABLE decision_bases (
  call_seq INTEGER PRIMARY KEY REFERENCES calls (seq),
  basis TEXT NOT NULL
) STRICT;

-- Calls sent along each route and those of them it was billed for, by the UTC day they were received.
CREATE TABLE route_days (
  route_id TEXT NOT NULL,
  day INTEGER NOT NULL,
  calls INTEGER NOT NULL,
  billable INTEGER NOT NULL,
  PRIMARY KEY (route_id, day)
) STRICT, WITHOUT ROWID;
INSERT INTO route_days (route_id, day, calls, billable)
  SELECT dialled.route_id, dialled.day, count(*), sum(dialled.billable)
  FROM (SELECT DISTINCT attempts.call_seq, attempts.route_id, calls.received_at / 86400000 AS day,
      calls.route_id IS attempts.route_id AND calls.buyer_billable AS billable
    FROM attempts JOIN calls ON calls.seq = attempts.call_seq
      JOIN call_records ON call_records.call_seq = attempts.call_seq
    WHERE calls.status = 'settled' AND NOT calls.estimated AND NOT coalesce(record ->> '$.terms.test', 0)) AS dialled
  GROUP BY dialled.route_id, dialled.day;
`,
};
