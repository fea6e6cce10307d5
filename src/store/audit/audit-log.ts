import { isDeepStrictEqual } from 'node:util';

import { ID_PREFIX } from '../../domain/ids.ts';
import type { EpochMs } from '../../domain/time.ts';
import type { CommitQueue } from '../commit-queue.ts';
import type { Sqlite } from '../database.ts';
import type { NewId } from '../new-id.ts';
import type { AuditedAction } from './audit-entry.ts';
import { createListAuditLog, type ListAuditLog } from './list-audit-log.ts';
import { createLookAt } from './look-at.ts';
import { maskSecrets } from './mask-secrets.ts';

export interface AuditLog {
  /**
   * Does the work and writes its entry, unless the work says that it was done before (`made: false`); for the inside of a
   * transaction.
   */
  watch<Result>(action: AuditedAction, work: () => Result): Result;
  /** Writes the entry of one change among several; for the inside of a transaction. */
  note(action: AuditedAction, before: unknown, after: unknown): void;
  /** Writes the entry of what changed nothing in the store. */
  record(action: AuditedAction, after: unknown): Promise<void>;
  readonly list: ListAuditLog;
}

export function createAuditLog(parts: {
  readonly sqlite: Sqlite;
  readonly queue: CommitQueue;
  readonly newId: NewId;
  readonly now: () => EpochMs;
}): AuditLog {
  const { sqlite, queue, newId, now } = parts;
  const lookAt = createLookAt(sqlite);
  const insert = sqlite.prepare<
    [string, number, string, string, string, string, string | null, string | null, string | null]
  >(
    `INSERT INTO audit_log (id, at, key_id, role, action, resource, resource_id, before, after)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  );

  function write({ actor, action, resource, resourceId }: AuditedAction, before: unknown, after: unknown): void {
    const id = newId(ID_PREFIX.auditEntry);
    insert.run(id, now(), actor.keyId, actor.role, action, resource, resourceId, toText(before), toText(after));
  }

  return {
    watch(action, work) {
      const { resource, resourceId } = action;
      const before = lookAt(resource, resourceId);
      const result = work();
      if (wasMadeBefore(result)) return result;
      const id = resourceId ?? idOf(result);
      const after = lookAt(resource, id);
      if (isDeepStrictEqual(before, after)) write({ ...action, resourceId: id }, null, withoutMade(result));
      else write({ ...action, resourceId: id }, before, after);
      return result;
    },

    note: write,

    record(action, after) {
      return queue.write('power', () => {
        write(action, null, after);
      });
    },

    list: createListAuditLog(sqlite),
  };
}

function toText(state: unknown): string | null {
  return state === null ? null : JSON.stringify(maskSecrets(state));
}

/** What the stores say of a request that came again. */
function wasMadeBefore(result: unknown): boolean {
  return typeof result === 'object' && result !== null && 'made' in result && result.made === false;
}

/** What came of the work: that it was made goes without saying. */
function withoutMade(result: unknown): unknown {
  if (typeof result !== 'object' || result === null || !('made' in result)) return result ?? null;
  const { made: _made, ...rest } = result;
  return rest;
}

/** The id of what was made. */
function idOf(result: unknown): string | null {
  if (typeof result !== 'object' || result === null || !('id' in result)) return null;
  return typeof result.id === 'string' ? result.id : null;
}
