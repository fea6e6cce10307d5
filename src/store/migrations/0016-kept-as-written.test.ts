import { expect, test } from 'vitest';

import { draftCdr, openCallOf, SAMPLE_PLAN } from '../../../test/support/sample-call.ts';
import { sample } from '../../../test/support/sample-plan.ts';
import { settleAdmitted } from '../../../test/support/settle-call.ts';
import { temporaryFolder } from '../../../test/support/temporary-folder.ts';
import type { CallId } from '../../domain/ids.ts';
import type { EpochMs } from '../../domain/time.ts';
import { openDatabase } from '../database.ts';
import { databaseFileIn, openStore } from '../open-store.ts';

const BASIS = { excludedDestinations: [], excludedBuyers: [], readings: {} };

/** A store with a payment, a decision and a changed plan, and its database with all triggers in place. */
async function withHistory() {
  const dataDir = temporaryFolder();
  const store = openStore({ dataDir, now: () => Date.now() as EpochMs });
  const { id: buyerId } = await store.resources.create('buyers', sample.buyer());
  await store.resources.replace('buyers', buyerId, { ...sample.buyer({ name: 'Acme' }), archived: false });
  await store.ledger.recordPayment({ buyerId, amountMicros: 5, note: 'Wire 7' });
  const draft = draftCdr('call_1');
  await store.calls.admitCall(openCallOf(draft), () => ({ plan: SAMPLE_PLAN, reserve: [], draft, basis: BASIS }));
  await settleAdmitted(store, 'call_1');
  const database = openDatabase(databaseFileIn(dataDir), 'visit');
  return {
    store,
    run: (sql: string) => database.sqlite.prepare(sql).run(),
    end: () => {
      database.close();
      store.close();
    },
  };
}

test.each([
  ["UPDATE ledger_notes SET note = 'Cash'", /note of a payment is never changed/],
  ['DELETE FROM ledger_notes', /note of a payment is never removed/],
  ["INSERT OR REPLACE INTO ledger_notes SELECT event, 'Cash' FROM ledger_notes", /note of a payment is never changed/],
  ["UPDATE decision_bases SET basis = '{}'", /rested on is never changed/],
  ['DELETE FROM decision_bases', /rested on is never removed/],
  ["INSERT OR REPLACE INTO decision_bases SELECT call_seq, '{}' FROM decision_bases", /rested on is written with it/],
  ["UPDATE plan_history SET doc = '{}'", /plan as it was is never changed/],
  ['UPDATE plan_history SET version = version + 1', /plan as it was is never changed/],
  ['DELETE FROM plan_history', /plan as it was is never removed/],
  ["INSERT OR REPLACE INTO plan_history SELECT kind, id, version, '{}' FROM plan_history", /plan .* never changed/],
  ["INSERT INTO plan_history SELECT kind, 'byr_2', version + 9, doc FROM plan_history", /plan .* never changed/],
])('%s is refused by the database', async (sql, message) => {
  const { run, end } = await withHistory();
  expect(() => run(sql)).toThrow(message);
  end();
});

test('a basis is written with its decision: one made up afterwards is refused', async () => {
  const { store, run, end } = await withHistory();
  const draft = draftCdr('call_2');
  await store.calls.admitCall(openCallOf(draft), () => ({ plan: SAMPLE_PLAN, reserve: [], draft }));
  await settleAdmitted(store, 'call_2');
  const add = "INSERT INTO decision_bases SELECT seq, '{}' FROM calls WHERE id = 'call_2'";
  expect(() => run(add)).toThrow(/written with it/);
  end();
});

test('with its caller, what a decision rested on goes, and verify misses nothing', async () => {
  const { store, end } = await withHistory();
  expect(store.decisions.check()).toEqual({ decisions: 1, problems: [] });
  const subject = { about: 'calls', callIds: ['call_1' as CallId] } as const;
  await store.erasures.erase({ subject, note: null, keyId: 'key_1' }, async () => {});
  expect(store.decisions.check()).toEqual({ decisions: 0, problems: [] });
  end();
});

test('what changes twice in one transaction has one place in the history, and may go again', async () => {
  const { store, end } = await withHistory();
  const { id } = await store.resources.create('areas', { name: 'A', include: [], exclude: [], acceptInferred: true });
  await store.resources.remove('areas', id);
  expect(store.decisions.check().problems).toEqual([]);
  end();
});
