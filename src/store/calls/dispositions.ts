import { AppError } from '../../domain/app-error.ts';
import type { CallId } from '../../domain/ids.ts';
import type { EpochMs } from '../../domain/time.ts';
import type { CommitQueue } from '../commit-queue.ts';
import type { Sqlite } from '../database.ts';

/** What a person says a call came to, in one of the API's words, and why. */
export interface Disposition {
  readonly value: string;
  readonly note: string | null;
}

export interface DispositionStore {
  /** The latest word counts; it changes neither record nor money. Rejects with AppError `not-found`. */
  set(callId: CallId, disposition: Disposition): Promise<void>;
}

export function createDispositionStore(sqlite: Sqlite, queue: CommitQueue, now: () => EpochMs): DispositionStore {
  const write = sqlite.prepare<[string, string | null, number, string]>(
    `INSERT INTO dispositions (call_seq, value, note, at) SELECT seq, ?, ?, ? FROM calls WHERE id = ?
     ON CONFLICT (call_seq) DO UPDATE SET value = excluded.value, note = excluded.note, at = excluded.at`,
  );
  return {
    set(callId, { value, note }) {
      return queue.write('power', () => {
        const { changes } = write.run(value, note, now(), callId);
        if (changes === 0) throw new AppError('not-found', `There is no call ${callId}`);
      });
    },
  };
}
