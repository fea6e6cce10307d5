import { Worker } from 'node:worker_threads';

import Database from 'better-sqlite3';

import type { Sqlite } from './database.ts';

/** Keeps the write-ahead log from growing for ever, without calls waiting for it. */
export interface LogCheckpoints {
  /** To be called after each commit. */
  afterCommit(): void;
  /** Before the database closes. */
  close(): void;
}

/** How far the log may grow, in pages, and how often that is looked at, in commits. */
export interface CheckpointLimits {
  /** From here on the log is moved into the database. */
  readonly longLog: number;
  /** So few pages that no further pass of the thread is worth it: the event loop waits for these. */
  readonly shortRest: number;
  readonly everyCommits: number;
}

/**
 * 64 MiB of log: at a thousand calls a second it comes to that every two seconds, and pages written again and again in
 * between are copied once. A crash with a log of that length replays it in a fifth of a second.
 */
const DEFAULT_LIMITS: CheckpointLimits = { longLog: 16_000, shortRest: 100, everyCommits: 16 };

/** So many times the length at which a pass begins, and calls wait for the log after all: better than a full disk. */
const TOO_LONG = 4;

/** What SQLite does by itself where there is no thread to do it: a checkpoint at each commit beyond 16 MiB of log. */
const PAGES_WITHOUT_THREAD = 4_000;

/**
 * A checkpoint copies the log's pages into the database and waits for the disk twice: 40 ms and more for 16 MiB, in which
 * the event loop stood still when SQLite did it within a commit. Now a thread does it while commits go on. Only when the
 * log is in the database to its last page can it begin again at its start, and under load each pass leaves what was
 * written meanwhile: so the last few pages are copied here, between two commits.
 */
export function createLogCheckpoints(sqlite: Sqlite, limits: CheckpointLimits = DEFAULT_LIMITS): LogCheckpoints {
  const measure = sqlite.prepare<[], { readonly log: number; readonly checkpointed: number }>(
    'PRAGMA wal_checkpoint(NOOP)',
  );
  let commits = 0;
  /** Pages of log not in the database with which the next pass begins. */
  let startAt = limits.longLog;
  /** How many there were when the pass that is under way began; null where none is. */
  let passing: number | null = null;
  let thread: Worker | null | undefined;
  sqlite.pragma('wal_autocheckpoint = 0');

  function rest(): number {
    const { log = 0, checkpointed = 0 } = measure.get() ?? {};
    return log - checkpointed;
  }

  function pass(pages: number): void {
    passing = pages;
    thread ??= startThread();
    thread.postMessage(null, []);
  }

  function startThread(): Worker {
    // Its program lies beside this file, as source or as built.
    const program = new URL(`./checkpoint-worker${import.meta.url.endsWith('.ts') ? '.ts' : '.js'}`, import.meta.url);
    const worker = new Worker(program, { workerData: { file: sqlite.name }, name: 'checkpoints', execArgv: [] });
    // It keeps no process alive that has nothing else to do.
    worker.unref();
    worker.on('message', passed);
    worker.on('error', doWithoutThread);
    return worker;
  }

  function passed(fault: string | null): void {
    if (!sqlite.open || passing === null) return;
    const before = passing;
    passing = null;
    attempt(() => {
      const left = rest();
      const isFarBehind = left > limits.longLog / 4 && left < limits.longLog * TOO_LONG;
      if (fault !== null || isFarBehind) {
        // A full disk, a long reading that still needs the database as it is, or calls by the thousand: not again at once.
        startAt = left + limits.longLog / 4;
      } else if (left > limits.shortRest && left < before / 2) {
        pass(left);
      } else {
        sqlite.pragma('wal_checkpoint(PASSIVE)');
        startAt = rest() + limits.longLog;
      }
    });
  }

  /** What keeps the log from being moved keeps nobody from writing to it: it is tried again when the log has grown. */
  function attempt(work: () => void): void {
    try {
      work();
    } catch (error) {
      if (!(error instanceof Database.SqliteError)) throw error;
      startAt += limits.longLog / 4;
    }
  }

  function doWithoutThread(): void {
    thread = null;
    passing = null;
    if (sqlite.open) sqlite.pragma(`wal_autocheckpoint = ${PAGES_WITHOUT_THREAD}`);
  }

  return {
    afterCommit() {
      commits += 1;
      if (thread === null || passing !== null || commits % limits.everyCommits > 0) return;
      attempt(() => {
        const pages = rest();
        if (pages >= startAt) pass(pages);
      });
    },
    close() {
      void thread?.terminate();
      thread = null;
    },
  };
}
