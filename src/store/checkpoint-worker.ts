import { parentPort, workerData } from 'node:worker_threads';

import Database from 'better-sqlite3';

/**
 * The thread that moves the log into the database: one pass for each message, by a connection of its own that is open no
 * longer than that, so that the database can be closed at any other moment. Answers when the pass is over; null, or why
 * it came to nothing, which is no fault as long as the log can grow.
 */
const { file } = workerData as { readonly file: string };

parentPort?.on('message', () => {
  parentPort?.postMessage(pass(), []);
});

function pass(): string | null {
  try {
    const sqlite = new Database(file, { fileMustExist: true });
    try {
      // The log is synced before its pages are copied, and the database after: what NORMAL means for a checkpoint.
      sqlite.pragma('synchronous = NORMAL');
      sqlite.pragma('wal_checkpoint(PASSIVE)');
    } finally {
      sqlite.close();
    }
    return null;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}
