import { closeSync, fdatasync, fdatasyncSync, openSync } from 'node:fs';

import { AppError } from '../domain/app-error.ts';
import type { Sqlite } from './database.ts';

/** Hears what became of a flush: null where everything committed before it was asked for is on the disk. */
export type OnFlushed = (fault: AppError | null) => void;

/** Brings the write-ahead log to the disk, in a thread of Node's pool, so that calls go on while the disk works. */
export interface LogFlush {
  /** One flush runs at a time; the next is for all who asked meanwhile. */
  request(onFlushed: OnFlushed): void;
  /** The fault that the latest flush met; null while they work. */
  fault(): AppError | null;
  /** Flushes at once for whoever still waits, and lets go of the log: for the moment before the database closes. */
  close(): void;
}

/** `fs.fdatasync`, or what stands for it in a test. */
export type SyncFile = (descriptor: number, done: (error: Error | null) => void) => void;

/**
 * A commit is safe from a power cut once the log's file has been synced after it. With `synchronous=FULL` SQLite does
 * that before COMMIT returns, and the event loop stands still for as long as the disk takes: half a millisecond on a good
 * one, and now and then a hundred. With `NORMAL` it leaves that to us, and we to a thread: whoever waits for a write is
 * told after the same system call on the same bytes. The log is one file for as long as the database is open, and SQLite
 * holds no locks on it, so a second descriptor does no harm (https://www.sqlite.org/howtocorrupt.html, §2.2).
 */
export function createLogFlush(sqlite: Sqlite, syncFile: SyncFile = fdatasync): LogFlush {
  let descriptor: number | undefined;
  let flying = false;
  let closed = false;
  let asked: OnFlushed[] = [];
  /** Whom the flush that runs is for. */
  let aboard: OnFlushed[] = [];
  let latestFault: AppError | null = null;

  /** The log is there from the first commit on, and a flush comes after one. */
  function open(): number {
    descriptor ??= openSync(`${sqlite.name}-wal`, 'r+');
    return descriptor;
  }

  function start(): void {
    [aboard, asked] = [asked, []];
    flying = true;
    try {
      if (latestFault !== null) moveLogIntoDatabase(sqlite);
      syncFile(open(), land);
    } catch (error) {
      land(error);
    }
  }

  function land(error: unknown): void {
    flying = false;
    answer(error);
    if (closed) release();
    else if (asked.length > 0) start();
  }

  function answer(error: unknown): void {
    const answered = aboard;
    aboard = [];
    if (answered.length > 0) latestFault = error === null ? null : asFlushFault(error);
    for (const onFlushed of answered) onFlushed(latestFault);
  }

  function release(): void {
    if (descriptor !== undefined) closeSync(descriptor);
    descriptor = undefined;
  }

  return {
    request(onFlushed) {
      // A database in memory has no log, and nothing that a power cut would leave.
      if (sqlite.memory) return onFlushed(null);
      asked.push(onFlushed);
      if (!flying) start();
    },
    fault: () => latestFault,
    close() {
      closed = true;
      aboard.push(...asked.splice(0));
      try {
        if (aboard.length > 0) fdatasyncSync(open());
        answer(null);
      } catch (error) {
        answer(error);
      }
      // A flush that is under way needs the descriptor until it lands.
      if (!flying) release();
    },
  };
}

/**
 * After a sync that failed, the operating system may take what it could not write for written, and say yes to the next
 * one. So the log's pages are written anew, into the database itself, which is synced after.
 */
function moveLogIntoDatabase(sqlite: Sqlite): void {
  const [result] = sqlite.pragma('wal_checkpoint(FULL)') as readonly { readonly busy: number }[];
  if (result?.busy !== 0) throw new Error('the database is being read by another process');
}

function asFlushFault(error: unknown): AppError {
  const reason = error instanceof Error ? error.message : String(error);
  const detail = `What was written last may not outlast a power cut (${reason}): check the volume the database lies on`;
  return new AppError('store-unavailable', detail, { cause: error });
}
