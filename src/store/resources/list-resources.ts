import { AppError } from '../../domain/app-error.ts';
import { decodeCursor, encodeCursor } from '../cursor.ts';
import type { Sqlite } from '../database.ts';
import { checkLimit } from '../page-limit.ts';
import type { ListQuery, Page, ResourceKind, Resources, Stored } from '../resource-store.ts';
import { KINDS } from './resource-kinds.ts';
import { ROW_COLUMNS, toStored, type ResourceRow } from './resource-row.ts';

/**
 * Reads one page in order of id.
 *
 * @throws AppError `invalid` for a limit out of 1…500, a filter the kind doesn't have, or a foreign cursor
 */
export function listResources<Kind extends ResourceKind>(
  sqlite: Sqlite,
  kind: Kind,
  query: ListQuery,
): Page<Stored<Resources[Kind]>> {
  checkLimit(query.limit);
  const list = [kind, query.filters];
  const [after] = query.cursor === undefined ? [''] : decodeCursor(list, query.cursor, ['string']);
  const conditions = ['id > ?'];
  const values: (string | number)[] = [after ?? ''];
  for (const [field, value] of Object.entries(query.filters)) {
    conditions.push(`${columnOf(kind, field)} = ?`);
    values.push(typeof value === 'boolean' ? Number(value) : value);
  }
  const rows = sqlite
    .prepare<(string | number)[], ResourceRow<Kind>>(
      `SELECT ${ROW_COLUMNS} FROM ${kind} WHERE ${conditions.join(' AND ')} ORDER BY id LIMIT ?`,
    )
    .all(...values, query.limit + 1);
  const data = rows.slice(0, query.limit).map((row) => toStored(row));
  const last = rows[query.limit - 1];
  return { data, nextCursor: rows.length > query.limit && last !== undefined ? encodeCursor(list, [last.id]) : null };
}

function columnOf(kind: ResourceKind, field: string): string {
  const { filters } = KINDS[kind];
  if (Object.hasOwn(filters, field)) return filters[field] ?? field;
  const message = `is no filter of ${kind}: use one of ${Object.keys(filters).join(', ')}`;
  throw new AppError('invalid', `${field} ${message}`, { problems: [{ path: `/${field}`, message }] });
}
