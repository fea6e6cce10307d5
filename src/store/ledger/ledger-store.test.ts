import { join } from 'node:path';

import Database from 'better-sqlite3';
import { describe, expect, test } from 'vitest';

import { draftCdr, endedCdr, openCallOf, SAMPLE_INSTANT, SAMPLE_PLAN } from '../../../test/support/sample-call.ts';
import { sample } from '../../../test/support/sample-plan.ts';
import { temporaryFolder } from '../../../test/support/temporary-folder.ts';
import { temporaryStore } from '../../../test/support/temporary-store.ts';
import { judgeCall } from '../../domain/billing/judge-call.ts';
import type { BuyerId, CallId } from '../../domain/ids.ts';
import type { EpochMs } from '../../domain/time.ts';
import { openStore, type Store } from '../open-store.ts';

const CALL = 'call_1' as CallId;
const BUYER = 'byr_1' as BuyerId;

async function settleOne(store: Store): Promise<void> {
  const draft = draftCdr(CALL);
  await store.calls.admitCall(openCallOf(draft), () => ({ plan: SAMPLE_PLAN, reserve: [], draft }));
  const facts = { callerConfirmed: true, buyerOverCap: false, publisherOverCap: false };
  await store.calls.settleCall(CALL, (view) => judgeCall(endedCdr(CALL), view, facts));
}

describe('a payment', () => {
  test('credits the buyer, debits the house, and is on account at the next admission', async () => {
    const store = temporaryStore();
    const { id: buyerId } = await store.resources.create('buyers', sample.buyer());

    const payment = await store.ledger.recordPayment({ buyerId, amountMicros: 5_000_000, note: 'wire' });

    expect(payment).toMatchObject({ buyerId, amountMicros: 5_000_000, note: 'wire', at: '2026-11-21T14:00:00.000Z' });
    expect(store.ledger.balanceOf(`buyer:${buyerId}`)).toBe(-5_000_000);
    expect(store.ledger.balanceOf('house')).toBe(5_000_000);
    const draft = draftCdr(CALL);
    await store.calls.admitCall(openCallOf(draft), (view) => {
      expect(view.balance(buyerId)).toEqual({ balanceMicros: 5_000_000, pendingMicros: 0 });
      return { plan: SAMPLE_PLAN, reserve: [], draft };
    });
  });

  test.each([0, 0.5, Number.MAX_SAFE_INTEGER + 1])('of %d micros is refused', async (amountMicros) => {
    const store = temporaryStore();
    const { id: buyerId } = await store.resources.create('buyers', sample.buyer());
    await expect(store.ledger.recordPayment({ buyerId, amountMicros, note: null })).rejects.toMatchObject({
      code: 'invalid',
      problems: [{ path: '/amountMicros' }],
    });
  });

  test('of an unknown buyer is refused', async () => {
    const payment = temporaryStore().ledger.recordPayment({ buyerId: BUYER, amountMicros: 1, note: null });
    await expect(payment).rejects.toMatchObject({ code: 'not-found' });
  });
});

describe('reading the books', () => {
  test('postings are listed newest first, page by page, by party, call, kind and time', async () => {
    const store = temporaryStore();
    await settleOne(store);
    const { id: buyerId } = await store.resources.create('buyers', sample.buyer());
    await store.ledger.recordPayment({ buyerId, amountMicros: 7, note: null });

    const first = await store.ledger.list({ limit: 3, filters: {} });
    const rest = await store.ledger.list({ limit: 3, filters: {}, cursor: first.nextCursor ?? '' });

    expect([...first.data, ...rest.data].map((line) => line.amountMicros)).toEqual([-7, 7, -30_000_000, 30_000_000]);
    const count = async (filters: Parameters<typeof store.ledger.list>[0]['filters']) =>
      (await store.ledger.list({ limit: 10, filters })).data.length;
    expect(await count({ party: 'house' })).toBe(2);
    expect(await count({ callId: CALL })).toBe(2);
    expect(await count({ kind: 'payment' })).toBe(2);
    expect(await count({ from: (SAMPLE_INSTANT + 1) as EpochMs })).toBe(2);
    expect(await count({ to: (SAMPLE_INSTANT + 1) as EpochMs })).toBe(2);
  });

  test.each([
    [
      'a line that was changed',
      'UPDATE postings SET amount_micros = 1 WHERE amount_micros > 0',
      ['call_1', 'buyer:byr_1'],
    ],
    ['a line that was removed', 'DELETE FROM postings WHERE amount_micros < 0', ['call_1', 'house']],
    ['a balance that was changed', "UPDATE ledger_sums SET amount_micros = 0 WHERE party = 'house'", ['house']],
  ])('the check names %s', async (_what, sql, names) => {
    const dataDir = temporaryFolder();
    const store = openStore({ dataDir, now: () => SAMPLE_INSTANT });
    await settleOne(store);
    expect(store.ledger.check()).toEqual({ postings: 2, problems: [] });
    const sqlite = new Database(join(dataDir, 'tollgate.db'));
    sqlite.exec('DROP TRIGGER postings_stay; DROP TRIGGER postings_are_kept');
    sqlite.exec(sql);
    sqlite.close();
    const problems = store.ledger.check().problems.join('\n');
    for (const name of names) expect(problems).toContain(name);
    store.close();
  });
});
