import type { Page } from '../store/resource-store.ts';
import { invalid } from './validation/validator.ts';

/**
 * One page of a list that is held in memory, in order of id; the cursor names the list and the last id shown.
 *
 * @throws AppError `invalid` for a cursor of another list
 */
export function pageInMemory<Item extends { readonly id: string }>(
  list: string,
  items: readonly Item[],
  { limit, cursor }: { readonly limit: number; readonly cursor?: string | undefined },
): Page<Item> {
  const after = cursor === undefined ? '' : readCursor(list, cursor);
  const rest = items.filter(({ id }) => id > after).sort((a, b) => (a.id < b.id ? -1 : 1));
  const data = rest.slice(0, limit);
  const last = data.at(-1);
  return { data, nextCursor: last !== undefined && rest.length > limit ? makeCursor(list, last.id) : null };
}

function makeCursor(list: string, id: string): string {
  return Buffer.from(`${list}\n${id}`).toString('base64url');
}

function readCursor(list: string, cursor: string): string {
  const [of, id, ...rest] = Buffer.from(cursor, 'base64url').toString().split('\n');
  if (of === list && id !== undefined && rest.length === 0 && makeCursor(list, id) === cursor) return id;
  const message = 'This is no cursor of this list: leave it out to begin anew.';
  throw invalid([{ path: '/cursor', message }]);
}
