import type { RecordingRegister, RegisteredRecording } from '../recordings/ports/recording-register.ts';
import type { CallId, RecordingId } from '../domain/ids.ts';
import type { EpochMs } from '../domain/time.ts';
import type { CommitQueue } from './commit-queue.ts';
import type { Sqlite } from './database.ts';

interface Row {
  readonly id: RecordingId;
  readonly call_id: CallId;
  readonly path: string;
  readonly size_bytes: number;
  readonly duration_ms: number;
  readonly kept_at: EpochMs;
  readonly deleted_at: EpochMs | null;
}

const DAY_MS = 86_400_000;

export interface RecordingRegisterParts {
  readonly sqlite: Sqlite;
  readonly queue: CommitQueue;
  readonly now: () => EpochMs;
  /** Runs in the transaction that keeps a recording, once for each. */
  readonly onKept: (recording: Pick<RegisteredRecording, 'id' | 'callId' | 'durationMs'>) => void;
}

/** What is known of recordings, in SQLite. */
export function createRecordingRegister({ sqlite, queue, now, onKept }: RecordingRegisterParts): RecordingRegister {
  const insert = sqlite.prepare<[string, string, string, number, number, number]>(
    `INSERT INTO recordings (id, call_id, path, size_bytes, duration_ms, kept_at) VALUES (?, ?, ?, ?, ?, ?)
     ON CONFLICT (id) DO NOTHING`,
  );
  const erased = sqlite.prepare<[string]>(
    'SELECT 1 FROM calls JOIN erased_calls ON call_seq = calls.seq WHERE calls.id = ?',
  );
  const byCall = sqlite.prepare<[string], Row>('SELECT * FROM recordings WHERE call_id = ?');
  const markDeleted = sqlite.prepare<[number, string]>(
    'UPDATE recordings SET deleted_at = ? WHERE call_id = ? AND deleted_at IS NULL',
  );
  const overdue = sqlite.prepare<[number, number, number], Row>(
    `SELECT recordings.* FROM recordings
       JOIN calls ON calls.id = recordings.call_id
       JOIN campaigns ON campaigns.id = calls.campaign_id
     WHERE deleted_at IS NULL AND doc ->> '$.recordingRetentionDays' IS NOT NULL
       AND kept_at < ? - (doc ->> '$.recordingRetentionDays') * ?
     ORDER BY kept_at LIMIT ?`,
  );
  const named = sqlite.prepare<[string], { status: string; recording_id: string | null }>(
    `SELECT status, record ->> '$.recordingId' AS recording_id
     FROM calls JOIN call_records ON call_records.call_seq = calls.seq WHERE calls.id = ?`,
  );

  return {
    keep({ id, callId, path, sizeBytes, durationMs }) {
      return queue.write('power', () => {
        if (erased.get(callId) !== undefined) return false;
        if (insert.run(id, callId, path, sizeBytes, durationMs, now()).changes > 0) onKept({ id, callId, durationMs });
        return true;
      });
    },
    find(callId) {
      const row = byCall.get(callId);
      return row && toRecording(row);
    },
    remove(callId) {
      return queue.write('power', () => {
        const gone = markDeleted.run(now(), callId).changes > 0;
        const row = gone ? byCall.get(callId) : undefined;
        return row && toRecording(row);
      });
    },
    expired: (limit) => overdue.all(now(), DAY_MS, limit).map(toRecording),
    isNamed(callId, id) {
      const call = named.get(callId);
      return call?.status === 'settled' ? call.recording_id === id : undefined;
    },
  };
}

function toRecording(row: Row): RegisteredRecording {
  return {
    id: row.id,
    callId: row.call_id,
    path: row.path,
    sizeBytes: row.size_bytes,
    durationMs: row.duration_ms,
    deletedAt: row.deleted_at,
  };
}
