import type { ErasureId } from '../../domain/ids.ts';
import { toIso, type EpochMs } from '../../domain/time.ts';
import { decodeCursor, encodeCursor } from '../cursor.ts';
import type { Sqlite } from '../database.ts';
import { checkLimit } from '../page-limit.ts';
import type { Page } from '../resource-store.ts';
import type { Erasure } from './erasure.ts';

/** Which erasures to list. */
export interface ErasureQuery {
  /** 1…500. */
  readonly limit: number;
  readonly cursor?: string;
}

/** An erasure at its beginning, with the number of its row. */
export type BegunErasure = Omit<Erasure, 'callsErased' | 'recordingsDeleted'>;

/** The erasures there were, as their table holds them. */
export interface ErasureRows {
  /** Returns the number of its row. */
  insert(erasure: BegunErasure): number;
  /** Counts what was erased for it; in the transaction that does it. */
  count(seq: number, calls: number, recordings: number): void;
  /** The row of the latest erasure by age since an instant; undefined where there was none. */
  latestByAge(since: EpochMs): number | undefined;
  /** The row of an erasure that was begun. */
  seqOf(id: ErasureId): number | undefined;
  get(id: string): Erasure | undefined;
  /** Newest first. @throws AppError `invalid` for a bad limit or a foreign cursor */
  list(query: ErasureQuery): Page<Erasure>;
}

interface Row extends Omit<Erasure, 'at' | 'blocklisted'> {
  readonly seq: number;
  readonly at: EpochMs;
  readonly blocklisted: 0 | 1;
}

const SELECT = `SELECT seq, id, at, key_id AS keyId, about, note, calls_erased AS callsErased,
  recordings_deleted AS recordingsDeleted, open_calls AS openCalls, blocklisted FROM erasures`;

const LIST = ['erasures'];

export function createErasureRows(sqlite: Sqlite): ErasureRows {
  const insert = sqlite.prepare<[ErasureId, number, string, string, string | null, number, number]>(
    `INSERT INTO erasures (id, at, key_id, about, note, calls_erased, recordings_deleted, open_calls, blocklisted)
     VALUES (?, ?, ?, ?, ?, 0, 0, ?, ?)`,
  );
  const count = sqlite.prepare<[number, number, number]>(
    `UPDATE erasures SET calls_erased = calls_erased + ?, recordings_deleted = recordings_deleted + ? WHERE seq = ?`,
  );
  const latestByAge = sqlite
    .prepare<[number], number>(
      "SELECT seq FROM erasures WHERE about = 'age' AND at >= ? ORDER BY erasures.seq DESC LIMIT 1",
    )
    .pluck();
  const byId = sqlite.prepare<[string], Row>(`${SELECT} WHERE id = ?`);
  const before = sqlite.prepare<[number, number], Row>(`${SELECT} WHERE seq < ? ORDER BY seq DESC LIMIT ?`);

  return {
    insert({ id, at, keyId, about, note, openCalls, blocklisted }) {
      const { lastInsertRowid } = insert.run(id, Date.parse(at), keyId, about, note, openCalls, Number(blocklisted));
      return Number(lastInsertRowid);
    },
    count(seq, calls, recordings) {
      count.run(calls, recordings, seq);
    },
    latestByAge: (since) => latestByAge.get(since),
    seqOf: (id) => byId.get(id)?.seq,
    get(id) {
      const row = byId.get(id);
      return row && toErasure(row);
    },
    list({ limit, cursor }) {
      checkLimit(limit);
      const [newest] = cursor === undefined ? [Number.MAX_SAFE_INTEGER] : decodeCursor(LIST, cursor, ['number']);
      const rows = before.all(Number(newest), limit + 1);
      const last = rows[limit - 1];
      return {
        data: rows.slice(0, limit).map(toErasure),
        nextCursor: rows.length > limit && last !== undefined ? encodeCursor(LIST, [last.seq]) : null,
      };
    },
  };
}

function toErasure({ seq: _seq, at, blocklisted, ...row }: Row): Erasure {
  return { ...row, at: toIso(at), blocklisted: blocklisted === 1 };
}
