import Database from 'better-sqlite3';
import { expect, onTestFinished, test } from 'vitest';

import { servedFolder } from '../../../test/support/cli-store.ts';
import { eraseCalls } from '../../../test/support/erasures.ts';
import { admitCall, settleCall } from '../../../test/support/settle-call.ts';
import type { CallId } from '../../domain/ids.ts';
import { COLUMN_NAMES } from '../calls/call-columns.ts';
import { databaseFileIn } from '../open-store.ts';

/** Three settled calls, the first of them erased, and one in progress; with a connection as somebody else may open one. */
async function setUp() {
  const { store, dataDir } = servedFolder();
  for (const n of [1, 2, 3]) await settleCall(store, `call_${n}`);
  await admitCall(store, 'call_4');
  for (const n of [1, 2]) {
    await store.dispositions.set(`call_${n}` as CallId, { value: 'booked', note: 'n', keyId: 'key_1' });
    await store.ledger.refundCall(`call_${n}` as CallId, { reason: 'r', keyId: 'key_1' });
    const report = { externalId: `${n}`, kind: 'sale', valueMicros: 1, occurredAt: null, reporter: 'house' } as const;
    await store.conversions.report({ ...report, callId: `call_${n}` as CallId });
    const action = { actor: { keyId: 'k', role: 'admin' }, action: 'update', resource: 'calls' } as const;
    store.audit.note({ ...action, resourceId: `call_${n}` }, { chargeMicros: 5 }, { chargeMicros: 6 });
  }
  const action = { actor: { keyId: 'k', role: 'admin' }, action: 'update', resource: 'buyers' } as const;
  store.audit.note({ ...action, resourceId: 'call_1' }, null, null);
  await eraseCalls(store, 'call_1');
  const sqlite = new Database(databaseFileIn(dataDir));
  onTestFinished(() => {
    sqlite.close();
  });
  return sqlite;
}

const OTHER_COLUMNS = ['id', 'received_at', 'chain_seq', 'hash', ...COLUMN_NAMES.filter((name) => name !== 'ani')];

test('of an erased call nothing else can be changed, and nothing twice', async () => {
  const sqlite = await setUp();
  for (const column of OTHER_COLUMNS) {
    expect(() => sqlite.exec(`UPDATE calls SET ${column} = '5' WHERE id = 'call_1'`)).toThrow(/never changed/);
  }
  for (const change of [
    "calls SET ani = '+12125550123' WHERE id = 'call_1'",
    "call_records SET record = replace(record, '30000000', '1') WHERE call_seq = 1",
    'call_records SET record = record WHERE call_seq = 1',
    "call_records SET commitment = 'x' WHERE call_seq = 1",
    "call_records SET salt = 'x' WHERE call_seq = 1",
    "disposition_events SET note = 'x' WHERE call_seq = 1",
    "disposition_events SET value = 'spam' WHERE call_seq = 1",
    "adjustments SET amount_micros = 1 WHERE call_id = 'call_1'",
    "conversions SET value_micros = 7 WHERE call_id = 'call_1'",
    `audit_log SET after = '{"chargeMicros":7}' WHERE resource_id = 'call_1'`,
    "audit_log SET action = 'x' WHERE resource_id = 'call_1'",
    "erasures SET note = 'x'",
    'erased_calls SET erasure_seq = 2',
  ]) {
    expect(() => sqlite.exec(`UPDATE ${change}`)).toThrow(/never changed/);
  }
});

test('of a call that no erasure names, nothing at all', async () => {
  const sqlite = await setUp();
  for (const change of [
    "calls SET ani = 'erased', sip_call_id = 'erased' WHERE id = 'call_2'",
    "call_records SET record = json_set(record, '$.ani', 'erased'), salt = NULL WHERE call_seq = 2",
    'call_records SET salt = NULL WHERE call_seq = 2',
    'disposition_events SET note = NULL WHERE call_seq = 2',
    "adjustments SET reason = 'x' WHERE call_id = 'call_2'",
    "conversions SET external_id = 'x' WHERE call_id = 'call_2'",
    "audit_log SET before = before WHERE resource_id = 'call_2'",
    "audit_log SET before = before WHERE resource = 'buyers'",
  ]) {
    expect(() => sqlite.exec(`UPDATE ${change}`)).toThrow(/never changed/);
  }
});

test('an erasure that names a call lets its caller go from the record, and no more', async () => {
  const sqlite = await setUp();
  sqlite.exec('INSERT INTO erased_calls (call_seq, erasure_seq, at) VALUES (3, 1, 0)');
  const erase = (record: string) => `UPDATE call_records SET record = ${record}, salt = NULL WHERE call_seq = 3`;
  expect(() => sqlite.exec(erase("json_set(record, '$.ani', 'erased', '$.talkMs', 1)"))).toThrow(/never changed/);
  expect(() => sqlite.exec(erase("json_set(record, '$.callerName', NULL)"))).toThrow(/never changed/);
  expect(() => sqlite.exec(erase("''"))).toThrow(/never changed|malformed/);
  sqlite.exec(erase("json_set(record, '$.ani', 'erased')"));
});

test('erasures are kept, and name settled calls alone, each once', async () => {
  const sqlite = await setUp();
  const name = (seq: number) =>
    sqlite.exec(`INSERT INTO erased_calls (call_seq, erasure_seq, at) VALUES (${seq}, 1, 0)`);
  expect(() => name(4)).toThrow('a call in progress is not erased');
  expect(() => name(1)).toThrow('a call is erased once');
  expect(() => sqlite.exec('INSERT OR REPLACE INTO erased_calls SELECT * FROM erased_calls')).toThrow('erased once');
  expect(() => sqlite.exec('INSERT OR REPLACE INTO erasures SELECT * FROM erasures')).toThrow('never changed');
  expect(() => sqlite.exec('DELETE FROM erased_calls')).toThrow('never removed');
  expect(() => sqlite.exec('PRAGMA foreign_keys = OFF; DELETE FROM erasures')).toThrow('never removed');
});
