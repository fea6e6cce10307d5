import { join } from 'node:path';

import Database from 'better-sqlite3';
import { describe, expect, onTestFinished, test } from 'vitest';

import { temporaryFolder } from '../../test/support/temporary-folder.ts';
import { createCommitQueue, type BatchLimits } from './commit-queue.ts';
import { openDatabase } from './database.ts';

function setUp(limits?: BatchLimits) {
  const file = join(temporaryFolder(), 'queue.db');
  const database = openDatabase(file, 'serve');
  onTestFinished(() => {
    database.close();
  });
  const { sqlite } = database;
  sqlite.exec('CREATE TABLE notes (n INTEGER PRIMARY KEY)');
  const insert = sqlite.prepare('INSERT INTO notes (n) VALUES (?)');
  const queue = createCommitQueue(sqlite, limits);
  return {
    file,
    sqlite,
    queue,
    insert: (n: number) => () => insert.run(n).changes,
    notes: () => sqlite.prepare<[], number>('SELECT n FROM notes ORDER BY n').pluck().all(),
    synchronous: () => sqlite.pragma('synchronous', { simple: true }),
  };
}

describe('a write that asks to be alone', () => {
  test('has a transaction of its own, in its turn', async () => {
    const { sqlite, queue, insert, file } = setUp();
    const reader = new Database(file, { readonly: true });
    onTestFinished(() => {
      reader.close();
    });
    const count = reader.prepare<[], number>('SELECT count(*) FROM notes').pluck();
    const seen: (number | undefined)[] = [];
    const look = (n: number) => () => {
      expect(sqlite.inTransaction).toBe(true);
      seen.push(count.get());
      return insert(n)();
    };
    await Promise.all([
      queue.write('process', look(1)),
      queue.write('process', look(2)),
      queue.write('power', look(3), 'alone'),
      queue.write('process', look(4)),
    ]);
    // What the commits before them have left: none; none; two; three.
    expect(seen).toEqual([0, 0, 2, 3]);
  });

  test('is undone whole where it fails, and nothing else is', async () => {
    const { queue, insert, notes } = setUp();
    const results = await Promise.allSettled([
      queue.write('process', insert(1)),
      queue.write(
        'power',
        () => {
          insert(2)();
          throw new RangeError('changed my mind');
        },
        'alone',
      ),
      queue.write('process', insert(3)),
    ]);
    expect(results).toMatchObject([{ value: 1 }, { reason: new RangeError('changed my mind') }, { value: 1 }]);
    expect([notes(), queue.fault()]).toEqual([[1, 3], null]);
  });
});

describe('writes that arrive together', () => {
  test('run in their order, in one transaction, and resolve when it is committed', async () => {
    const { sqlite, queue, insert, file } = setUp();
    const reader = new Database(file, { readonly: true });
    onTestFinished(() => {
      reader.close();
    });
    const seen: number[] = [];
    const count = reader.prepare<[], number>('SELECT count(*) FROM notes').pluck();
    const writes = [1, 2, 3].map((n) =>
      queue.write('process', () => {
        expect(sqlite.inTransaction).toBe(true);
        seen.push(n, count.get() ?? -1);
        return insert(n)();
      }),
    );
    const countAtFirst = writes[0]?.then(() => count.get());

    await Promise.all(writes);

    expect(seen).toEqual([1, 0, 2, 0, 3, 0]);
    expect(await countAtFirst).toBe(3);
  });

  test('one that fails is undone alone and rejects with its own error', async () => {
    const { queue, insert, notes } = setUp();
    const results = await Promise.allSettled([
      queue.write('process', insert(1)),
      queue.write('process', () => {
        insert(2)();
        throw new RangeError('changed my mind');
      }),
      queue.write('process', insert(3)),
    ]);
    expect(results.map((result) => result.status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
    expect(results[1]).toMatchObject({ reason: new RangeError('changed my mind') });
    expect(notes()).toEqual([1, 3]);
    expect(queue.fault()).toBeNull();
  });

  test('a violated constraint is a defect of ours, with its cause', async () => {
    const { queue, insert } = setUp();
    await queue.write('process', insert(1));
    await expect(queue.write('process', insert(1))).rejects.toMatchObject({
      code: 'internal',
      cause: { code: 'SQLITE_CONSTRAINT_PRIMARYKEY' },
    });
  });
});

describe('durability', () => {
  test('waits for the disk when any write of the batch is about money, and only then', async () => {
    const { queue, synchronous } = setUp();
    const NORMAL = 1;
    const FULL = 2;
    expect(await queue.write('process', synchronous)).toBe(NORMAL);
    const mixed = [queue.write('process', synchronous), queue.write('power', synchronous)];
    expect(await Promise.all(mixed)).toEqual([FULL, FULL]);
    expect(await queue.write('process', synchronous)).toBe(NORMAL);
  });
});

describe('the event loop', () => {
  test('turns between batches, however much is waiting', async () => {
    const { queue, insert, notes } = setUp({ maxWrites: 10, maxMs: 1_000 });
    const counts: number[] = [];
    const watch = () => {
      if (counts.push(notes().length) < 3) setImmediate(watch);
    };
    const writes = Array.from({ length: 35 }, (_, n) => queue.write('process', insert(n)));
    setImmediate(watch);
    await Promise.all(writes);
    expect(counts).toEqual([10, 20, 30]);
  });

  test('turns when a batch has used up its time, but each batch does something', async () => {
    const { queue, notes, insert } = setUp({ maxWrites: 100, maxMs: 0 });
    const seen: number[] = [];
    await Promise.all([1, 2, 3].map((n) => queue.write('process', insert(n)).then(() => seen.push(notes().length))));
    expect(seen).toEqual([1, 2, 3]);
  });
});

describe('a database that can not be written', () => {
  test('rejects with what to do while the disk is full, keeps what was there, and writes again when there is room', async () => {
    const { sqlite, queue, notes } = setUp();
    sqlite.exec('CREATE TABLE blobs (b BLOB)');
    const fill = sqlite.prepare('INSERT INTO blobs (b) VALUES (zeroblob(?))');
    const pages = Number(sqlite.pragma('page_count', { simple: true }));
    sqlite.pragma(`max_page_count = ${pages + 4}`);

    const tooMuch = queue.write('power', () => fill.run(1_000_000));
    await expect(tooMuch).rejects.toMatchObject({
      code: 'store-unavailable',
      message: expect.stringContaining('disk is full') as string,
    });
    expect(queue.fault()).toMatchObject({ code: 'store-unavailable' });

    sqlite.pragma(`max_page_count = ${pages + 10_000}`);
    await queue.write('power', () => fill.run(1_000_000));
    expect(queue.fault()).toBeNull();
    expect(sqlite.prepare('SELECT count(*) AS n FROM blobs').get()).toEqual({ n: 1 });
    expect(notes()).toEqual([]);
  });

  test('rejects every write of a batch whose commit fails, and goes on afterwards', async () => {
    const { sqlite, queue, insert, notes } = setUp();
    sqlite.exec('CREATE TABLE parents (id INTEGER PRIMARY KEY)');
    sqlite.exec('CREATE TABLE children (parent INTEGER REFERENCES parents (id) DEFERRABLE INITIALLY DEFERRED)');
    const orphan = sqlite.prepare('INSERT INTO children (parent) VALUES (7)');
    const results = await Promise.allSettled([
      queue.write('process', insert(1)),
      queue.write('process', () => orphan.run()),
    ]);
    expect(results.map((result) => result.status)).toEqual(['rejected', 'rejected']);
    expect(notes()).toEqual([]);
    await queue.write('process', insert(2));
    expect(notes()).toEqual([2]);
  });

  test('rejects while another process holds the write lock past the time-out', async () => {
    const { file, sqlite, queue, insert, notes } = setUp();
    sqlite.pragma('busy_timeout = 1');
    const other = new Database(file);
    other.exec('BEGIN IMMEDIATE');
    await expect(queue.write('process', insert(1))).rejects.toMatchObject({ code: 'store-unavailable' });
    other.exec('ROLLBACK');
    other.close();
    await queue.write('process', insert(2));
    expect(notes()).toEqual([2]);
  });
});

describe('closing', () => {
  test('commits what waits, and refuses what comes after', async () => {
    const { queue, insert, notes } = setUp();
    const waiting = [queue.write('process', insert(1)), queue.write('power', insert(2))];
    queue.close();
    await Promise.all(waiting);
    expect(notes()).toEqual([1, 2]);
    await expect(queue.write('process', insert(3))).rejects.toMatchObject({ code: 'store-unavailable' });
  });
});
