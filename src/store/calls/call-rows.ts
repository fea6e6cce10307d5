import { AppError } from '../../domain/app-error.ts';
import type { OpenCall } from '../../calls/ports/call-store.ts';
import type { Cdr } from '../../domain/call/cdr.ts';
import type { CallId } from '../../domain/ids.ts';
import type { EpochMs } from '../../domain/time.ts';
import type { Sqlite } from '../database.ts';
import { COLUMN_NAMES, columnsOf, type CallColumns } from './call-columns.ts';

/** Where a call stands, before anything about it is changed. */
export interface CallState {
  readonly seq: number;
  readonly status: 'open' | 'settled';
  readonly received_at: EpochMs;
  /** As far as it is written: a call may connect and end before it could be. */
  readonly connected_at: EpochMs | null;
  readonly publisher_id: string | null;
}

/** The sealed record of a call, ready to be kept for good. */
export interface SealedRecord {
  readonly chainSeq: number;
  readonly hash: string;
  readonly text: string;
  readonly commitment: string;
  /** Without it the commitment tells nothing: it goes when the caller is erased. */
  readonly salt: string;
}

export interface CallRows {
  /** Inserts a call that has just been admitted. Returns its row's number. */
  insert(call: OpenCall, draft: Cdr): number;
  /** @throws AppError `not-found` where the call was never admitted */
  find(id: CallId): CallState;
  /** Replaces an open call's draft. */
  redraft(seq: number, draft: Cdr): void;
  /** Writes the last word about a call. */
  seal(seq: number, cdr: Cdr, record: SealedRecord): void;
  /** The record as it was written: a draft while the call is open, sealed text afterwards. */
  recordText(seq: number): string;
}

const SET_COLUMNS = COLUMN_NAMES.map((name) => `${name} = @${name}`).join(', ');

export function createCallRows(sqlite: Sqlite): CallRows {
  const insertCall = sqlite.prepare<[CallColumns & { id: string; sip_call_id: string; received_at: number }]>(
    `INSERT INTO calls (id, status, sip_call_id, received_at, ${COLUMN_NAMES.join(', ')})
     VALUES (@id, 'open', @sip_call_id, @received_at, ${COLUMN_NAMES.map((name) => `@${name}`).join(', ')})`,
  );
  const insertRecord = sqlite.prepare<[number, string]>('INSERT INTO call_records (call_seq, record) VALUES (?, ?)');
  const findCall = sqlite.prepare<[string], CallState>(
    'SELECT seq, status, received_at, connected_at, publisher_id FROM calls WHERE id = ?',
  );
  const updateColumns = sqlite.prepare<[CallColumns & { seq: number }]>(
    `UPDATE calls SET ${SET_COLUMNS} WHERE seq = @seq`,
  );
  const sealColumns = sqlite.prepare<[CallColumns & { seq: number; chain_seq: number; hash: string }]>(
    `UPDATE calls SET status = 'settled', chain_seq = @chain_seq, hash = @hash, ${SET_COLUMNS} WHERE seq = @seq`,
  );
  const updateRecord = sqlite.prepare<[string, number]>('UPDATE call_records SET record = ? WHERE call_seq = ?');
  const sealRecord = sqlite.prepare<[string, string, string, number]>(
    'UPDATE call_records SET record = ?, commitment = ?, salt = ? WHERE call_seq = ?',
  );
  const readRecord = sqlite.prepare<[number], string>('SELECT record FROM call_records WHERE call_seq = ?').pluck();

  return {
    insert(call, draft) {
      const { id, sipCallId, receivedAt } = call;
      const { lastInsertRowid } = insertCall.run({
        ...columnsOf(draft),
        id,
        sip_call_id: sipCallId,
        received_at: receivedAt,
      });
      const seq = Number(lastInsertRowid);
      insertRecord.run(seq, JSON.stringify(draft));
      return seq;
    },
    find(id) {
      const state = findCall.get(id);
      if (state === undefined) throw new AppError('not-found', `The call ${id} was never admitted`);
      return state;
    },
    redraft(seq, draft) {
      updateColumns.run({ ...columnsOf(draft), seq });
      updateRecord.run(JSON.stringify(draft), seq);
    },
    seal(seq, cdr, { chainSeq, hash, text, commitment, salt }) {
      // The record first: once the call counts as settled, triggers keep both as they are.
      sealRecord.run(text, commitment, salt, seq);
      sealColumns.run({ ...columnsOf(cdr), seq, chain_seq: chainSeq, hash });
    },
    recordText(seq) {
      const text = readRecord.get(seq);
      if (text === undefined) throw new AppError('internal', `The record of call row ${seq} is missing`);
      return text;
    },
  };
}
