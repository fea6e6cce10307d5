import { join } from 'node:path';

import Database from 'better-sqlite3';
import { describe, expect, test } from 'vitest';

import { admitCall, settleAdmitted, settleCall } from '../../../test/support/settle-call.ts';
import { SAMPLE_INSTANT } from '../../../test/support/sample-call.ts';
import { temporaryFolder } from '../../../test/support/temporary-folder.ts';
import { temporaryStore } from '../../../test/support/temporary-store.ts';
import type { BuyerId, CallId } from '../../domain/ids.ts';
import { toIso, type EpochMs } from '../../domain/time.ts';
import { openStore } from '../open-store.ts';

const NOW = (SAMPLE_INSTANT + 600_000) as EpochMs;
const BUYER = 'buyer:byr_1' as `buyer:${BuyerId}`;

describe('closing the books', () => {
  test('can be done again, further, and never back or ahead of time', async () => {
    const store = temporaryStore(() => NOW);
    expect(store.ledger.latestClose()).toBeNull();

    const first = await store.ledger.close(SAMPLE_INSTANT, 'key_1');
    expect(first).toEqual({
      made: true,
      close: { before: toIso(SAMPLE_INSTANT), at: toIso(NOW), keyId: 'key_1' },
    });
    expect(await store.ledger.close(SAMPLE_INSTANT, 'key_2')).toEqual({ ...first, made: false });
    for (const before of [SAMPLE_INSTANT - 1, NOW + 1]) {
      const refused = store.ledger.close(before as EpochMs, 'key_1');
      await expect(refused).rejects.toMatchObject({ code: 'invalid', problems: [{ path: '/before' }] });
    }
    expect(await store.ledger.close(NOW, 'key_1')).toMatchObject({ made: true });
    expect(store.ledger.latestClose()?.before).toBe(toIso(NOW));
  });

  test('leaves a call that settles late to the open period, and its statement as it was', async () => {
    const store = temporaryStore(() => NOW);
    await settleCall(store, 'call_1');
    await admitCall(store, 'call_2');
    await store.ledger.close(NOW, 'key_1');
    const period = { party: BUYER, from: null, to: NOW };
    const before = await store.ledger.statement(period);

    await settleAdmitted(store, 'call_2');

    expect(await store.ledger.statement(period)).toEqual(before);
    const after = await store.ledger.statement({ party: BUYER, from: NOW, to: null });
    expect(after).toMatchObject({
      openingMicros: before.closingMicros,
      lines: [{ callId: 'call_2', at: toIso(NOW), connectedAt: toIso((SAMPLE_INSTANT + 5_000) as EpochMs) }],
    });
    expect(store.ledger.check().problems).toEqual([]);
  });
});

describe('the database itself', () => {
  test('refuses what would change closed periods, and what would replace, change or remove any line', async () => {
    const dataDir = temporaryFolder();
    const store = openStore({ dataDir, now: () => NOW });
    await settleCall(store, 'call_1');
    await store.ledger.refundCall('call_1' as CallId, { reason: 'test', keyId: 'key_1' });
    await store.ledger.close(NOW, 'key_1');
    const sqlite = new Database(join(dataDir, 'tollgate.db'));
    const posting = `(id, event, at, party, kind, amount_micros) VALUES ('pst_x', 'e', ${NOW - 1}, 'house', 'payment', 0)`;
    for (const sql of [
      `INSERT INTO postings ${posting}`,
      'INSERT OR REPLACE INTO postings SELECT * FROM postings',
      'INSERT OR REPLACE INTO calls SELECT * FROM calls',
      'INSERT OR REPLACE INTO call_records SELECT * FROM call_records',
      'UPDATE ledger_closes SET before = 0',
      'DELETE FROM ledger_closes',
      "INSERT INTO ledger_closes VALUES (1, 1, 'key_1', 1)",
      'UPDATE adjustments SET total_micros = 5',
      'DELETE FROM adjustments',
    ]) {
      expect(() => sqlite.exec(sql)).toThrow(/never/);
    }
    sqlite.close();
    store.close();
  });

  test.each([
    [
      'a line smuggled into a closed period',
      `DROP TRIGGER postings_after_close; INSERT INTO postings (id, event, at, party, kind, amount_micros)
       VALUES ('pst_x', 'e', 0, 'house', 'payment', 0)`,
      /pst_x: nothing was posted into a period/,
    ],
    [
      'an adjustment that says less than was posted',
      'DROP TRIGGER adjustments_stay; UPDATE adjustments SET amount_micros = -1, total_micros = 29999999',
      /call_1 buyer: what was posted to adjust/,
    ],
    [
      'an adjustment that does not add up',
      'DROP TRIGGER adjustments_stay; UPDATE adjustments SET total_micros = 1',
      /adj_.*: the amount an adjustment leads to/,
    ],
    [
      'an adjustment that was removed',
      'DROP TRIGGER adjustments_are_kept; DELETE FROM adjustments',
      /call_1 buyer: what was posted to adjust/,
    ],
  ])('cannot hide %s from the check', async (_what, sql, problem) => {
    const dataDir = temporaryFolder();
    const store = openStore({ dataDir, now: () => NOW });
    await settleCall(store, 'call_1', { publisherId: null });
    await store.ledger.refundCall('call_1' as CallId, { reason: 'test', keyId: 'key_1' });
    await store.ledger.close(NOW, 'key_1');
    expect(store.ledger.check().problems).toEqual([]);
    const sqlite = new Database(join(dataDir, 'tollgate.db'));
    sqlite.exec(sql);
    sqlite.close();
    expect(store.ledger.check().problems.join('\n')).toMatch(problem);
    store.close();
  });
});
