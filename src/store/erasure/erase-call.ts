import { AppError } from '../../domain/app-error.ts';
import type { Cdr } from '../../domain/call/cdr.ts';
import { eraseNumber } from '../../domain/erasure/erase-number.ts';
import { eraseTexts } from '../../domain/erasure/erase-texts.ts';
import { redactCdr } from '../../domain/erasure/redact-cdr.ts';
import { ERASED, type RecordedAni } from '../../domain/numbers/e164.ts';
import type { EpochMs } from '../../domain/time.ts';
import { spellRecord, type LinkedCdr } from '../calls/cdr-chain.ts';
import type { Sqlite } from '../database.ts';
import type { ErasableCall } from './find-erasable.ts';

/** What erasing one call came to. */
export interface ErasedCall {
  /** False where it was erased already. */
  readonly erased: boolean;
  readonly recordingDeleted: boolean;
}

/** Erases what says who made a settled call, wherever it stands; in the caller's transaction. */
export type EraseCall = (call: ErasableCall, erasureSeq: number, at: EpochMs) => ErasedCall;

interface TextRow {
  readonly key: string | number;
  readonly text: string | null;
}

interface AuditRow {
  readonly seq: number;
  readonly before: string | null;
  readonly after: string | null;
}

export function createEraseCall(sqlite: Sqlite): EraseCall {
  const isErased = sqlite.prepare<[number]>('SELECT 1 FROM erased_calls WHERE call_seq = ?');
  const nameCall = sqlite.prepare<[number, number, number]>(
    'INSERT INTO erased_calls (call_seq, erasure_seq, at) VALUES (?, ?, ?)',
  );
  const readRecord = sqlite.prepare<[number], string>('SELECT record FROM call_records WHERE call_seq = ?').pluck();
  const writeRecord = sqlite.prepare<[string, number]>(
    'UPDATE call_records SET record = ?, salt = NULL WHERE call_seq = ?',
  );
  const writeCall = sqlite.prepare<[number]>(
    `UPDATE calls SET ani = '${ERASED}', sip_call_id = '${ERASED}' WHERE seq = ?`,
  );
  const forget = [
    'DELETE FROM decision_bases WHERE call_seq = ?',
    'UPDATE dispositions SET note = NULL WHERE call_seq = ? AND note IS NOT NULL',
    'UPDATE disposition_events SET note = NULL WHERE call_seq = ? AND note IS NOT NULL',
  ].map((sql) => sqlite.prepare<[number]>(sql));
  const deleteRecording = sqlite.prepare<[number, string]>(
    'UPDATE recordings SET deleted_at = ? WHERE call_id = ? AND deleted_at IS NULL',
  );
  const eraseReasons = createEraseReasons(sqlite);
  const eraseAudit = createEraseAudit(sqlite);
  const eraseEvents = createEraseEvents(sqlite);

  return ({ seq, callId }, erasureSeq, at) => {
    if (isErased.get(seq) !== undefined) return { erased: false, recordingDeleted: false };
    const text = readRecord.get(seq);
    if (text === undefined) throw new AppError('internal', `The record of ${callId} is missing: see tollgate verify`);
    const cdr = JSON.parse(text) as LinkedCdr;
    // First of all: triggers let only what concerns an erased call be changed.
    nameCall.run(seq, erasureSeq, at);
    writeRecord.run(spellRecord(cdr).redacted, seq);
    writeCall.run(seq);
    for (const statement of forget) statement.run(seq);
    eraseReasons(callId, cdr.ani);
    eraseAudit(callId, cdr.ani);
    eraseEvents(callId, cdr.ani);
    return { erased: true, recordingDeleted: deleteRecording.run(at, callId).changes > 0 };
  };
}

type EraseOfCall = (callId: string, ani: RecordedAni) => void;

/** Why its money was changed, and by which names others know it, where somebody put the number there. */
function createEraseReasons(sqlite: Sqlite): EraseOfCall {
  const texts = [
    { table: 'adjustments', key: 'seq', column: 'reason' },
    { table: 'adjustment_proposals', key: 'id', column: 'reason' },
    { table: 'conversions', key: 'id', column: 'external_id' },
  ].map(({ table, key, column }) => ({
    // A conversion's name is one of a kind, and the same report again must not meet another's.
    rename: (text: string, of: string | number) => (table === 'conversions' ? `${ERASED}-${of}` : text),
    select: sqlite.prepare<[string], TextRow>(
      `SELECT ${key} AS key, ${column} AS text FROM ${table} WHERE call_id = ?`,
    ),
    update: sqlite.prepare<[string, string | number]>(`UPDATE ${table} SET ${column} = ? WHERE ${key} = ?`),
  }));
  return (callId, ani) => {
    for (const { rename, select, update } of texts) {
      for (const { key, text } of select.all(callId)) {
        const erased = text === null ? null : eraseNumber(text, ani);
        if (erased !== null && erased !== text) update.run(rename(erased, key), key);
      }
    }
  };
}

/** Notes, and the number, in what the audit log keeps of changes to the call. */
function createEraseAudit(sqlite: Sqlite): EraseOfCall {
  const select = sqlite.prepare<[{ callId: string }], AuditRow>(
    `SELECT seq, before, after FROM audit_log WHERE resource = 'calls' AND resource_id = @callId
     UNION ALL SELECT audit_log.seq, before, after FROM adjustment_proposals
       JOIN audit_log ON resource = 'adjustment-proposals' AND resource_id = adjustment_proposals.id
       WHERE call_id = @callId
     UNION ALL SELECT audit_log.seq, before, after FROM conversions
       JOIN audit_log ON resource = 'conversions' AND resource_id = conversions.id WHERE call_id = @callId`,
  );
  const update = sqlite.prepare<[string | null, string | null, number]>(
    'UPDATE audit_log SET before = ?, after = ? WHERE seq = ?',
  );
  return (callId, ani) => {
    for (const { seq, before, after } of select.all({ callId })) {
      const [was, is] = [before, after].map((text) => text && JSON.stringify(eraseTexts(JSON.parse(text), ani)));
      if (was !== before || is !== after) update.run(was ?? null, is ?? null, seq);
    }
  };
}

interface EventBody {
  readonly data: { readonly call: Cdr };
}

/** What webhooks are still to be told of the call, and what can be replayed: it is told without its caller. */
function createEraseEvents(sqlite: Sqlite): EraseOfCall {
  const select = sqlite.prepare<[string], { readonly seq: number; readonly body: string }>(
    'SELECT seq, body FROM webhook_events WHERE call_id = ?',
  );
  const update = sqlite.prepare<[string, number]>('UPDATE webhook_events SET body = ? WHERE seq = ?');
  return (callId, ani) => {
    for (const { seq, body } of select.all(callId)) {
      const event = JSON.parse(body) as EventBody;
      const told = { ...event, data: { ...event.data, call: redactCdr(event.data.call) } };
      update.run(JSON.stringify(eraseTexts(told, ani)), seq);
    }
  };
}
