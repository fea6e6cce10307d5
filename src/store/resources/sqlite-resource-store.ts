import { AppError } from '../../domain/app-error.ts';
import type { EpochMs } from '../../domain/time.ts';
import type { CommitQueue } from '../commit-queue.ts';
import type { Sqlite } from '../database.ts';
import type { NewId } from '../new-id.ts';
import type {
  BatchOutcome,
  ChangeBatch,
  ListQuery,
  ResourceKind,
  Resources,
  ResourceStore,
  Stored,
} from '../resource-store.ts';
import { makeChanges } from './change-all.ts';
import { checkReferences } from './check-references.ts';
import { findReferrers } from './find-referrers.ts';
import { listResources } from './list-resources.ts';
import { planVersion, readConfiguration, readRoutingPlan } from './read-plan.ts';
import { KINDS } from './resource-kinds.ts';
import { toStored, type ResourceRow } from './resource-row.ts';
import { createResourceRows } from './resource-rows.ts';

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
  const rows = createResourceRows(sqlite);

  /** One durable change: the version goes up with it, and listeners hear of it when it is committed. */
  async function change<Result>(work: () => Result): Promise<Result> {
    const result = await queue.write('power', () => {
      const outcome = work();
      raiseVersion.run();
      return outcome;
    });
    announce();
    return result;
  }

  function announce(): void {
    for (const listener of listeners) listener();
  }

  /** For the inside of a transaction. */
  function makeBatch({ changes, expectedVersion, dryRun = false, note }: ChangeBatch): BatchOutcome {
    const version = planVersion(sqlite);
    if (version !== expectedVersion) {
      const message = `The configuration is at version ${version}, not ${expectedVersion}: work the changes out anew`;
      throw new AppError('version-conflict', message);
    }
    const outcome = { ...makeChanges({ sqlite, rows, now }, changes, note), made: changes.length > 0 };
    if (changes.length > 0) raiseVersion.run();
    if (dryRun) throw new Rehearsed(outcome);
    return outcome;
  }

  function readRow<Kind extends ResourceKind>(kind: Kind, id: string): ResourceRow<Kind> {
    const row = rows.get(kind, id);
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
        rows.insert(kind, { id, fields, archived: false }, now());
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
        rows.update(kind, { id, fields: own, archived }, now());
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
        rows.remove(kind, id);
      });
    },

    async readPlan() {
      return readRoutingPlan(sqlite);
    },

    newId: (kind) => newId(KINDS[kind].prefix),

    async readAll() {
      return readConfiguration(sqlite);
    },

    async changeAll(batch) {
      try {
        const outcome = await queue.write('power', () => makeBatch(batch), 'alone');
        if (batch.changes.length > 0) announce();
        return outcome;
      } catch (error) {
        if (error instanceof Rehearsed) return error.outcome;
        throw error;
      }
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

/** Thrown at the end of a dry run, so that its transaction is taken back. */
class Rehearsed extends Error {
  readonly outcome: BatchOutcome;

  constructor(outcome: BatchOutcome) {
    super('a dry run is taken back');
    this.outcome = outcome;
  }
}
