import { AppError } from '../domain/app-error.ts';
import type { Sqlite } from './database.ts';
import { asStoreFault, isUnavailable } from './store-fault.ts';

/**
 * What a committed write must survive. `power`: the machine losing power (money, configuration): the commit waits for
 * the disk, `synchronous=FULL`. `process`: this process dying at any instruction, `kill -9` included: the commit is in
 * the operating system's hands when it returns, but a power cut may undo the latest ones, never tear one. That is what
 * SQLite promises for WAL with `synchronous=NORMAL` (https://www.sqlite.org/pragma.html#pragma_synchronous).
 */
export type Durability = 'process' | 'power';

/**
 * Whether a write shares its commit with others, or has a transaction of its own. Sharing rests on a savepoint around
 * each write, whose bookkeeping grows with the square of what the write changes: thousands of rows are better alone.
 */
export type Sharing = 'shared' | 'alone';

export interface CommitQueue {
  /**
   * Runs `work` in a transaction and resolves with its result once that is committed. Writes that arrive together
   * share a commit, in the order they came. Where `work` throws, its own changes are undone and nobody else's.
   * `work` is synchronous, and may run inside the transaction only: it must keep no state of its own that a rollback
   * would leave wrong.
   *
   * @throws AppError `store-unavailable` where nothing could be written: full disk, foreign lock, closed store
   */
  write<Result>(durability: Durability, work: () => Result, sharing?: Sharing): Promise<Result>;
  /** How many writes wait for a commit. */
  waiting(): number;
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

const DEFAULT_LIMITS: BatchLimits = { maxWrites: 64, maxMs: 4 };

interface Write {
  readonly durability: Durability;
  readonly sharing: Sharing;
  readonly work: () => unknown;
  readonly resolve: (result: unknown) => void;
  readonly reject: (reason: unknown) => void;
}

export function createCommitQueue(sqlite: Sqlite, limits: BatchLimits = DEFAULT_LIMITS): CommitQueue {
  const statements = {
    begin: sqlite.prepare('BEGIN IMMEDIATE'),
    commit: sqlite.prepare('COMMIT'),
    rollback: sqlite.prepare('ROLLBACK'),
    save: sqlite.prepare('SAVEPOINT one_write'),
    keep: sqlite.prepare('RELEASE one_write'),
    undo: sqlite.prepare('ROLLBACK TO one_write'),
  };
  const waiting: Write[] = [];
  let scheduled = false;
  let closed = false;
  let synchronous: 'FULL' | 'NORMAL' | undefined;
  let latestFault: AppError | null = null;
  const patienceMs = Number(sqlite.pragma('busy_timeout', { simple: true }));

  function schedule(): void {
    if (scheduled || waiting.length === 0) return;
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
    const outcomes: (() => void)[] = [];
    try {
      const most = mostTogether();
      setSynchronous(waiting.slice(0, most).some((write) => write.durability === 'power'));
      statements.begin.run();
      const deadline = performance.now() + limits.maxMs;
      while (taken.length < most && (taken.length === 0 || performance.now() < deadline)) {
        const write = waiting.shift();
        if (write === undefined) break;
        taken.push(write);
        outcomes.push(write.sharing === 'alone' ? runAlone(write) : runOne(write));
      }
      statements.commit.run();
      noteFault(null);
    } catch (error) {
      rejectAll(taken.length > 0 ? taken : waiting.splice(0, limits.maxWrites), error);
      return;
    }
    for (const settle of outcomes) settle();
  }

  /** How many of those that wait may be in one commit: up to the next that is to be alone, or that one. */
  function mostTogether(): number {
    const next = waiting.findIndex(({ sharing }) => sharing === 'alone');
    return next < 0 ? limits.maxWrites : Math.min(limits.maxWrites, Math.max(1, next));
  }

  /** Runs the only write of the open transaction; where it throws, all of that is undone. */
  function runAlone(write: Write): () => void {
    const result = write.work();
    return () => {
      write.resolve(result);
    };
  }

  /** Runs one write inside the open transaction; says how its promise settles once that is committed. */
  function runOne(write: Write): () => void {
    statements.save.run();
    try {
      const result = write.work();
      statements.keep.run();
      return () => {
        write.resolve(result);
      };
    } catch (error) {
      // On some faults (full disk, I/O error) SQLite has undone the whole transaction, the others' writes with it.
      if (!sqlite.inTransaction) throw error;
      statements.undo.run();
      statements.keep.run();
      const fault = asStoreFault(error);
      return () => {
        if (isUnavailable(fault)) noteFault(fault);
        write.reject(fault);
      };
    }
  }

  /** `synchronous` can't change inside a transaction, so it is set for the batch: FULL if any write in it needs that. */
  function setSynchronous(full: boolean): void {
    const wanted = full ? 'FULL' : 'NORMAL';
    if (synchronous === wanted) return;
    sqlite.pragma(`synchronous = ${wanted}`);
    synchronous = wanted;
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
        waiting.push({ durability, sharing, work, resolve: (result) => resolve(result as Result), reject });
        schedule();
      });
    },
    waiting: () => waiting.length,
    fault: () => latestFault,
    close() {
      while (waiting.length > 0) commitBatch();
      closed = true;
    },
  };
}
