import { AppError } from '../domain/app-error.ts';
import type { Sqlite } from './database.ts';
import { createLogFlush, type LogFlush, type OnFlushed } from './log-flush.ts';
import { asStoreFault, isUnavailable } from './store-fault.ts';

/**
 * What a committed write must survive. `power`: the machine losing power (money, configuration): its promise waits until
 * the disk has it, as with SQLite's `synchronous=FULL` (`log-flush.ts`). `process`: this process dying at any
 * instruction, `kill -9` included: the commit is in the operating system's hands when it returns, but a power cut may undo
 * the latest ones, never tear one, nor undo one and leave a later one. That is what SQLite promises for WAL with
 * `synchronous=NORMAL` (https://www.sqlite.org/pragma.html#pragma_synchronous).
 */
export type Durability = 'process' | 'power';

/**
 * Whether a write shares its commit with others, or has a transaction of its own: one of thousands of rows would make the
 * others wait, and be made twice where one of them fails.
 */
export type Sharing = 'shared' | 'alone';

export interface CommitQueue {
  /**
   * Runs `work` in a transaction and resolves with its result once that is committed and as durable as asked. Writes that
   * arrive together share a commit, in the order they came; where many wait, those of calls (`process`) go before others. Where `work` throws, its own changes are undone and nobody
   * else's. `work` is synchronous, runs inside the transaction only, and runs again where another write of its batch
   * fails: it must keep no state of its own that a rollback would leave wrong.
   *
   * @throws AppError `store-unavailable` where nothing could be written: full disk, foreign lock, closed store
   */
  write<Result>(durability: Durability, work: () => Result, sharing?: Sharing): Promise<Result>;
  /** How many writes wait for a commit. */
  waiting(): number;
  /** Resolves once all that is committed now is on the disk. Rejects as `write`. */
  onDisk(): Promise<void>;
  /** The fault that the latest commit met; null while writing works. */
  fault(): AppError | null;
  /** Commits what waits, then refuses everything. */
  close(): void;
}

/** Bounds on what shares one commit, so that timers and packets are looked at in between. */
export interface BatchLimits {
  readonly maxWrites: number;
  readonly maxMs: number;
}

/**
 * How long a commit waits for a lock that the one before it has not got either, in milliseconds. Waiting blocks the
 * event loop, and calls that are up need that more than a store that is away.
 */
const IMPATIENT_MS = 20;

const DEFAULT_LIMITS: BatchLimits = { maxWrites: 64, maxMs: 2 };

/** What a queue works with; what is left out is as in production. */
export interface CommitQueueParts {
  readonly limits?: BatchLimits;
  readonly flush?: LogFlush;
  /** Hears of each commit that was made. */
  readonly afterCommit?: () => void;
}

interface Write {
  /** Its place among all writes, in the order they came. */
  readonly arrival: number;
  readonly durability: Durability;
  readonly sharing: Sharing;
  readonly work: () => unknown;
  readonly resolve: (result: unknown) => void;
  readonly reject: (reason: unknown) => void;
}

/** What a write of an open transaction came to, and what its promise says once that is committed. */
type Outcome = { readonly result: unknown } | { readonly fault: unknown };

export function createCommitQueue(
  sqlite: Sqlite,
  { limits = DEFAULT_LIMITS, flush = createLogFlush(sqlite), afterCommit }: CommitQueueParts = {},
): CommitQueue {
  const statements = {
    begin: sqlite.prepare('BEGIN IMMEDIATE'),
    commit: sqlite.prepare('COMMIT'),
    rollback: sqlite.prepare('ROLLBACK'),
    save: sqlite.prepare('SAVEPOINT one_write'),
    keep: sqlite.prepare('RELEASE one_write'),
    undo: sqlite.prepare('ROLLBACK TO one_write'),
  };
  /** What calls wait for, and what none waits for: settlements, configuration, deliveries. Each in the order it came. */
  const callers: Write[] = [];
  const books: Write[] = [];
  let arrivals = 0;
  /** Where both wait and books are many, they take turns. */
  let callersTurn = true;
  let scheduled = false;
  let closed = false;
  let latestFault: AppError | null = null;
  /** How many batches were committed, and how many of them are known to be on the disk. */
  let committed = 0;
  let onDisk = 0;
  const patienceMs = Number(sqlite.pragma('busy_timeout', { simple: true }));

  function waiting(): number {
    return callers.length + books.length;
  }

  function schedule(): void {
    if (scheduled || waiting() === 0) return;
    scheduled = true;
    // After the poll phase: everything that this round of I/O brings shares the commit, and the next round's comes
    // before the next commit.
    setImmediate(() => {
      scheduled = false;
      commitBatch();
      schedule();
    });
  }

  /** Takes writes off the queue until the batch is full or its time is up, and commits them. */
  function commitBatch(): void {
    const taken: Write[] = [];
    let outcomes: readonly Outcome[];
    try {
      outcomes = commitTogether(taken) ?? commitApart(taken);
      noteFault(null);
    } catch (error) {
      rejectAll(taken.length > 0 ? taken : [...callers.splice(0), ...books.splice(0, limits.maxWrites)], error);
      return;
    }
    committed += 1;
    settle(taken, outcomes);
    afterCommit?.();
  }

  /**
   * Runs and commits a batch as if none of its writes could fail: a savepoint around each took a tenth of all the work,
   * and hardly any fails. Where one does, nothing is committed, and the answer is null.
   */
  function commitTogether(taken: Write[]): Outcome[] | null {
    const outcomes: Outcome[] = [];
    statements.begin.run();
    const deadline = performance.now() + limits.maxMs;
    while (taken.length < limits.maxWrites && (taken.length === 0 || performance.now() < deadline)) {
      const write = takeNext(taken.at(-1));
      if (write === undefined) break;
      taken.push(write);
      try {
        outcomes.push({ result: write.work() });
      } catch (error) {
        // On some faults (full disk, I/O error) SQLite has undone the transaction by itself, and would again.
        if (!sqlite.inTransaction) throw error;
        statements.rollback.run();
        if (taken.length > 1) return null;
        return [{ fault: asStoreFault(error) }];
      }
    }
    statements.commit.run();
    return outcomes;
  }

  /**
   * The next write of a batch; undefined where none waits, or the next is not to be in one with those taken. They go in
   * the order they came, until more books wait than one commit takes: then calls, whose callers are there and waiting,
   * pass them by, one for one.
   */
  function takeNext(previous: Write | undefined): Write | undefined {
    if (previous?.sharing === 'alone') return undefined;
    const [caller, book] = [callers[0], books[0]];
    const isBacklog = caller !== undefined && books.length > limits.maxWrites;
    const callerFirst =
      caller !== undefined && (isBacklog ? callersTurn : caller.arrival < (book?.arrival ?? Infinity));
    const next = callerFirst ? caller : book;
    if (next?.sharing === 'alone' && previous !== undefined) return undefined;
    if (isBacklog) callersTurn = !callersTurn;
    return (callerFirst ? callers : books).shift();
  }

  /** Runs and commits writes of which one fails at least, so that each is kept or undone by itself. */
  function commitApart(writes: readonly Write[]): Outcome[] {
    statements.begin.run();
    const outcomes = writes.map(({ work }): Outcome => {
      statements.save.run();
      try {
        const result = work();
        statements.keep.run();
        return { result };
      } catch (error) {
        if (!sqlite.inTransaction) throw error;
        statements.undo.run();
        statements.keep.run();
        return { fault: asStoreFault(error) };
      }
    });
    statements.commit.run();
    return outcomes;
  }

  /** Tells the writers of a committed batch what became of theirs: some at once, some when the disk has it. */
  function settle(taken: readonly Write[], outcomes: readonly Outcome[]): void {
    const awaitDisk: (readonly [Write, unknown])[] = [];
    for (const [place, write] of taken.entries()) {
      const outcome = outcomes[place];
      if (outcome === undefined) continue;
      if ('fault' in outcome) {
        if (isUnavailable(outcome.fault)) noteFault(outcome.fault);
        write.reject(outcome.fault);
      } else if (write.durability === 'power') awaitDisk.push([write, outcome.result]);
      else write.resolve(outcome.result);
    }
    // A disk that failed is tried again with each commit: nothing else would tell when it is well.
    if (awaitDisk.length === 0 && flush.fault() === null) return;
    whenOnDisk((fault) => {
      for (const [write, result] of awaitDisk) {
        if (fault === null) write.resolve(result);
        else write.reject(fault);
      }
    });
  }

  /** Tells when the disk has all that is committed by now, or why it can't be had. */
  function whenOnDisk(tell: OnFlushed): void {
    const through = committed;
    flush.request((fault) => {
      if (fault === null) onDisk = Math.max(onDisk, through);
      tell(fault);
    });
  }

  function noteFault(fault: AppError | null): void {
    const changed = (fault === null) !== (latestFault === null);
    latestFault = fault;
    if (changed && sqlite.open) sqlite.pragma(`busy_timeout = ${fault === null ? patienceMs : IMPATIENT_MS}`);
  }

  function rejectAll(writes: readonly Write[], error: unknown): void {
    if (sqlite.open && sqlite.inTransaction) statements.rollback.run();
    const fault = asStoreFault(error);
    if (isUnavailable(fault)) noteFault(fault);
    for (const write of writes) write.reject(fault);
  }

  return {
    write<Result>(durability: Durability, work: () => Result, sharing: Sharing = 'shared'): Promise<Result> {
      if (closed)
        return Promise.reject(new AppError('store-unavailable', 'The database is closed: the server is stopping'));
      return new Promise<Result>((resolve, reject) => {
        const queue = durability === 'process' && sharing === 'shared' ? callers : books;
        queue.push({
          arrival: arrivals++,
          durability,
          sharing,
          work,
          resolve: (result) => resolve(result as Result),
          reject,
        });
        schedule();
      });
    },
    waiting,
    onDisk() {
      if (onDisk === committed) return Promise.resolve();
      return new Promise((resolve, reject) => {
        whenOnDisk((fault) => {
          if (fault === null) resolve();
          else reject(fault);
        });
      });
    },
    fault: () => latestFault ?? flush.fault(),
    close() {
      while (waiting() > 0) commitBatch();
      closed = true;
      flush.close();
    },
  };
}
