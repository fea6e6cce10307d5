import Database from 'better-sqlite3';
import { expect, test } from 'vitest';

import { applyMigrations, MIGRATIONS } from './apply-migrations.ts';

const RECEIVED = Date.UTC(2026, 10, 21, 14);
const DAY = Math.floor(RECEIVED / 86_400_000);

/** A database as the version before left it, with two areas of which one is archived, and no calls. */
function beforeUpgrade() {
  const sqlite = new Database(':memory:');
  applyMigrations(sqlite, MIGRATIONS.slice(0, 6));
  const area = sqlite.prepare(
    'INSERT INTO areas (id, doc, created_at, updated_at, revision, archived) VALUES (?, ?, 0, 0, 1, ?)',
  );
  area.run('area_1', '{"name":"West"}', 0);
  area.run('area_2', '{"name":"East"}', 1);
  sqlite.exec("UPDATE meta SET value = 41 WHERE key = 'plan_version'");
  let seq = 0;
  const settle = (
    routes: readonly string[],
    fields: { billable?: number; estimated?: number; test?: boolean } = {},
  ) => {
    const { billable = 1, estimated = 0, test: inTest = false } = fields;
    seq += 1;
    sqlite
      .prepare(
        `INSERT INTO calls (seq, id, status, sip_call_id, received_at, ani, trunk_id, route_id, estimated,
           buyer_billable, chain_seq, hash)
         VALUES (?, 'call_' || ?, 'settled', 'x', ?, 'anonymous', 'trk_1', ?, ?, ?, ?, 'hash')`,
      )
      .run(seq, seq, RECEIVED, routes.at(-1), estimated, billable, seq);
    const record = JSON.stringify({ terms: routes.length > 0 ? { test: inTest } : null });
    sqlite.prepare('INSERT INTO call_records (call_seq, record) VALUES (?, ?)').run(seq, record);
    for (const [index, route] of routes.entries()) {
      sqlite
        .prepare(
          "INSERT INTO attempts (call_seq, seq, route_id, destination_id, answered) VALUES (?, ?, ?, 'dst_1', 0)",
        )
        .run(seq, index, route);
    }
  };
  return { sqlite, settle };
}

test('the configuration at the upgrade begins the history, archived things left out', () => {
  const { sqlite } = beforeUpgrade();
  applyMigrations(sqlite);
  expect(sqlite.prepare('SELECT kind, id, version, doc FROM plan_history').all()).toEqual([
    { kind: 'areas', id: 'area_1', version: 41, doc: '{"name":"West"}' },
  ]);
  expect(sqlite.prepare("SELECT value FROM meta WHERE key = 'plan_history_since'").pluck().get()).toBe(41);
});

test('routes get the record of the calls before the upgrade, counted as calls after it are', () => {
  const { sqlite, settle } = beforeUpgrade();
  settle(['rte_1', 'rte_1', 'rte_2']);
  settle(['rte_1'], { billable: 0 });
  settle(['rte_1']);
  settle(['rte_2'], { estimated: 1 });
  settle(['rte_2'], { test: true });
  settle([]);
  applyMigrations(sqlite);
  expect(sqlite.prepare('SELECT * FROM route_days').all()).toEqual([
    { route_id: 'rte_1', day: DAY, calls: 3, billable: 1 },
    { route_id: 'rte_2', day: DAY, calls: 1, billable: 1 },
  ]);
});
