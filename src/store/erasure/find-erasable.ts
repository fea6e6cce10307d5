import type { CallId } from '../../domain/ids.ts';
import type { E164 } from '../../domain/numbers/e164.ts';
import type { EpochMs } from '../../domain/time.ts';
import type { Sqlite } from '../database.ts';
import type { ErasureFindings, ErasureSubject } from './erasure.ts';

/** A settled call that is not erased yet. */
export interface ErasableCall {
  readonly seq: number;
  readonly callId: CallId;
  readonly receivedAt: EpochMs;
}

/** Finds the calls that are to be erased. */
export interface FindErasable {
  count(subject: ErasureSubject): ErasureFindings;
  /** Which of these there are no calls of. */
  unknown(callIds: readonly CallId[]): readonly CallId[];
  /** A caller's, at most so many; other ones each time, once these are erased. */
  ofCaller(ani: E164, limit: number): readonly ErasableCall[];
  /** Those of these calls that are erasable. */
  among(callIds: readonly CallId[]): readonly ErasableCall[];
  /** Those received in `[from, to)`, the oldest first, at most so many. */
  receivedIn(from: EpochMs, to: EpochMs, limit: number): readonly ErasableCall[];
  /** When the oldest call in progress was received; undefined where none is. */
  oldestOpen(): EpochMs | undefined;
}

const NOT_ERASED = 'NOT EXISTS (SELECT 1 FROM erased_calls WHERE call_seq = calls.seq)';
const SELECT = `SELECT seq, id AS callId, received_at AS receivedAt FROM calls
  WHERE status = 'settled' AND ${NOT_ERASED}`;
const AMONG = 'id IN (SELECT value FROM json_each(?))';

export function createFindErasable(sqlite: Sqlite): FindErasable {
  const ofCaller = sqlite.prepare<[string, number], ErasableCall>(`${SELECT} AND ani = ? LIMIT ?`);
  const among = sqlite.prepare<[string], ErasableCall>(`${SELECT} AND ${AMONG}`);
  const receivedIn = sqlite.prepare<[number, number, number], ErasableCall>(
    `${SELECT} AND received_at >= ? AND received_at < ? ORDER BY received_at, seq LIMIT ?`,
  );
  const counters = { caller: createCount(sqlite, 'ani = ?'), calls: createCount(sqlite, AMONG) };
  const known = sqlite.prepare<[string], CallId>(`SELECT id FROM calls WHERE ${AMONG}`).pluck();
  const blocked = sqlite
    .prepare<[{ ani: string }], 1>(
      'SELECT 1 FROM blocklist WHERE archived = 0 AND substr(@ani, 1, length(match)) = match LIMIT 1',
    )
    .pluck();
  const oldestOpen = sqlite
    .prepare<[], EpochMs | null>("SELECT min(received_at) FROM calls WHERE status = 'open'")
    .pluck();

  return {
    count(subject) {
      const which = subject.about === 'caller' ? subject.ani : JSON.stringify(subject.callIds);
      const blocklisted = subject.about === 'caller' && blocked.get({ ani: subject.ani }) !== undefined;
      return { ...counters[subject.about](which), blocklisted };
    },
    unknown(callIds) {
      const there = new Set(known.all(JSON.stringify(callIds)));
      return callIds.filter((id) => !there.has(id));
    },
    ofCaller: (ani, limit) => ofCaller.all(ani, limit),
    among: (callIds) => among.all(JSON.stringify(callIds)),
    receivedIn: (from, to, limit) => receivedIn.all(from, to, limit),
    oldestOpen: () => oldestOpen.get() ?? undefined,
  };
}

function createCount(sqlite: Sqlite, which: string): (parameter: string) => Omit<ErasureFindings, 'blocklisted'> {
  const select = sqlite.prepare<[string], Omit<ErasureFindings, 'blocklisted'>>(
    `SELECT count(*) FILTER (WHERE status = 'settled' AND ${NOT_ERASED}) AS calls,
       count(recordings.id) FILTER (WHERE status = 'settled' AND ${NOT_ERASED}) AS recordings,
       count(*) FILTER (WHERE status = 'open') AS openCalls
     FROM calls LEFT JOIN recordings ON recordings.call_id = calls.id AND deleted_at IS NULL
     WHERE calls.${which}`,
  );
  return (parameter) => select.get(parameter) ?? { calls: 0, recordings: 0, openCalls: 0 };
}
