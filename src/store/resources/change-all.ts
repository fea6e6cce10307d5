import { AppError } from '../../domain/app-error.ts';
import type { EpochMs } from '../../domain/time.ts';
import type { Sqlite } from '../database.ts';
import type { BatchOutcome, ChangeBatch, ResourceChange, ResourceKind, Resources, Stored } from '../resource-store.ts';
import { findReferrers, findReferrersInService } from './find-referrers.ts';
import { KIND_NAMES } from './resource-kinds.ts';
import { toStored } from './resource-row.ts';
import type { ResourceRows } from './resource-rows.ts';

type AnyStored = Stored<Resources[ResourceKind]>;
type Removal = Extract<ResourceChange, { action: 'remove' }>;
type Put = Exclude<ResourceChange, Removal>;

export interface ChangeParts {
  readonly sqlite: Sqlite;
  readonly rows: ResourceRows;
  readonly now: () => EpochMs;
}

/**
 * Makes many changes, for the inside of a transaction: what others refer to is written before them and removed after
 * them. What is to be removed and is still named by archived things or by records is archived.
 *
 * @param note hears of each change as it is made
 * @throws AppError `in-use` where configuration in service names what is to be removed, `duplicate` for a DID's number
 */
export function makeChanges(
  { sqlite, rows, now }: ChangeParts,
  changes: readonly ResourceChange[],
  note: ChangeBatch['note'] = () => undefined,
): Omit<BatchOutcome, 'made'> {
  const before = new Map(changes.map(({ kind, id }) => [id, read(kind, id)]));
  const puts = changes.filter((change): change is Put => change.action !== 'remove');
  const removals = changes.filter((change): change is Removal => change.action === 'remove');
  const archived: string[] = [];
  const deleted: string[] = [];
  // Each number of a DID is free for the one that has it when all is done.
  for (const { kind, id } of changes) if (kind === 'dids') rows.setAside(kind, id);
  for (const put of inOrder(puts)) {
    const { action, kind, id } = put;
    if (action === 'create') rows.insert(kind, put, now());
    else rows.update(kind, put, now());
    note({ action, kind, id, before: before.get(id) ?? null, after: read(kind, id) });
  }
  for (const removal of inOrder(removals).toReversed()) remove(removal);
  return { created: count('create'), updated: count('update'), archived, deleted };

  function remove({ kind, id }: Removal): void {
    const users = findReferrersInService(sqlite, kind, id);
    if (users.length > 0) {
      throw new AppError('in-use', `${id} is still referred to by ${users.join('; ')}. Remove those, too, or keep it.`);
    }
    const isNamed = findReferrers(sqlite, kind, id).length > 0;
    if (isNamed) rows.archive(kind, id, now());
    else rows.remove(kind, id);
    (isNamed ? archived : deleted).push(id);
    note({
      action: isNamed ? 'update' : 'delete',
      kind,
      id,
      before: before.get(id) ?? null,
      after: read(kind, id),
    });
  }

  function read(kind: ResourceKind, id: string): AnyStored | null {
    const row = rows.get(kind, id);
    return row === undefined ? null : toStored(row);
  }

  function count(action: ResourceChange['action']): number {
    return changes.filter((change) => change.action === action).length;
  }
}

/** Each kind after those it refers to. */
function inOrder<Change extends ResourceChange>(changes: readonly Change[]): readonly Change[] {
  const byKind = Map.groupBy(changes, ({ kind }) => kind);
  return KIND_NAMES.flatMap((kind) => byKind.get(kind) ?? []);
}
