import { isDeepStrictEqual } from 'node:util';

import { ID_PREFIX } from '../../domain/ids.ts';
import { toIso, type EpochMs, type IsoInstant } from '../../domain/time.ts';
import type { ApiRole } from '../api-keys.ts';
import type { CommitQueue } from '../commit-queue.ts';
import { decodeCursor, encodeCursor } from '../cursor.ts';
import type { Sqlite } from '../database.ts';
import type { NewId } from '../new-id.ts';
import { checkLimit } from '../page-limit.ts';
import type { Page } from '../resource-store.ts';
import { createLookAt } from './look-at.ts';
import { maskSecrets } from './mask-secrets.ts';
import { Where } from '../where.ts';

/** A change as it was asked for. */
export interface AuditedAction {
  /** `system` for what the product does by itself. */
  readonly actor: { readonly keyId: string; readonly role: ApiRole | 'system' };
  /** `create`, `update`, `delete`, or the last part of the path: `refund`, `payments`, `hangup` … */
  readonly action: string;
  /** The collection: `buyers`, `calls` … */
  readonly resource: string;
  /** Null for what is made, until it is. */
  readonly resourceId: string | null;
}

/** One change. Secrets are masked. */
export interface AuditEntry extends AuditedAction {
  readonly id: string;
  readonly at: IsoInstant;
  /** How it stood; null where there was nothing, or nothing of it was changed. */
  readonly before: unknown;
  /** How it stood then; what came of the action where the thing itself was not changed; null where it is gone. */
  readonly after: unknown;
}

export interface AuditQuery {
  /** 1…500. */
  readonly limit: number;
  readonly cursor?: string;
  readonly filters: {
    readonly keyId?: string;
    readonly role?: string;
    readonly action?: string;
    readonly resource?: string;
    readonly resourceId?: string;
    /** At or after. */
    readonly from?: EpochMs;
    /** Before. */
    readonly to?: EpochMs;
  };
}

export interface AuditLog {
  /** Does the work and writes its entry; for the inside of a transaction. */
  watch<Result>(action: AuditedAction, work: () => Result): Result;
  /** Writes the entry of one change among several; for the inside of a transaction. */
  note(action: AuditedAction, before: unknown, after: unknown): void;
  /** Writes the entry of what changed nothing in the store. */
  record(action: AuditedAction, after: unknown): Promise<void>;
  /** Newest first. Rejects with AppError `invalid` for a bad limit or a foreign cursor. */
  list(query: AuditQuery): Promise<Page<AuditEntry>>;
}

interface Row {
  readonly seq: number;
  readonly id: string;
  readonly at: EpochMs;
  readonly key_id: string;
  readonly role: ApiRole | 'system';
  readonly action: string;
  readonly resource: string;
  readonly resource_id: string | null;
  readonly before: string | null;
  readonly after: string | null;
}

const CONDITIONS = {
  keyId: 'key_id = ?',
  role: 'role = ?',
  action: 'action = ?',
  resource: 'resource = ?',
  resourceId: 'resource_id = ?',
  from: 'at >= ?',
  to: 'at < ?',
} as const;

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
      const id = resourceId ?? idOf(result);
      const after = lookAt(resource, id);
      if (isDeepStrictEqual(before, after)) write({ ...action, resourceId: id }, null, result ?? null);
      else write({ ...action, resourceId: id }, before, after);
      return result;
    },

    note: write,

    record(action, after) {
      return queue.write('power', () => {
        write(action, null, after);
      });
    },

    async list({ limit, cursor, filters }) {
      checkLimit(limit);
      const list = ['audit-log', filters];
      const [newest] = cursor === undefined ? [Number.MAX_SAFE_INTEGER] : decodeCursor(list, cursor, ['number']);
      const where = new Where().and('seq < ?', newest ?? Number.MAX_SAFE_INTEGER).andFilters(CONDITIONS, filters);
      const rows = sqlite
        .prepare<(string | number)[], Row>(`SELECT * FROM audit_log ${where.clause} ORDER BY seq DESC LIMIT ?`)
        .all(...where.values, limit + 1);
      const last = rows[limit - 1];
      return {
        data: rows.slice(0, limit).map(toEntry),
        nextCursor: rows.length > limit && last !== undefined ? encodeCursor(list, [last.seq]) : null,
      };
    },
  };
}

function toText(state: unknown): string | null {
  return state === null ? null : JSON.stringify(maskSecrets(state));
}

function toEntry({ id, at, key_id: keyId, role, action, resource, resource_id, before, after }: Row): AuditEntry {
  return {
    id,
    at: toIso(at),
    actor: { keyId, role },
    action,
    resource,
    resourceId: resource_id,
    before: before === null ? null : JSON.parse(before),
    after: after === null ? null : JSON.parse(after),
  };
}

/** The id of what was made. */
function idOf(result: unknown): string | null {
  if (typeof result !== 'object' || result === null || !('id' in result)) return null;
  return typeof result.id === 'string' ? result.id : null;
}
