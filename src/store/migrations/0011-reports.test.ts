import Database from 'better-sqlite3';
import { expect, test } from 'vitest';

import { applyMigrations, MIGRATIONS } from './apply-migrations.ts';

const RECEIVED = Date.UTC(2026, 10, 21, 14);

/** A database as the version before left it: calls settled and open, attempts, and what people decided about them. */
function beforeUpgrade() {
  const sqlite = new Database(':memory:');
  applyMigrations(sqlite, MIGRATIONS.slice(0, 10));
  sqlite.exec(`
    INSERT INTO calls (seq, id, status, sip_call_id, received_at, connected_at, did, ani, trunk_id, campaign_id,
      publisher_id, buyer_id, destination_id, state, outcome, talk_ms, buyer_billable, charge_micros,
      publisher_billable, payout_micros, chain_seq, hash)
    VALUES
      (1, 'call_1', 'settled', 'x', ${RECEIVED}, ${RECEIVED + 5_000}, '+14155550100', '+12125550123', 'trk_1', 'cmp_1',
        'pub_1', 'byr_1', 'dst_1', 'NY', 'connected', 120000, 1, 30000000, 1, 15000000, 1, 'a'),
      (2, 'call_2', 'settled', 'x', ${RECEIVED - 9}, NULL, '+14155550100', 'anonymous', 'trk_1', 'cmp_1',
        'pub_1', NULL, NULL, NULL, 'busy', 0, 0, 0, 0, 0, 2, 'b'),
      (3, 'call_3', 'settled', 'x', ${RECEIVED}, ${RECEIVED + 5_000}, '+14155550100', '+12125550124', 'trk_1', 'cmp_1',
        'pub_1', 'byr_1', 'dst_1', 'NY', 'connected', 90000, 1, 30000000, 1, 15000000, 3, 'c'),
      (4, 'call_4', 'settled', 'x', ${RECEIVED + 1}, NULL, NULL, 'anonymous', 'trk_1', NULL,
        NULL, NULL, NULL, NULL, 'unknown-did', 0, 0, 0, 0, 0, 4, 'd'),
      (5, 'call_5', 'open', 'x', ${RECEIVED}, NULL, '+14155550100', 'anonymous', 'trk_1', 'cmp_1',
        'pub_1', NULL, NULL, NULL, NULL, 0, 0, 0, 0, 0, NULL, NULL);
    INSERT INTO attempts (call_seq, seq, route_id, destination_id, answered, pdd_ms) VALUES
      (1, 1, 'rte_2', 'dst_2', 0, NULL), (1, 2, 'rte_1', 'dst_1', 1, 840),
      (2, 1, 'rte_2', 'dst_2', 0, 0), (3, 1, 'rte_1', 'dst_1', 1, 9), (5, 1, 'rte_1', 'dst_1', 1, 100);
    INSERT INTO adjustments (id, call_id, at, party, action, amount_micros, total_micros, reason, key_id) VALUES
      ('adj_1', 'call_3', 0, 'buyer', 'change', -10000000, 20000000, 'r', 'key_1'),
      ('adj_2', 'call_3', 0, 'buyer', 'refund', -20000000, 0, 'r', 'key_1'),
      ('adj_3', 'call_1', 0, 'publisher', 'change', 5, 15000005, 'r', 'key_1');`);
  return sqlite;
}

test('calls settled before the upgrade are counted as those after it are, open ones left out', () => {
  const sqlite = beforeUpgrade();
  applyMigrations(sqlite);
  const rows = sqlite.prepare('SELECT * FROM report_calls JOIN report_groups ON id = group_id').all();
  const ofOneDid = { did: '+14155550100', campaign_id: 'cmp_1', publisher_id: 'pub_1' };
  expect(rows).toEqual([
    expect.objectContaining({ call_seq: 2, ...ofOneDid, buyer_id: '', outcome: 'busy', connected: 0, attempts: '4' }),
    expect.objectContaining({
      call_seq: 1,
      ...ofOneDid,
      buyer_id: 'byr_1',
      destination_id: 'dst_1',
      state: 'NY',
      outcome: 'connected',
      connected: 1,
      buyer_billable: 1,
      charge_micros: 30_000_000,
      publisher_billable: 1,
      payout_micros: 15_000_005,
      talk_ms: 120_000,
      attempts: `0 ${841 * 4 + 3}`,
    }),
    expect.objectContaining({
      call_seq: 3,
      buyer_id: 'byr_1',
      buyer_billable: 0,
      charge_micros: 0,
      publisher_billable: 1,
      payout_micros: 15_000_000,
      attempts: '43',
    }),
    expect.objectContaining({ call_seq: 4, did: '', campaign_id: '', outcome: 'unknown-did', attempts: '' }),
  ]);
  expect(new Set(rows.map((row) => (row as { group_id: number }).group_id)).size).toBe(3);
});
