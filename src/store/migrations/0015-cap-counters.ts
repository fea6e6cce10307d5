import type { Migration } from './migration.ts';

/** A verdict's calls and money, by quarter, day and for ever, for the owner that a column names. */
function recount(kind: string, column: string, verdict: string, money: string): string {
  const spans = [
    ["'quarter'", 'received_at / 900000 * 900000'],
    ["'day'", 'received_at / 86400000 * 86400000'],
    ["'ever'", '0'],
  ] as const;
  return spans
    .map(
      ([span, start]) =>
        `SELECT '${kind}' AS owner_kind, ${column} AS owner_id, ${span} AS span, ${start} AS starts_at,
           count(*) AS settled, sum(coalesce(${money}, 0)) AS spent_micros
         FROM calls WHERE status = 'settled' AND ${verdict} = 1 AND ${column} IS NOT NULL GROUP BY 2, 4`,
    )
    .join(' UNION ALL ');
}

/**
 * Counters no longer know windows, which are those of a time zone and change with it: they count by quarters of an hour
 * and days of UTC, of which the windows of every zone are made up. The view says what they should be.
 */
export const capCounters: Migration = {
  version: 15,
  name: 'cap-counters',
  sql: `
CREATE VIEW cap_counters_recounted AS
${[
  recount('route', 'route_id', 'buyer_billable', 'charge_micros'),
  recount('destination', 'destination_id', 'buyer_billable', 'charge_micros'),
  recount('buyer', 'buyer_id', 'buyer_billable', 'charge_micros'),
  recount('publisher', 'publisher_id', 'publisher_billable', 'payout_micros'),
].join(' UNION ALL ')};

DROP TABLE cap_counters;
CREATE TABLE cap_counters (
  owner_kind TEXT NOT NULL,
  owner_id TEXT NOT NULL,
  span TEXT NOT NULL,
  starts_at INTEGER NOT NULL,
  settled INTEGER NOT NULL,
  spent_micros INTEGER NOT NULL,
  PRIMARY KEY (owner_kind, owner_id, span, starts_at)
) STRICT, WITHOUT ROWID;
INSERT INTO cap_counters SELECT * FROM cap_counters_recounted;

DROP INDEX reservations_by_route;
DROP INDEX reservations_by_destination;
DROP INDEX reservations_by_buyer;
DROP INDEX reservations_by_publisher;
ALTER TABLE reservations ADD COLUMN received_from INTEGER NOT NULL DEFAULT 0;
UPDATE reservations SET received_from =
  (SELECT received_at / 900000 * 900000 FROM calls WHERE calls.id = reservations.call_id);
ALTER TABLE reservations DROP COLUMN hour_start;
ALTER TABLE reservations DROP COLUMN day_start;
ALTER TABLE reservations DROP COLUMN month_start;
CREATE INDEX reservations_by_route ON reservations (route_id, received_from, countable, pending_micros);
CREATE INDEX reservations_by_destination ON reservations (destination_id, received_from, countable, pending_micros);
CREATE INDEX reservations_by_buyer ON reservations (buyer_id, received_from, countable, pending_micros);
CREATE INDEX reservations_by_publisher
  ON reservations (publisher_id, call_id, received_from, countable, pending_payout_micros)
  WHERE publisher_id IS NOT NULL;

UPDATE publishers SET doc = json_set(doc, '$.timezone', 'UTC') WHERE doc ->> '$.timezone' IS NULL;
UPDATE meta SET value = value + 1 WHERE key = 'plan_version';
`,
};
