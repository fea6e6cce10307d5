import { AppError } from '../domain/app-error.ts';
import { ID_PREFIX, type PromptId } from '../domain/ids.ts';
import { toIso, type EpochMs, type IsoInstant } from '../domain/time.ts';
import type { PromptRegister, RegisteredPrompt } from '../prompts/ports/prompt-register.ts';
import type { CommitQueue } from './commit-queue.ts';
import { decodeCursor, encodeCursor } from './cursor.ts';
import type { Sqlite } from './database.ts';
import type { NewId } from './new-id.ts';
import { checkLimit } from './page-limit.ts';
import type { Page } from './resource-store.ts';
import { findPromptUsers } from './resources/find-referrers.ts';
import { Where } from './where.ts';

/** A prompt as it is kept. */
export interface StoredPrompt extends RegisteredPrompt {
  readonly createdAt: IsoInstant;
  readonly updatedAt: IsoInstant;
  /** 1 when created, one more with each change: the ETag. */
  readonly revision: number;
}

export interface PromptQuery {
  /** 1…500. */
  readonly limit: number;
  readonly cursor?: string;
  readonly filters: { readonly name?: string; readonly builtIn?: boolean };
}

/** The prompts there are; their sound lies in files, which are no business of the store. */
export interface PromptStore extends PromptRegister<StoredPrompt> {
  /** Rejects with AppError `not-found`. */
  get(id: string): Promise<StoredPrompt>;
  /** In order of id: the uploaded in the order they came, then those of the product. Rejects with AppError `invalid`. */
  list(query: PromptQuery): Promise<Page<StoredPrompt>>;
  /** Rejects with AppError `not-found`, `version-conflict`, or `wrong-state` for one that comes with the product. */
  rename(id: PromptId, name: string, expectedRevision?: number): Promise<StoredPrompt>;
}

/** A prompt as its table holds it. */
export interface PromptRow {
  readonly id: PromptId;
  readonly name: string;
  readonly duration_ms: number;
  readonly built_in: 0 | 1;
  readonly created_at: EpochMs;
  readonly updated_at: EpochMs;
  readonly revision: number;
}

const CONDITIONS = { name: 'name = ?', builtIn: 'built_in = ?' } as const;

export function createPromptStore(parts: {
  readonly sqlite: Sqlite;
  readonly queue: CommitQueue;
  readonly newId: NewId;
  readonly now: () => EpochMs;
}): PromptStore {
  const { sqlite, queue, newId, now } = parts;
  const byId = sqlite.prepare<[string], PromptRow>('SELECT * FROM prompts WHERE id = ?');
  const insert = sqlite.prepare<[string, string, number, number, number]>(
    `INSERT INTO prompts (id, name, duration_ms, built_in, created_at, updated_at, revision) VALUES (?, ?, ?, 0, ?, ?, 1)`,
  );
  const update = sqlite.prepare<[string, number, string]>(
    'UPDATE prompts SET name = ?, updated_at = ?, revision = revision + 1 WHERE id = ?',
  );
  const remove = sqlite.prepare<[string]>('DELETE FROM prompts WHERE id = ?');

  function rowOf(id: string): PromptRow {
    const row = byId.get(id);
    if (row === undefined) throw new AppError('not-found', `There is no ${id} among the prompts`);
    return row;
  }

  /** A prompt that may be changed. */
  function changeable(id: PromptId, expectedRevision: number | undefined): PromptRow {
    const row = rowOf(id);
    if (row.built_in) {
      throw new AppError(
        'wrong-state',
        `${id} comes with Tollgate and stays as it is: upload one of your own instead.`,
      );
    }
    if (expectedRevision !== undefined && expectedRevision !== row.revision) {
      throw new AppError(
        'version-conflict',
        `${id} is at revision ${row.revision}, not ${expectedRevision}: read it again and repeat the change`,
      );
    }
    return row;
  }

  return {
    newId: () => newId(ID_PREFIX.prompt) as PromptId,
    has: (id) => byId.get(id) !== undefined,
    keep({ id, name, durationMs }) {
      return queue.write('power', () => {
        insert.run(id, name, durationMs, now(), now());
        return toStored(rowOf(id));
      });
    },
    async get(id) {
      return toStored(rowOf(id));
    },
    async list({ limit, cursor, filters }) {
      checkLimit(limit);
      const list = ['prompts', filters];
      const [after = ''] = cursor === undefined ? [] : decodeCursor(list, cursor, ['string']);
      const where = new Where().and('id > ?', after).andFilters(CONDITIONS, filters);
      const rows = sqlite
        .prepare<(string | number)[], PromptRow>(`SELECT * FROM prompts ${where.clause} ORDER BY id LIMIT ?`)
        .all(...where.values, limit + 1);
      const last = rows[limit - 1];
      return {
        data: rows.slice(0, limit).map(toStored),
        nextCursor: rows.length > limit && last !== undefined ? encodeCursor(list, [last.id]) : null,
      };
    },
    rename(id, name, expectedRevision) {
      return queue.write('power', () => {
        update.run(name, now(), changeable(id, expectedRevision).id);
        return toStored(rowOf(id));
      });
    },
    remove(id, expectedRevision) {
      return queue.write('power', () => {
        changeable(id, expectedRevision);
        const users = findPromptUsers(sqlite, id);
        if (users.length > 0) {
          throw new AppError('in-use', `${id} is still referred to by ${users.join('; ')}. Name another there first.`);
        }
        remove.run(id);
      });
    },
  };
}

/** A row as the store hands it out. */
export function toStored(row: PromptRow): StoredPrompt {
  const { id, name, duration_ms: durationMs, built_in, created_at, updated_at, revision } = row;
  return {
    id,
    name,
    durationMs,
    builtIn: built_in === 1,
    createdAt: toIso(created_at),
    updatedAt: toIso(updated_at),
    revision,
  };
}
