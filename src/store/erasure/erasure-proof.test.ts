import Database from 'better-sqlite3';
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';

import { endedCdrs } from '../../../test/support/cdr-arbitrary.ts';
import { servedFolder, settleCalls, tamper } from '../../../test/support/cli-store.ts';
import { eraseCaller, eraseCalls } from '../../../test/support/erasures.ts';
import { openCallOf, SAMPLE_PLAN } from '../../../test/support/sample-call.ts';
import { settleCall } from '../../../test/support/settle-call.ts';
import { temporaryStore } from '../../../test/support/temporary-store.ts';
import { judgeCall } from '../../domain/billing/judge-call.ts';
import type { Cdr } from '../../domain/call/cdr.ts';
import type { CallId } from '../../domain/ids.ts';
import { hashWhole, type LinkedCdr } from '../calls/cdr-chain.ts';
import { databaseFileIn, type Store } from '../open-store.ts';

const FACTS = { callerConfirmed: true, buyerOverCap: false, publisherOverCap: false };

async function settleAs(store: Store, id: string, fields: Cdr): Promise<void> {
  const cdr = { ...fields, id: id as CallId };
  await store.calls.admitCall(openCallOf(cdr), () => ({ plan: SAMPLE_PLAN, reserve: [], draft: cdr }));
  await store.calls.settleCall(cdr.id, (view) => judgeCall(cdr, view, FACTS));
}

test('whatever is erased, in whatever order, all that is left of the records is proved', async () => {
  const store = temporaryStore();
  let settled = 0;
  let erased = 0;
  const calls = fc.array(endedCdrs, { minLength: 1, maxLength: 5 });
  const order = fc.array(fc.nat({ max: 4 }), { maxLength: 4 });
  await fc.assert(
    fc.asyncProperty(calls, order, async (cdrs, erasures) => {
      // One chain that grows, with erased records and others in all places.
      const first = settled;
      for (const cdr of cdrs) await settleAs(store, `call_${settled++}`, cdr);
      for (const place of erasures.filter((index) => index < cdrs.length)) {
        erased += (await eraseCalls(store, `call_${first + place}`)).callsErased;
      }
      const report = await store.queries.verifyChain();
      expect(report).toMatchObject({ intact: true, length: settled, erased, unproven: 0 });
    }),
    { numRuns: 40 },
  );
  expect(erased).toBeGreaterThan(0);
  expect(store.ledger.check().problems).toEqual([]);
  expect(store.reports.check().problems).toEqual([]);
});

/** Three calls, the second of them erased, in a folder that can be tampered with. */
async function withErased() {
  const { store, dataDir } = servedFolder();
  for (const n of [1, 2, 3]) await settleCall(store, `call_${n}`, { callerName: 'Ada' });
  await eraseCalls(store, 'call_2');
  return { store, dataDir };
}

describe('it is found where', () => {
  const replace = (from: string, to: string, seq: number) =>
    `UPDATE call_records SET record = replace(record, '${from}', '${to}') WHERE call_seq = ${seq}`;

  test.each([
    [
      'money of an erased record was changed',
      replace('"amountMicros":30000000', '"amountMicros":10000000', 2),
      2,
      /text/,
    ],
    ['the caller of another was changed', replace('+12125550123', '+12125550124', 3), 3, /caller|column ani/],
    ['a name was changed', replace('"Ada"', '"Eve"', 1), 1, /what it says of its caller was changed/],
    [
      'an erased record was given a caller again',
      replace('"ani":"erased"', '"ani":"+12125550123"', 2),
      2,
      /an erasure names it/,
    ],
    ['a salt was changed', "UPDATE call_records SET salt = 'x' WHERE call_seq = 1", 1, /what it says of its caller/],
    ['a salt came back', "UPDATE call_records SET salt = 'x' WHERE call_seq = 2", 2, /an erasure names it/],
    ['a commitment was changed', "UPDATE call_records SET commitment = 'x' WHERE call_seq = 2", 2, /text/],
    ['a commitment was taken away', 'UPDATE call_records SET commitment = NULL WHERE call_seq = 2', 2, /binds/],
    ['an erased call is named by none', 'DELETE FROM erased_calls', 2, /erased, and no erasure names it/],
    ['its erasure was removed', 'PRAGMA foreign_keys = OFF; DELETE FROM erasures', 2, /no erasure names it/],
    [
      'one is named by an erasure, and was not erased',
      'INSERT INTO erased_calls (call_seq, erasure_seq, at) VALUES (3, 1, 0)',
      3,
      /an erasure names it, and its caller stands in it/,
    ],
  ])('%s', async (_what, sql, at, problem) => {
    const { store, dataDir } = await withErased();
    tamper(dataDir, sql);
    expect(await store.queries.verifyChain()).toMatchObject({
      intact: false,
      at,
      callId: `call_${at}`,
      problem: expect.stringMatching(problem) as string,
    });
  });

  test('a record was redacted without an erasure', async () => {
    const { store, dataDir } = await withErased();
    const sqlite = new Database(databaseFileIn(dataDir));
    const redacted =
      sqlite.prepare<[], string>('SELECT record FROM call_records WHERE call_seq = 2').pluck().get() ?? '';
    sqlite.close();
    const { prevHash: _prevHash, ...erased } = JSON.parse(redacted) as LinkedCdr;
    tamper(
      dataDir,
      `UPDATE call_records SET salt = NULL, record = json_set(record, '$.ani', '${erased.ani}', '$.callerName', NULL) WHERE call_seq = 3`,
    );
    expect(await store.queries.verifyChain()).toMatchObject({
      at: 3,
      problem: 'its caller was erased, and no erasure names it',
    });
  });
});

describe('records from before hashes could outlive an erasure', () => {
  /** Three calls whose records are hashed as they once were, over their whole text. */
  async function withOldRecords() {
    const { store, dataDir } = servedFolder();
    await settleCalls(store, ['call_1', 'call_2', 'call_3']);
    const sqlite = new Database(databaseFileIn(dataDir));
    const triggers = sqlite
      .prepare<[], { name: string; sql: string }>("SELECT name, sql FROM sqlite_schema WHERE type = 'trigger'")
      .all();
    for (const { name } of triggers) sqlite.exec(`DROP TRIGGER ${name}`);
    let prevHash = '0'.repeat(64);
    for (const seq of [1, 2, 3]) {
      const record =
        sqlite.prepare<[number], string>('SELECT record FROM call_records WHERE call_seq = ?').pluck().get(seq) ?? '';
      const text = record.replace(/"prevHash":"[0-9a-f]*"/, `"prevHash":"${prevHash}"`);
      prevHash = hashWhole(text);
      sqlite
        .prepare('UPDATE call_records SET record = ?, commitment = NULL, salt = NULL WHERE call_seq = ?')
        .run(text, seq);
      sqlite.prepare('UPDATE calls SET hash = ? WHERE seq = ?').run(prevHash, seq);
    }
    sqlite.prepare('UPDATE chain_head SET hash = ?').run(prevHash);
    sqlite.exec("UPDATE meta SET value = 3 WHERE key = 'records_hashed_whole'");
    for (const { sql } of triggers) sqlite.exec(sql);
    sqlite.close();
    return { store, dataDir };
  }

  test('are proved as ever, and followed by new ones', async () => {
    const { store, dataDir } = await withOldRecords();
    await settleCalls(store, ['call_4']);
    expect(await store.queries.verifyChain()).toMatchObject({ intact: true, length: 4, erased: 0, unproven: 0 });
    tamper(
      dataDir,
      `UPDATE call_records SET record = replace(record, '"talkMs":120000', '"talkMs":1') WHERE call_seq = 2`,
    );
    expect(await store.queries.verifyChain()).toMatchObject({
      intact: false,
      at: 2,
      problem: expect.stringMatching(/text/) as string,
    });
  });

  test('keep their place once erased, and count as unproven', async () => {
    const { store, dataDir } = await withOldRecords();
    await eraseCaller(store, '+12125550123');
    expect(await store.queries.verifyChain()).toMatchObject({ intact: true, length: 3, erased: 3, unproven: 3 });
    tamper(
      dataDir,
      `UPDATE call_records SET record = replace(record, '"talkMs":120000', '"talkMs":1') WHERE call_seq = 2`,
    );
    expect(await store.queries.verifyChain()).toMatchObject({
      intact: false,
      at: 2,
      problem: expect.stringMatching(/talk_ms/) as string,
    });
  });

  test('can not be passed off as such after the first that are not', async () => {
    const { store, dataDir } = await withErased();
    tamper(dataDir, 'UPDATE call_records SET commitment = NULL');
    expect(await store.queries.verifyChain()).toMatchObject({
      intact: false,
      at: 1,
      problem: expect.stringMatching(/binds/) as string,
    });
  });
});
