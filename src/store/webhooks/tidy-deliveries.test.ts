import { expect, it, onTestFinished } from 'vitest';

import { SAMPLE_INSTANT } from '../../../test/support/sample-call.ts';
import { createCommitQueue } from '../commit-queue.ts';
import { openDatabase, type Sqlite } from '../database.ts';
import { createTidyDeliveries } from './tidy-deliveries.ts';

const KEEP_MS = 14 * 86_400_000;

/** A webhook with so many deliveries waiting, all of one event of now. */
function withPending(count: number): Sqlite {
  const database = openDatabase(':memory:', 'serve');
  onTestFinished(() => database.close());
  const { sqlite } = database;
  sqlite.pragma('foreign_keys = OFF');
  sqlite.exec(`
    INSERT INTO webhooks (id, url, events, enabled, secret, created_at, updated_at, revision)
      VALUES ('whk_1', 'http://example.com', '[]', 1, 's', 0, 0, 1);
    INSERT INTO webhook_events (seq, id, type, call_id, at, body)
      VALUES (1, 'evt_1', 'call.settled', 'call_1', ${SAMPLE_INSTANT}, '{}');
    WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${count})
    INSERT INTO webhook_deliveries (id, webhook_id, event_seq, status, created_at, due_at)
      SELECT 'dlv_' || i, 'whk_1', 1, 'pending', ${SAMPLE_INSTANT}, ${SAMPLE_INSTANT} FROM n`);
  return sqlite;
}

it('gives up the oldest of more than a hundred thousand deliveries that wait for one webhook, piece by piece', async () => {
  const sqlite = withPending(100_250);
  const tidy = createTidyDeliveries({ sqlite, queue: createCommitQueue(sqlite) });
  const pieces: number[] = [];
  for (let given = -1; given !== 0; pieces.push(given)) ({ given } = await tidy(SAMPLE_INSTANT, KEEP_MS));
  expect(pieces).toEqual([200, 50, 0]);
  const dead = sqlite.prepare(
    "SELECT count(*) AS count, max(seq) AS newest FROM webhook_deliveries WHERE status = 'dead'",
  );
  expect(dead.get()).toEqual({ count: 250, newest: 250 });
  const reasons = sqlite.prepare("SELECT DISTINCT reason FROM webhook_deliveries WHERE status = 'dead'").pluck();
  expect(reasons.all()).toEqual(['overflow']);
});

it('removes what a removed webhook has left, piece by piece, and then the webhook', async () => {
  const sqlite = withPending(450);
  sqlite.exec("UPDATE webhooks SET removed_at = 1 WHERE id = 'whk_1'");
  const tidy = createTidyDeliveries({ sqlite, queue: createCommitQueue(sqlite) });
  const left = (table: string) => sqlite.prepare(`SELECT count(*) FROM ${table}`).pluck().get();
  const counts: unknown[] = [];
  for (let removed = -1; removed !== 0; counts.push(left('webhook_deliveries'), left('webhooks'))) {
    ({ removed } = await tidy(SAMPLE_INSTANT, KEEP_MS));
  }
  expect(counts).toEqual([250, 1, 50, 1, 0, 1, 0, 0, 0, 0]);
});
