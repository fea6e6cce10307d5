import { AppError } from '../../domain/app-error.ts';
import { eraseNumber } from '../../domain/erasure/erase-number.ts';
import { ID_PREFIX, type CallId, type ErasureId } from '../../domain/ids.ts';
import { nationalDigitsOf } from '../../domain/numbers/nanp.ts';
import { toIso, type EpochMs } from '../../domain/time.ts';
import type { AuditLog } from '../audit/audit-log.ts';
import type { CommitQueue, Durability } from '../commit-queue.ts';
import type { Sqlite } from '../database.ts';
import type { NewId } from '../new-id.ts';
import type { Page } from '../resource-store.ts';
import { createEraseCall } from './erase-call.ts';
import type { Erasure, ErasureFindings, ErasureOrder, ErasureSubject } from './erasure.ts';
import { createErasureRows, type BegunErasure, type ErasureQuery } from './erasure-rows.ts';
import { createFindErasable, type ErasableCall } from './find-erasable.ts';
import { sweepLog } from './sweep-log.ts';

/** Takes the files of a call's recording away, registered or not. */
export type RemoveFiles = (call: Pick<ErasableCall, 'callId' | 'receivedAt'>) => Promise<void>;

/**
 * Erases callers: what of settled calls says who called. A few calls at a time, each few in a transaction of their own, so
 * that no caller waits; whatever breaks off in between, the same erasure again does the rest.
 */
export interface ErasureStore {
  /** Which of these there are no calls of. */
  unknown(callIds: readonly CallId[]): readonly CallId[];
  /** What an erasure would find now. Throws AppError `not-found` for calls there are none of. */
  count(subject: ErasureSubject): ErasureFindings;
  /**
   * Erases; again finds nothing. Calls in progress are left, and counted. Rejects with AppError `not-found` for calls there
   * are none of, `invalid` for a note with the number in it.
   */
  erase(order: ErasureOrder, removeFiles: RemoveFiles): Promise<Erasure>;
  /** Erases some of the calls that were received longer ago; resolves with how many. */
  eraseOlder(days: number, removeFiles: RemoveFiles): Promise<number>;
  /** Undefined where there is none. */
  get(id: string): Erasure | undefined;
  /** Newest first. @throws AppError `invalid` for a bad limit or a foreign cursor */
  list(query: ErasureQuery): Page<Erasure>;
  /** Every call that was erased, for another store that may still know who made it. */
  erasedCalls(): IterableIterator<CallId>;
  /** Empties the write-ahead log of what was erased, where that is still to do; false where it still is. */
  sweep(): Promise<boolean>;
}

interface Manner {
  readonly durability: Durability;
  readonly removeFiles: RemoveFiles;
}

/** Calls erased in one transaction: a few milliseconds, as long as any batch of writes may take. */
const AT_ONCE = 10;
/** Calls that have grown too old erased in one go; the rest follow at the next. */
const IN_ONE_GO = 500;
const DAY_MS = 86_400_000;

const SYSTEM = { keyId: 'system', role: 'system' } as const;

export function createErasureStore(parts: {
  readonly sqlite: Sqlite;
  /** For what was asked for. */
  readonly changes: CommitQueue;
  /** For what follows from it. */
  readonly queue: CommitQueue;
  readonly audit: Pick<AuditLog, 'note'>;
  readonly newId: NewId;
  readonly now: () => EpochMs;
}): ErasureStore {
  const { sqlite, changes, queue, audit, newId, now } = parts;
  const rows = createErasureRows(sqlite);
  const find = createFindErasable(sqlite);
  const eraseCall = createEraseCall(sqlite);
  const forgetAnswers = sqlite.prepare<[string]>(
    'UPDATE idempotency_keys SET status = NULL, body = NULL WHERE body IS NOT NULL AND instr(body, ?) > 0',
  );
  const erasedCalls = sqlite
    .prepare<[], CallId>('SELECT id FROM erased_calls JOIN calls ON calls.seq = call_seq ORDER BY call_seq')
    .pluck();
  const readMark = sqlite.prepare<[], EpochMs>("SELECT value FROM meta WHERE key = 'callers_erased_until'").pluck();
  const moveMark = sqlite.prepare<[number]>(
    `INSERT INTO meta (key, value) VALUES ('callers_erased_until', ?)
     ON CONFLICT (key) DO UPDATE SET value = excluded.value`,
  );

  let unswept = false;

  function begin(order: Pick<BegunErasure, 'keyId' | 'about' | 'note' | 'openCalls' | 'blocklisted'>) {
    const erasure: BegunErasure = { id: newId(ID_PREFIX.erasure) as ErasureId, at: toIso(now()), ...order };
    return { erasure, seq: rows.insert(erasure) };
  }

  /** Erases a few calls: their files first, so that none stays behind that counts as deleted. */
  async function eraseFew(calls: readonly ErasableCall[], erasureSeq: () => number, how: Manner): Promise<number> {
    for (const call of calls) await how.removeFiles(call);
    return queue.write(how.durability, () => {
      const seq = erasureSeq();
      const erased = calls.map((call) => eraseCall(call, seq, now()));
      const count = erased.filter((call) => call.erased).length;
      rows.count(seq, count, erased.filter((call) => call.recordingDeleted).length);
      return count;
    });
  }

  function* fewByFew(subject: ErasureSubject): Generator<readonly ErasableCall[]> {
    if (subject.about === 'calls') {
      for (let from = 0; from < subject.callIds.length; from += AT_ONCE) {
        yield find.among(subject.callIds.slice(from, from + AT_ONCE));
      }
      return;
    }
    for (;;) {
      const few = find.ofCaller(subject.ani, AT_ONCE);
      if (few.length === 0) return;
      yield few;
    }
  }

  /** The erasure that what grows too old today belongs to: one a day, and one entry in the audit log. */
  function erasureOfToday(days: number): number {
    const today = Math.floor(now() / DAY_MS) * DAY_MS;
    const begun = rows.latestByAge(today as EpochMs);
    if (begun !== undefined) return begun;
    const { erasure, seq } = begin({ keyId: SYSTEM.keyId, about: 'age', note: null, openCalls: 0, blocklisted: false });
    const action = { actor: SYSTEM, action: 'expire', resource: 'erasures', resourceId: erasure.id };
    audit.note(action, null, { days });
    return seq;
  }

  return {
    unknown: (callIds) => find.unknown(callIds),

    count(subject) {
      refuseUnknown(subject);
      return find.count(subject);
    },

    async erase({ subject, note, keyId }, removeFiles) {
      refuseUnknown(subject);
      refuseTelling(subject, note);
      const { id } = await changes.write('power', () => {
        const { openCalls, blocklisted } = find.count(subject);
        if (subject.about === 'caller') forgetAnswers.run(nationalDigitsOf(subject.ani) ?? subject.ani);
        return begin({ keyId, about: subject.about, note, openCalls, blocklisted }).erasure;
      });
      const seq = rows.seqOf(id) ?? missing(id);
      for (const few of fewByFew(subject)) await eraseFew(few, () => seq, { durability: 'power', removeFiles });
      unswept = !(await sweepLog(sqlite));
      return rows.get(id) ?? missing(id);
    },

    async eraseOlder(days, removeFiles) {
      const until = Math.min(now() - days * DAY_MS, find.oldestOpen() ?? Number.MAX_SAFE_INTEGER) as EpochMs;
      const from = readMark.get() ?? (Number.MIN_SAFE_INTEGER as EpochMs);
      const old = find.receivedIn(from, until, IN_ONE_GO);
      let erased = 0;
      for (let at = 0; at < old.length; at += AT_ONCE) {
        const few = old.slice(at, at + AT_ONCE);
        erased += await eraseFew(few, () => erasureOfToday(days), { durability: 'process', removeFiles });
      }
      // Calls in progress hold the mark back: they are settled behind it.
      const reached = old.length < IN_ONE_GO ? until : (old.at(-1)?.receivedAt ?? until);
      if (reached > from) await queue.write('process', () => void moveMark.run(reached));
      if (erased > 0) unswept = true;
      return erased;
    },

    get: (id) => rows.get(id),
    list: (query) => rows.list(query),
    erasedCalls: () => erasedCalls.iterate(),
    async sweep() {
      if (unswept) unswept = !(await sweepLog(sqlite));
      return !unswept;
    },
  };

  /** @throws AppError `not-found` */
  function refuseUnknown(subject: ErasureSubject): void {
    const unknown = subject.about === 'calls' ? find.unknown(subject.callIds) : [];
    if (unknown.length === 0) return;
    const more = unknown.length > 5 ? ` and ${unknown.length - 5} more` : '';
    throw new AppError('not-found', `There is no call ${unknown.slice(0, 5).join(', ')}${more}.`);
  }
}

/** @throws AppError `invalid` for a note that would keep what is to go */
function refuseTelling(subject: ErasureSubject, note: string | null): void {
  if (subject.about !== 'caller' || note === null || eraseNumber(note, subject.ani) === note) return;
  const message = 'Leave the number out: the note is kept.';
  throw new AppError('invalid', `/note: ${message}`, { problems: [{ path: '/note', message }] });
}

function missing(id: string): never {
  throw new AppError('internal', `The erasure ${id} was not kept`);
}
