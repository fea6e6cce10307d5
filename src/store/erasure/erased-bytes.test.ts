import { existsSync, readFileSync, statSync } from 'node:fs';

import Database from 'better-sqlite3';
import { expect, test } from 'vitest';

import { servedFolder } from '../../../test/support/cli-store.ts';
import { eraseCaller } from '../../../test/support/erasures.ts';
import { admitCall, settleAdmitted, settleCall } from '../../../test/support/settle-call.ts';
import type { Ani } from '../../domain/numbers/e164.ts';
import { databaseFileIn } from '../open-store.ts';

const CALLS = 300;

/** Numbers whose digits nothing else has. */
const callerOf = (n: number): Ani => `+1212867${String(n).padStart(4, '0')}` as Ani;

/** How often a text stands in the bytes of the database and what lies beside it, used pages or not. */
function timesIn(dataDir: string, text: string): number {
  const file = databaseFileIn(dataDir);
  const bytes = [file, `${file}-wal`].filter((path) => existsSync(path)).map((path) => readFileSync(path));
  return Buffer.concat(bytes).toString('latin1').split(text).length - 1;
}

test('no byte of the file holds the number of an erased caller, in what is free either', async () => {
  const { store, dataDir } = servedFolder();
  const indices = Array.from({ length: CALLS }, (_, n) => n);
  const erased = indices.filter((n) => n % 20 === 7);
  // Side by side and in some disorder, so that pages are split, and drafts are written over.
  await Promise.all(indices.map((n) => admitCall(store, `call_${n}`, { ani: callerOf((n * 37) % CALLS) })));
  await Promise.all(indices.map((n) => settleAdmitted(store, `call_${n}`, { ani: callerOf((n * 37) % CALLS) })));
  expect(timesIn(dataDir, callerOf(7).slice(2))).toBeGreaterThan(0);

  for (const n of erased) expect(await eraseCaller(store, callerOf(n))).toMatchObject({ callsErased: 1 });
  expect(await store.erasures.sweep()).toBe(true);
  expect(erased.map((n) => timesIn(dataDir, callerOf(n).slice(2)))).toEqual(erased.map(() => 0));
  expect(timesIn(dataDir, callerOf(8).slice(2))).toBeGreaterThan(0);
});

test('a long log is swept by a thread, and by the last page', async () => {
  const { store, dataDir } = servedFolder();
  await settleCall(store, 'call_0', { ani: callerOf(1) });
  const name = 'x'.repeat(900_000);
  // Some thousand pages of it.
  for (let n = 1; n <= 6; n++) await settleCall(store, `call_${n}`, { ani: callerOf(2), callerName: name });
  expect(statSync(`${databaseFileIn(dataDir)}-wal`).size).toBeGreaterThan(1_000 * 4_096);
  expect(await eraseCaller(store, callerOf(1))).toMatchObject({ callsErased: 1 });
  expect([statSync(`${databaseFileIn(dataDir)}-wal`).size, timesIn(dataDir, callerOf(1).slice(2))]).toEqual([0, 0]);
});

test('a reader in the way is not waited for, and the log is swept once it has gone', async () => {
  const { store, dataDir } = servedFolder();
  await admitCall(store, 'call_1', { ani: callerOf(1) });
  await settleAdmitted(store, 'call_1', { ani: callerOf(1) });
  const reader = new Database(databaseFileIn(dataDir), { readonly: true });
  reader.exec('BEGIN');
  reader.prepare('SELECT count(*) FROM calls').get();
  await eraseCaller(store, callerOf(1));
  expect(await store.erasures.sweep()).toBe(false);
  expect(timesIn(dataDir, callerOf(1).slice(2))).toBeGreaterThan(0);
  reader.close();
  expect(await store.erasures.sweep()).toBe(true);
  expect(timesIn(dataDir, callerOf(1).slice(2))).toBe(0);
});
