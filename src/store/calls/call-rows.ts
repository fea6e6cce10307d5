import type { Statement } from 'better-sqlite3';

import { AppError } from '../../domain/app-error.ts';
import type { OpenCall } from '../../calls/ports/call-store.ts';
import type { Cdr } from '../../domain/call/cdr.ts';
import type { CallId } from '../../domain/ids.ts';
import type { EpochMs } from '../../domain/time.ts';
import type { Sqlite } from '../database.ts';
import { COLUMN_NAMES, columnsOf, type CallColumns } from './call-columns.ts';

/** Where a call stands, before anything about it is changed: as far as it is written. */
export interface CallState extends CallColumns {
  readonly seq: number;
  readonly status: 'open' | 'settled';
  readonly received_at: EpochMs;
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
  /** Replaces an open call's draft; `state` is how `find` found it. */
  redraft(state: CallState, draft: Cdr): void;
  /** Writes the last word about a call; `state` is how `find` found it. */
  seal(state: CallState, cdr: Cdr, record: SealedRecord): void;
  /** The record as it was written: a draft while the call is open, sealed text afterwards. */
  recordText(seq: number): string;
}

type Value = string | number | null;

/** `?` for each of so many values. */
const places = (count: number): string => Array.from({ length: count }, () => '?').join(', ');

export function createCallRows(sqlite: Sqlite): CallRows {
  const insertCall = sqlite.prepare<[string, string, number, ...Value[]]>(
    `INSERT INTO calls (status, id, sip_call_id, received_at, ${COLUMN_NAMES.join(', ')})
     VALUES ('open', ?, ?, ?, ${places(COLUMN_NAMES.length)})`,
  );
  const insertRecord = sqlite.prepare<[number, string]>('INSERT INTO call_records (call_seq, record) VALUES (?, ?)');
  const findCall = sqlite.prepare<[string], CallState>(
    `SELECT seq, status, received_at, ${COLUMN_NAMES.join(', ')} FROM calls WHERE id = ?`,
  );
  const updateRecord = sqlite.prepare<[string, number]>('UPDATE call_records SET record = ? WHERE call_seq = ?');
  const sealRecord = sqlite.prepare<[string, string, string, number]>(
    'UPDATE call_records SET record = ?, commitment = ?, salt = ? WHERE call_seq = ?',
  );
  const readRecord = sqlite.prepare<[number], string>('SELECT record FROM call_records WHERE call_seq = ?').pluck();
  const updates = new Map<string, Statement<Value[]>>();

  /**
   * Writes those columns alone that differ: an UPDATE takes a call out of the index of every column it names and puts it
   * back, changed or not, and most of a call stays what it was when it was admitted.
   */
  function update(state: CallState, columns: CallColumns, seal: readonly (readonly [string, Value])[] = []): void {
    const changes: (readonly [string, Value])[] = [...seal];
    for (const name of COLUMN_NAMES) if (columns[name] !== state[name]) changes.push([name, columns[name]]);
    if (changes.length === 0) return;
    const assignments = changes.map(([name]) => `${name} = ?`).join(', ');
    let statement = updates.get(assignments);
    if (statement === undefined) {
      statement = sqlite.prepare<Value[]>(`UPDATE calls SET ${assignments} WHERE seq = ?`);
      updates.set(assignments, statement);
    }
    statement.run(...changes.map(([, value]) => value), state.seq);
  }

  return {
    insert(call, draft) {
      const columns = columnsOf(draft);
      const values = COLUMN_NAMES.map((name) => columns[name]);
      const { lastInsertRowid } = insertCall.run(call.id, call.sipCallId, call.receivedAt, ...values);
      const seq = Number(lastInsertRowid);
      insertRecord.run(seq, JSON.stringify(draft));
      return seq;
    },
    find(id) {
      const state = findCall.get(id);
      if (state === undefined) throw new AppError('not-found', `The call ${id} was never admitted`);
      return state;
    },
    redraft(state, draft) {
      update(state, columnsOf(draft));
      updateRecord.run(JSON.stringify(draft), state.seq);
    },
    seal(state, cdr, { chainSeq, hash, text, commitment, salt }) {
      // The record first: once the call counts as settled, triggers keep both as they are.
      sealRecord.run(text, commitment, salt, state.seq);
      update(state, columnsOf(cdr), [
        ['status', 'settled'],
        ['chain_seq', chainSeq],
        ['hash', hash],
      ]);
    },
    recordText(seq) {
      const text = readRecord.get(seq);
      if (text === undefined) throw new AppError('internal', `The record of call row ${seq} is missing`);
      return text;
    },
  };
}
