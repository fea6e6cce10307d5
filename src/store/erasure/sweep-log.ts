import type { Sqlite } from '../database.ts';

/** How a checkpoint went: `busy` is 1 where a reader stood in its way. */
interface Checkpoint {
  readonly busy: 0 | 1;
}

/**
 * Puts the write-ahead log into the database and empties it, so that pages from before an erasure lie nowhere any more.
 * Waits for nobody: false where a reader was in the way, and the log is as it was or holds less.
 */
export function sweepLog(sqlite: Sqlite): boolean {
  const patienceMs = Number(sqlite.pragma('busy_timeout', { simple: true }));
  sqlite.pragma('busy_timeout = 0');
  try {
    const [checkpoint] = sqlite.pragma('wal_checkpoint(TRUNCATE)') as readonly Checkpoint[];
    return checkpoint?.busy === 0;
  } finally {
    sqlite.pragma(`busy_timeout = ${patienceMs}`);
  }
}
