import Database from 'better-sqlite3';

import { AppError } from '../../domain/app-error.ts';
import type { EpochMs } from '../../domain/time.ts';
import type { CommitQueue } from '../commit-queue.ts';
import type { Sqlite } from '../database.ts';
import type { NewId } from '../new-id.ts';
import type { ListQuery, ResourceKind, Resources, ResourceStore, Stored } from '../resource-store.ts';
import { checkReferences } from './check-references.ts';
import { findReferrers } from './find-referrers.ts';
import { listResources } from './list-resources.ts';
import { readRoutingPlan } from './read-plan.ts';
import { KINDS } from './resource-kinds.ts';
import { ROW_COLUMNS, toStored, type ResourceRow } from './resource-row.ts';

export interface ResourceStoreParts {
  readonly sqlite: Sqlite;
  readonly queue: CommitQueue;
  readonly newId: NewId;
  readonly now: () => EpochMs;
}

/** The configuration in SQLite: see `ResourceStore`. Reads see every change whose promise has resolved. */
export function createResourceStore({ sqlite, queue, newId, now }: ResourceStoreParts): ResourceStore {
  const listeners = new Set<() => void>();
  const raiseVersion = sqlite.prepare("UPDATE meta SET value = value + 1 WHERE key = 'plan_version'");

  /** One durable change: the version goes up with it, and listeners hear of it when it is committed. */
  async function change<Result>(work: () => Result): Promise<Result> {
    const result = await queue.write('power', () => {
      const outcome = work();
      raiseVersion.run();
      return outcome;
    });
    for (const listener of listeners) listener();
    return result;
  }

  function readRow<Kind extends ResourceKind>(kind: Kind, id: string): ResourceRow<Kind> {
    const row = sqlite.prepare<[string], ResourceRow<Kind>>(`SELECT ${ROW_COLUMNS} FROM ${kind} WHERE id = ?`).get(id);
    if (row === undefined) throw new AppError('not-found', `There is no ${id} among the ${kind}`);
    return row;
  }

  return {
    create<Kind extends ResourceKind>(
      kind: Kind,
      fields: Omit<Resources[Kind], 'id'>,
    ): Promise<Stored<Resources[Kind]>> {
      return change(() => {
        checkReferences(sqlite, kind, fields);
        const id = newId(KINDS[kind].prefix);
        const at = now();
        guardDuplicates(kind, fields, () =>
          sqlite
            .prepare(
              `INSERT INTO ${kind} (id, doc, created_at, updated_at, revision, archived) VALUES (?, ?, ?, ?, 1, 0)`,
            )
            .run(id, JSON.stringify(fields), at, at),
        );
        return toStored(readRow(kind, id));
      });
    },

    async get<Kind extends ResourceKind>(kind: Kind, id: string): Promise<Stored<Resources[Kind]>> {
      return toStored(readRow(kind, id));
    },

    async list<Kind extends ResourceKind>(kind: Kind, query: ListQuery) {
      return listResources(sqlite, kind, query);
    },

    replace<Kind extends ResourceKind>(
      kind: Kind,
      id: string,
      fields: Omit<Resources[Kind], 'id'> & { readonly archived: boolean },
      expectedRevision?: number,
    ): Promise<Stored<Resources[Kind]>> {
      return change(() => {
        const before = readRow(kind, id);
        checkRevision(before, expectedRevision);
        const { archived, ...own } = fields;
        checkReferences(sqlite, kind, own, JSON.parse(before.doc) as object);
        guardDuplicates(kind, own, () =>
          sqlite
            .prepare(`UPDATE ${kind} SET doc = ?, archived = ?, updated_at = ?, revision = revision + 1 WHERE id = ?`)
            .run(JSON.stringify(own), Number(archived), now(), id),
        );
        return toStored(readRow(kind, id));
      });
    },

    remove(kind: ResourceKind, id: string, expectedRevision?: number): Promise<void> {
      return change(() => {
        checkRevision(readRow(kind, id), expectedRevision);
        const referrers = findReferrers(sqlite, kind, id);
        if (referrers.length > 0) {
          const advice = 'Remove those first, or set `archived: true` on it instead.';
          throw new AppError('in-use', `${id} is still referred to by ${referrers.join('; ')}. ${advice}`);
        }
        sqlite.prepare(`DELETE FROM ${kind} WHERE id = ?`).run(id);
      });
    },

    async readPlan() {
      return readRoutingPlan(sqlite);
    },

    onChange(listener) {
      listeners.add(listener);
      return () => {
        listeners.delete(listener);
      };
    },
  };
}

function checkRevision(row: ResourceRow, expected: number | undefined): void {
  if (expected === undefined || expected === row.revision) return;
  throw new AppError(
    'version-conflict',
    `${row.id} is at revision ${row.revision}, not ${expected}: read it again and repeat the change on what is there now`,
  );
}

/** Runs a write, and says which value another resource already has where a unique index refuses it. */
function guardDuplicates(kind: ResourceKind, fields: object, write: () => unknown): void {
  try {
    write();
  } catch (error) {
    if (!(error instanceof Database.SqliteError) || error.code !== 'SQLITE_CONSTRAINT_UNIQUE') throw error;
    const number = 'number' in fields ? String(fields.number) : 'this value';
    const message = `${number} already belongs to another of the ${kind} that is not archived`;
    throw new AppError('duplicate', message, { cause: error, problems: [{ path: '/number', message }] });
  }
}
