import { renameSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';

import Database from 'better-sqlite3';
import { expect, onTestFinished, test } from 'vitest';

import { temporaryFolder } from '../../test/support/temporary-folder.ts';
import { createLogCheckpoints } from './log-checkpoints.ts';

const LIMITS = { longLog: 40, shortRest: 10, everyCommits: 1 };

/** Each write dirties two pages at least. */
function setUp(limits = LIMITS) {
  const file = join(temporaryFolder(), 'log.db');
  const sqlite = new Database(file);
  sqlite.pragma('journal_mode = WAL');
  sqlite.exec('CREATE TABLE notes (n INTEGER PRIMARY KEY, text TEXT)');
  const checkpoints = createLogCheckpoints(sqlite, limits);
  onTestFinished(() => {
    checkpoints.close();
    sqlite.close();
  });
  const insert = sqlite.prepare('INSERT INTO notes (text) VALUES (?)');
  const measure = sqlite.prepare<[], { log: number; checkpointed: number }>('PRAGMA wal_checkpoint(NOOP)');
  return {
    file,
    sqlite,
    measure: () => measure.get() ?? { log: 0, checkpointed: 0 },
    write: () => {
      insert.run('x'.repeat(5_000));
      checkpoints.afterCommit();
    },
    count: () => sqlite.prepare('SELECT count(*) FROM notes').pluck().get(),
  };
}

/** Writes on until something has come about. */
async function writeUntil(write: () => void, done: () => boolean): Promise<number> {
  let writes = 0;
  for (const deadline = performance.now() + 15_000; !done(); writes += 1) {
    if (performance.now() > deadline) throw new Error(`not after ${writes} writes`);
    write();
    await nextTurn();
  }
  return writes;
}

/** Lets the thread work. */
async function turnUntil(done: () => boolean): Promise<void> {
  for (const deadline = performance.now() + 15_000; !done();) {
    if (performance.now() > deadline) throw new Error('not in time');
    await nextTurn();
  }
}

test('a long log is moved into the database, and begins again at its start', async () => {
  const { measure, write, count } = setUp();
  const writes = await writeUntil(write, () => measure().log >= LIMITS.longLog);
  await turnUntil(() => measure().checkpointed === measure().log);
  write();
  expect(measure()).toMatchObject({ checkpointed: 0, log: expect.toSatisfy((log) => log < 10) as number });
  expect(count()).toBe(writes + 1);
});

test('the log begins again now and then though writing never pauses', async () => {
  const { file, measure, write, count } = setUp();
  let length = 0;
  let restarts = 0;
  const writes = await writeUntil(write, () => {
    const { log } = measure();
    if (log < length) restarts += 1;
    length = log;
    return restarts === 3;
  });
  expect(count()).toBe(writes);
  expect(statSync(file).size).toBeGreaterThan(LIMITS.longLog * 4096);
});

test('a reading that goes on for long keeps the log as it is, and is not asked again at each commit', async () => {
  const { file, measure, write } = setUp();
  write();
  const reader = new Database(file, { readonly: true });
  onTestFinished(() => {
    reader.close();
  });
  reader.exec('BEGIN');
  reader.prepare('SELECT count(*) FROM notes').get();
  const before = measure().log;

  await writeUntil(write, () => measure().log > 400);
  // Nothing newer than what the reader sees is in the database.
  expect(measure().checkpointed).toBeLessThanOrEqual(before);

  reader.exec('COMMIT');
  const grown = measure().log;
  await writeUntil(write, () => measure().log < grown);
});

test('a short log is left alone', () => {
  const { measure, write } = setUp({ ...LIMITS, longLog: 10_000 });
  for (let n = 0; n < 500; n++) write();
  expect(measure()).toMatchObject({ checkpointed: 0 });
});

test('a pass that fails is tried again when the log has grown', async () => {
  const { file, measure, write } = setUp();
  renameSync(file, `${file}.away`);
  await writeUntil(write, () => measure().log > 200);
  expect(measure().checkpointed).toBe(0);
  renameSync(`${file}.away`, file);
  const grown = measure().log;
  await writeUntil(write, () => measure().log < grown);
});
