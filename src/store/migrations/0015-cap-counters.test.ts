import Database from 'better-sqlite3';
import { expect, test } from 'vitest';

import { checkCapCounters } from '../calls/check-cap-counters.ts';
import { applyMigrations, MIGRATIONS } from './apply-migrations.ts';

const RECEIVED = Date.UTC(2026, 10, 21, 14, 20);
const QUARTER = Date.UTC(2026, 10, 21, 14, 15);

/** A database as the version before left it: two calls settled, one of them billed, and one in progress. */
function beforeUpgrade() {
  const sqlite = new Database(':memory:');
  applyMigrations(sqlite, MIGRATIONS.slice(0, 14));
  sqlite.exec(`
    INSERT INTO publishers (id, doc, created_at, updated_at, revision, archived)
      VALUES ('pub_1', '{"name":"Leads","caps":{}}', 0, 0, 1, 0);
    INSERT INTO calls (seq, id, status, sip_call_id, received_at, ani, trunk_id, publisher_id, buyer_id, destination_id,
      route_id, outcome, talk_ms, buyer_billable, charge_micros, publisher_billable, payout_micros, chain_seq, hash)
    VALUES
      (1, 'call_1', 'settled', 'x', ${RECEIVED}, '+12125550123', 'trk_1', 'pub_1', 'byr_1', 'dst_1', 'rte_1', 'connected',
        120000, 1, 30000000, 0, 0, 1, 'a'),
      (2, 'call_2', 'settled', 'x', ${RECEIVED}, '+12125550124', 'trk_1', 'pub_1', 'byr_1', 'dst_1', 'rte_1', 'connected',
        9, 0, 0, 0, 0, 2, 'b'),
      (3, 'call_3', 'open', 'x', ${RECEIVED}, '+12125550125', 'trk_1', 'pub_1', NULL, NULL, NULL, NULL,
        0, 0, 0, 0, 0, NULL, NULL);
    INSERT INTO cap_counters VALUES ('buyer', 'byr_1', 'daily', ${RECEIVED - 9}, 1, 30000000);
    INSERT INTO reservations VALUES
      ('call_3.r1', 'call_3', 'rte_1', 'dst_1', 'byr_1', 'pub_1', 0, 0, 0, 1, 30000000, 0);`);
  return sqlite;
}

test('what was billed before the upgrade counts, by calls; places are held on, and publishers count in UTC', () => {
  const sqlite = beforeUpgrade();
  const before = sqlite.prepare("SELECT value FROM meta WHERE key = 'plan_version'").pluck().get() as number;
  applyMigrations(sqlite);
  const counted = sqlite.prepare(
    "SELECT span, starts_at, settled, spent_micros FROM cap_counters WHERE owner_id = 'byr_1'",
  );
  expect(counted.raw().all()).toEqual([
    ['day', Date.UTC(2026, 10, 21), 1, 30_000_000],
    ['ever', 0, 1, 30_000_000],
    ['quarter', QUARTER, 1, 30_000_000],
  ]);
  expect(sqlite.prepare('SELECT attempt_id, received_from FROM reservations').raw().all()).toEqual([
    ['call_3.r1', QUARTER],
  ]);
  expect(sqlite.prepare("SELECT doc ->> '$.timezone' FROM publishers").pluck().get()).toBe('UTC');
  // What is decided from now on is replayed on the plan with the zones in it.
  expect(sqlite.prepare("SELECT value FROM meta WHERE key = 'plan_version'").pluck().get()).toBe(before + 1);
});

test('a counter that says otherwise than the calls is told', () => {
  const sqlite = beforeUpgrade();
  applyMigrations(sqlite);
  expect(checkCapCounters(sqlite)).toEqual({ counters: 9, problems: [] });
  sqlite.exec(`UPDATE cap_counters SET settled = 6 WHERE owner_kind = 'buyer' AND span = 'ever';
    DELETE FROM cap_counters WHERE owner_kind = 'route' AND span = 'day';
    INSERT INTO cap_counters VALUES ('publisher', 'pub_1', 'quarter', ${QUARTER}, 1, 5)`);
  expect(checkCapCounters(sqlite).problems).toEqual([
    'buyer byr_1: caps count 6 calls and 30000000 micros in all instead of 1 calls and 30000000 micros',
    'publisher pub_1: caps count 1 calls and 5 micros in the quarter from 2026-11-21T14:15:00.000Z instead of 0 calls and 0 micros',
    'route rte_1: caps count 0 calls and 0 micros in the day from 2026-11-21T00:00:00.000Z instead of 1 calls and 30000000 micros',
  ]);
});
