import { once } from 'node:events';
import { Worker } from 'node:worker_threads';

import type { Sqlite } from '../database.ts';

/** How a checkpoint went: `busy` is 1 where a reader stood in its way; both lengths in pages, -1 without a log. */
interface Checkpoint {
  readonly busy: 0 | 1;
  readonly log: number;
  readonly checkpointed: number;
}

/** So many pages the event loop can copy itself: some milliseconds. */
const FEW_PAGES = 500;

/**
 * Puts the write-ahead log into the database and empties it, so that pages from before an erasure lie nowhere any more. A
 * thread copies a long log first, while calls go on; the little that is written meanwhile is copied here. Waits for no
 * reader: false where one was in the way, and the log still holds what it held.
 */
export async function sweepLog(sqlite: Sqlite): Promise<boolean> {
  const { log, checkpointed } = checkpoint(sqlite, 'NOOP');
  if (log - checkpointed > FEW_PAGES) await passInThread(sqlite.name);
  if (!sqlite.open) return false;
  const patienceMs = Number(sqlite.pragma('busy_timeout', { simple: true }));
  sqlite.pragma('busy_timeout = 0');
  try {
    return checkpoint(sqlite, 'TRUNCATE').busy === 0;
  } finally {
    sqlite.pragma(`busy_timeout = ${patienceMs}`);
  }
}

function checkpoint(sqlite: Sqlite, mode: 'NOOP' | 'TRUNCATE'): Checkpoint {
  const [came] = sqlite.pragma(`wal_checkpoint(${mode})`) as readonly Checkpoint[];
  return came ?? { busy: 1, log: 0, checkpointed: 0 };
}

/** One pass of the thread that `checkpoint-worker.ts` is; whatever keeps it from that only leaves more to be done here. */
async function passInThread(file: string): Promise<void> {
  // Its program lies in the folder above, as source or as built.
  const program = new URL(`../checkpoint-worker${import.meta.url.endsWith('.ts') ? '.ts' : '.js'}`, import.meta.url);
  const worker = new Worker(program, { workerData: { file }, name: 'sweep', execArgv: [] });
  worker.postMessage(null, []);
  await once(worker, 'message').catch(() => undefined);
  await worker.terminate();
}
