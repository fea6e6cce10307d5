import Database from 'better-sqlite3';

import { AppError } from '../../domain/app-error.ts';
import type { EpochMs } from '../../domain/time.ts';
import type { Sqlite } from '../database.ts';
import type { ResourceKind } from '../resource-store.ts';
import { KIND_NAMES } from './resource-kinds.ts';
import { ROW_COLUMNS, type ResourceRow } from './resource-row.ts';

/** A resource as it is written: its own fields, without what the store keeps beside them. */
export interface WrittenResource {
  readonly id: string;
  readonly fields: object;
  readonly archived: boolean;
}

/** Reads and writes rows of resources. `insert` and `update` throw AppError `duplicate`. */
export interface ResourceRows {
  get<Kind extends ResourceKind>(kind: Kind, id: string): ResourceRow<Kind> | undefined;
  insert(kind: ResourceKind, resource: WrittenResource, at: EpochMs): void;
  update(kind: ResourceKind, resource: WrittenResource, at: EpochMs): void;
  archive(kind: ResourceKind, id: string, at: EpochMs): void;
  /** Archives it and leaves all else of it, its revision too: for what is written anew in the same breath. */
  setAside(kind: ResourceKind, id: string): void;
  remove(kind: ResourceKind, id: string): void;
}

/** Prepares the statements of every kind, once. */
export function createResourceRows(sqlite: Sqlite): ResourceRows {
  const prepared = KIND_NAMES.map((kind) => [kind, prepareFor(sqlite, kind)] as const);
  const statements = Object.fromEntries(prepared) as Readonly<Record<ResourceKind, ReturnType<typeof prepareFor>>>;
  return {
    get: <Kind extends ResourceKind>(kind: Kind, id: string) =>
      statements[kind].get.get(id) as ResourceRow<Kind> | undefined,
    insert(kind, { id, fields, archived }, at) {
      guardDuplicates(kind, fields, () => {
        statements[kind].insert.run(id, JSON.stringify(fields), at, at, Number(archived));
      });
    },
    update(kind, { id, fields, archived }, at) {
      guardDuplicates(kind, fields, () => {
        statements[kind].update.run(JSON.stringify(fields), Number(archived), at, id);
      });
    },
    archive(kind, id, at) {
      statements[kind].archive.run(at, id);
    },
    setAside(kind, id) {
      statements[kind].setAside.run(id);
    },
    remove(kind, id) {
      statements[kind].remove.run(id);
    },
  };
}

function prepareFor(sqlite: Sqlite, kind: ResourceKind) {
  return {
    get: sqlite.prepare<[string], ResourceRow>(`SELECT ${ROW_COLUMNS} FROM ${kind} WHERE id = ?`),
    insert: sqlite.prepare<[string, string, number, number, number]>(
      `INSERT INTO ${kind} (id, doc, created_at, updated_at, revision, archived) VALUES (?, ?, ?, ?, 1, ?)`,
    ),
    update: sqlite.prepare<[string, number, number, string]>(
      `UPDATE ${kind} SET doc = ?, archived = ?, updated_at = ?, revision = revision + 1 WHERE id = ?`,
    ),
    archive: sqlite.prepare<[number, string]>(
      `UPDATE ${kind} SET archived = 1, updated_at = ?, revision = revision + 1 WHERE id = ?`,
    ),
    setAside: sqlite.prepare<[string]>(`UPDATE ${kind} SET archived = 1 WHERE id = ?`),
    remove: sqlite.prepare<[string]>(`DELETE FROM ${kind} WHERE id = ?`),
  };
}

/** Runs a write, and says which value another resource already has where a unique index refuses it. */
function guardDuplicates(kind: ResourceKind, fields: object, write: () => void): void {
  try {
    write();
  } catch (error) {
    if (!(error instanceof Database.SqliteError) || error.code !== 'SQLITE_CONSTRAINT_UNIQUE') throw error;
    const number = 'number' in fields ? String(fields.number) : 'this value';
    const message = `${number} already belongs to another of the ${kind} that is not archived`;
    throw new AppError('duplicate', message, { cause: error, problems: [{ path: '/number', message }] });
  }
}
