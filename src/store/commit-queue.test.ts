import { join } from 'node:path';

import Database from 'better-sqlite3';
import { describe, expect, onTestFinished, test } from 'vitest';

import { temporaryFolder } from '../../test/support/temporary-folder.ts';
import { createCommitQueue, type BatchLimits, type Durability } from './commit-queue.ts';
import { openDatabase, type Sqlite } from './database.ts';
import { createLogFlush } from './log-flush.ts';

/** A machine that is busy cuts no batch short. */
const UNHURRIED: BatchLimits = { maxWrites: 64, maxMs: 60_000 };

function setUp(limits = UNHURRIED) {
  const file = join(temporaryFolder(), 'queue.db');
  const database = openDatabase(file, 'serve');
  onTestFinished(() => {
    database.close();
  });
  const { sqlite } = database;
  sqlite.exec('CREATE TABLE notes (n INTEGER PRIMARY KEY)');
  const insert = sqlite.prepare('INSERT INTO notes (n) VALUES (?)');
  const queue = createCommitQueue(sqlite, { limits });
  return {
    file,
    sqlite,
    queue,
    insert: (n: number) => () => insert.run(n).changes,
    notes: () => sqlite.prepare<[], number>('SELECT n FROM notes ORDER BY n').pluck().all(),
  };
}

/** How many pages the log holds, and how many of them are in the database as well. */
function logOf(sqlite: Sqlite) {
  return (sqlite.pragma('wal_checkpoint(NOOP)') as readonly { log: number; checkpointed: number }[])[0];
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

describe('a batch in which one write fails', () => {
  test('is run once more from its start, each write undone or kept by itself, in the order they came', async () => {
    const { queue, insert, notes } = setUp();
    const ran: number[] = [];
    const write = (n: number, fails = false) =>
      queue.write('process', () => {
        ran.push(n);
        const result = [insert(n)(), notes().length];
        if (fails) throw new RangeError(`${n} changed its mind`);
        return result;
      });

    const results = await Promise.allSettled([write(1), write(2), write(3, true), write(4), write(5, true), write(6)]);

    // Nothing of the first run is kept; the write that comes after the failure has not run by then.
    expect(ran).toEqual([1, 2, 3, 1, 2, 3, 4, 5, 4, 5, 6]);
    expect(results).toMatchObject([
      { value: [1, 1] },
      { value: [1, 2] },
      { reason: new RangeError('3 changed its mind') },
      { value: [1, 3] },
      { reason: new RangeError('5 changed its mind') },
      { value: [1, 4] },
    ]);
    expect(notes()).toEqual([1, 2, 4, 6]);
  });

  test('alone in its batch, a failing write runs once', async () => {
    const { queue } = setUp();
    let runs = 0;
    const failing = queue.write('power', () => {
      runs += 1;
      throw new RangeError('no');
    });
    await expect(failing).rejects.toThrow('no');
    expect(runs).toBe(1);
  });
});

describe('durability', () => {
  /** A queue whose disk answers when it is told to. */
  function withSlowDisk() {
    const { sqlite } = setUp();
    const disk: ((error: Error | null) => void)[] = [];
    const flush = createLogFlush(sqlite, (_descriptor, done) => disk.push(done));
    onTestFinished(() => {
      flush.close();
    });
    const queue = createCommitQueue(sqlite, { limits: UNHURRIED, flush });
    return { sqlite, disk, queue };
  }

  test('what is about money is told when the disk has it, and nothing else waits for that', async () => {
    const { disk, queue } = withSlowDisk();
    const told: string[] = [];
    const write = (name: string, durability: Durability) =>
      queue.write(durability, () => name).then((result) => told.push(result));

    const money = write('money', 'power');
    await Promise.all([write('admission', 'process'), write('another', 'process')]);
    expect([told, disk.length]).toEqual([['admission', 'another'], 1]);

    const more = write('more money', 'power');
    await write('a third', 'process');
    // The flush under way began before the second commit: it answers for the first alone.
    expect(disk.length).toBe(1);
    disk[0]?.(null);
    await money;
    expect([told.at(-1), disk.length]).toEqual(['money', 2]);
    disk[1]?.(null);
    await more;
    expect(told.at(-1)).toBe('more money');
  });

  test('a failing write is told of its failure at once, whatever the disk does', async () => {
    const { queue } = withSlowDisk();
    const failing = queue.write('power', () => {
      throw new RangeError('no');
    });
    await expect(failing).rejects.toThrow('no');
  });

  test('a disk that fails is a fault with what to do, and the next flush moves the log into the database first', async () => {
    const { sqlite, disk, queue } = withSlowDisk();
    const lost = queue.write('power', () => sqlite.exec('INSERT INTO notes (n) VALUES (1)'));
    await queue.write('process', () => undefined);
    disk[0]?.(new Error('EIO: i/o error, fdatasync'));
    await expect(lost).rejects.toMatchObject({
      code: 'store-unavailable',
      message: expect.stringMatching(/power cut.*EIO.*check the volume/) as string,
    });
    expect(queue.fault()).toMatchObject({ code: 'store-unavailable' });

    // Whatever is written next asks whether the disk is well again.
    await queue.write('process', () => sqlite.exec('INSERT INTO notes (n) VALUES (2)'));
    expect(logOf(sqlite)).toMatchObject({ log: expect.any(Number) as number, checkpointed: logOf(sqlite)?.log });
    disk[1]?.(null);
    expect(queue.fault()).toBeNull();
  });

  test('all that is committed is on the disk when that is asked for', async () => {
    const { disk, queue } = withSlowDisk();
    await queue.write('process', () => undefined);
    let there = false;
    const onDisk = queue.onDisk().then(() => (there = true));
    await queue.write('process', () => undefined);
    expect(there).toBe(false);
    disk[0]?.(null);
    await onDisk;
    // Of the second write nothing was asked; of the first, all is known.
    const later = queue.onDisk();
    disk[1]?.(null);
    await later;
    await queue.onDisk();
    expect(disk.length).toBe(2);
  });

  test('what waits for the disk when the queue closes is on it by then', async () => {
    const { disk, queue } = withSlowDisk();
    const inFlight = queue.write('power', () => 1);
    await queue.write('process', () => undefined);
    const waiting = [queue.write('power', () => 2), queue.write('power', () => 3)];
    queue.close();
    expect(await Promise.all([inFlight, ...waiting])).toEqual([1, 2, 3]);
    // The flush that was under way lands late, and harms nobody.
    disk[0]?.(null);
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

  test('callers pass the books of others by where more wait than a commit takes, one for one and in their order', async () => {
    const { queue } = setUp({ maxWrites: 4, maxMs: 60_000 });
    const done: string[] = [];
    const write = (durability: Durability, name: string, sharing?: 'alone') =>
      queue.write(durability, () => void done.push(name), sharing);
    await Promise.all([
      ...['b1', 'b2', 'b3', 'b4', 'b5', 'b6'].map((name) => write('power', name)),
      write('power', 'import', 'alone'),
      ...['c1', 'c2', 'c3', 'c4'].map((name) => write('process', name)),
    ]);
    // Once no more than four books wait, everything is in its turn again.
    expect(done).toEqual(['c1', 'b1', 'c2', 'b2', 'c3', 'b3', 'b4', 'b5', 'b6', 'import', 'c4']);
  });

  test('a write that is to be alone has its turn, however many callers there are', async () => {
    const { queue } = setUp({ maxWrites: 2, maxMs: 60_000 });
    const done: string[] = [];
    const book = (name: string, sharing?: 'alone') => queue.write('power', () => void done.push(name), sharing);
    const imported = book('import', 'alone');
    for (const name of ['b1', 'b2', 'b3']) void book(name);
    const over = new AbortController();
    const callers = (async () => {
      while (!over.signal.aborted) {
        await queue.write('process', () => void done.push('call'));
      }
    })();
    await imported;
    over.abort();
    await callers;
    expect(done.indexOf('import')).toBeLessThan(3);
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
