import { toIso, type EpochMs } from '../../domain/time.ts';
import type { ApiRole } from '../api-keys.ts';
import { decodeCursor, encodeCursor } from '../cursor.ts';
import type { Sqlite } from '../database.ts';
import { checkLimit } from '../page-limit.ts';
import type { Page } from '../resource-store.ts';
import { Where } from '../where.ts';
import type { AuditEntry } from './audit-entry.ts';

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

/** One page of the audit log, newest first. Rejects with AppError `invalid` for a bad limit or a foreign cursor. */
export type ListAuditLog = (query: AuditQuery) => Promise<Page<AuditEntry>>;

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

export function createListAuditLog(sqlite: Sqlite): ListAuditLog {
  return async ({ limit, cursor, filters }) => {
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
  };
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
