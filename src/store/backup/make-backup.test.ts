import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

import Database from 'better-sqlite3';
import { expect, test } from 'vitest';

import { servedFolder, settleCalls } from '../../../test/support/cli-store.ts';
import { temporaryFolder } from '../../../test/support/temporary-folder.ts';
import { databaseFileIn } from '../open-store.ts';
import { makeBackup, type OnStep } from './make-backup.ts';

async function setUp() {
  const { dataDir, store } = servedFolder();
  await settleCalls(store, ['call_1', 'call_2']);
  const folder = temporaryFolder();
  const file = join(folder, 'tollgate.db');
  const backup = (onStep: OnStep, dataFolder = dataDir) =>
    makeBackup({ dataDir: dataFolder, file, withRecordings: false, force: false, verify: false, onStep });
  return { dataDir, folder, file, backup };
}

test('the copy is of the moment it began, whatever is written while it is made', async () => {
  const { dataDir, file, backup } = await setUp();
  const steps: string[] = [];
  let written = 0;
  const made = await backup((what, done) => {
    steps.push(what);
    if (what !== 'Copying pages of the database' || done > 0) return;
    const other = new Database(databaseFileIn(dataDir));
    other.exec('CREATE TABLE later (n INTEGER)');
    other.close();
    written += 1;
  });
  expect(written).toBe(1);
  expect(made.chain.length).toBe(2);
  const copy = new Database(file, { readonly: true });
  const tables = copy.prepare<[], string>("SELECT name FROM sqlite_schema WHERE type = 'table'").pluck().all();
  copy.close();
  expect(tables).toContain('sqlar');
  expect(tables).not.toContain('later');
  expect([...new Set(steps)]).toEqual(['Copying pages of the database', 'Checking the copy', 'Hashing']);
});

test('what fails on the way leaves no file of any name', async () => {
  const { folder, file, backup } = await setUp();
  const failing = backup((what) => {
    if (what === 'Checking the copy') throw new Error('the disk went away');
  });
  await expect(failing).rejects.toThrow('the disk went away');
  expect([existsSync(file), readdirSync(folder)]).toEqual([false, []]);
});

test('where there is no database there is no backup, and it is said where one was looked for', async () => {
  const { folder, backup } = await setUp();
  const empty = temporaryFolder();
  await expect(backup(() => undefined, empty)).rejects.toThrow(
    `There is no Tollgate database at ${join(empty, 'tollgate.db')}`,
  );
  expect(readdirSync(folder)).toEqual([]);
});
