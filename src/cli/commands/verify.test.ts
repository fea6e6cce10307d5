import { expect, test } from 'vitest';

import { servedFolder, settleCalls, tamper } from '../../../test/support/cli-store.ts';
import { sample } from '../../../test/support/sample-plan.ts';
import { runInMemory } from '../../../test/support/memory-terminal.ts';
import type { CallId } from '../../domain/ids.ts';

const IDS = ['call_1', 'call_2', 'call_3'];

async function folderWithCalls() {
  const folder = servedFolder();
  await settleCalls(folder.store, IDS);
  const verify = (...args: string[]) => runInMemory(['verify', ...args], { TOLLGATE_DATA_DIR: folder.dataDir });
  return { ...folder, verify };
}

test('records, ledger and reports as they were written end it with 0', async () => {
  const { verify } = await folderWithCalls();
  const { exitCode, stdout, stderr } = await verify();
  expect([exitCode, stderr]).toEqual([0, '']);
  expect(stdout).toMatch(
    /^CDR chain {2}intact: 3 records\n +head [0-9a-f]{64}\nLedger {5}adds up: 6 postings\nReports {4}count right: 3 calls\nCaps {7}count right: \d+ counters\nReviews {4}agree: 0 dispositions\nReplays {4}have all they need: 0 decisions\n$/,
  );
});

test('the first record that was changed is named, and it ends with 1', async () => {
  const { verify, dataDir } = await folderWithCalls();
  tamper(
    dataDir,
    `UPDATE call_records SET record = replace(record, '"talkMs":120000', '"talkMs":1200') WHERE call_seq > 1`,
  );
  const { exitCode, stdout } = await verify();
  expect(exitCode).toBe(1);
  expect(stdout).toContain('BROKEN at record 2, call_2: the text of the record was changed.');
  expect(stdout).toContain('Only the 1 record before it can be relied on.');
});

test('records removed from the end are missed', async () => {
  const { verify, dataDir } = await folderWithCalls();
  tamper(dataDir, `PRAGMA foreign_keys = OFF; DELETE FROM calls WHERE id = 'call_3'`);
  const { exitCode, stdout } = await verify('--json');
  expect(exitCode).toBe(1);
  expect(JSON.parse(stdout)).toMatchObject({ sound: false, cdrs: { intact: false, at: 3, callId: null } });
});

test('a ledger that does not add up is told line by line, and it ends with 1', async () => {
  const { verify, dataDir } = await folderWithCalls();
  tamper(dataDir, `UPDATE ledger_sums SET amount_micros = amount_micros + 5 WHERE party = 'buyer:byr_1'`);
  const { exitCode, stdout } = await verify();
  expect(exitCode).toBe(1);
  expect(stdout).toContain('CDR chain  intact');
  expect(stdout).toContain('Ledger     DOES NOT ADD UP');
  expect(stdout).toContain('buyer:byr_1: the balance kept');
});

test('a report that would count a call otherwise than it was is told, and it ends with 1', async () => {
  const { verify, dataDir } = await folderWithCalls();
  tamper(dataDir, 'UPDATE report_calls SET talk_ms = 1 WHERE call_seq = 2');
  const { exitCode, stdout } = await verify();
  expect(exitCode).toBe(1);
  expect(stdout).toMatch(
    /Ledger {5}adds up.*\nReports {4}COUNT WRONG, 3 calls:\n {11}call_2: .* talk_ms 1 instead of 120000\nCaps {7}count right/,
  );
  expect(JSON.parse((await verify('--json')).stdout)).toMatchObject({ sound: false, reports: { calls: 3 } });
});

test('a cap that would count otherwise than the calls is told, and it ends with 1', async () => {
  const { verify, dataDir } = await folderWithCalls();
  tamper(dataDir, "UPDATE cap_counters SET settled = settled + 5 WHERE owner_kind = 'buyer' AND span = 'ever'");
  const { exitCode, stdout } = await verify();
  expect(exitCode).toBe(1);
  expect(stdout).toMatch(
    /\nCaps {7}COUNT WRONG, .*\n {11}buyer byr_1: caps count 8 calls .* in all instead of 3 calls /,
  );
  expect(JSON.parse((await verify('--json')).stdout)).toMatchObject({ sound: false, reports: { problems: [] } });
});

test('a disposition that is not the last word about its call is told, and it ends with 1', async () => {
  const { verify, dataDir, store } = await folderWithCalls();
  await store.dispositions.set('call_2' as CallId, { value: 'spam', note: null, keyId: 'key_1' });
  tamper(dataDir, "UPDATE dispositions SET value = 'customer'");
  const { exitCode, stdout } = await verify();
  expect(exitCode).toBe(1);
  expect(stdout).toContain(
    'Reviews    DO NOT AGREE, 1 disposition:\n           call_2: its disposition is customer, but the last word was spam\n',
  );
  expect(JSON.parse((await verify('--json')).stdout)).toMatchObject({ sound: false, reviews: { calls: 1 } });
});

test('a plan that was changed behind its history is told, and it ends with 1', async () => {
  const { verify, dataDir, store } = await folderWithCalls();
  const { id } = await store.resources.create('campaigns', sample.campaign());
  expect((await verify()).exitCode).toBe(0);
  tamper(dataDir, `UPDATE campaigns SET doc = json_set(doc, '$.priceMicros', 1)`);
  const { exitCode, stdout } = await verify();
  expect(exitCode).toBe(1);
  expect(stdout).toContain(
    `Replays    CAN NOT BE RELIED ON, 0 decisions:\n           campaigns ${id}: the plan as it was ends otherwise than it is now\n`,
  );
  expect(JSON.parse((await verify('--json')).stdout)).toMatchObject({ sound: false, replays: { decisions: 0 } });
});
