import { AppError } from '../domain/app-error.ts';
import { canonicalJson } from './canonical-json.ts';

/**
 * A place in a list, as text that says nothing to its reader: the list it belongs to (kind and filters) and the key of
 * the last row shown. The list is stable under inserts because the next page begins after a key and not at a count.
 */
export type CursorKey = readonly (string | number)[];

/** @param list what makes the list this one: its kind and its filters */
export function encodeCursor(list: unknown, after: CursorKey): string {
  return Buffer.from(JSON.stringify([canonicalJson(list), after])).toString('base64url');
}

/**
 * Reads a cursor back.
 *
 * @throws AppError `invalid` where it was not made by this very list
 */
export function decodeCursor(list: unknown, cursor: string, keyTypes: readonly ('string' | 'number')[]): CursorKey {
  const parsed = parse(cursor);
  if (Array.isArray(parsed) && parsed.length === 2 && parsed[0] === canonicalJson(list)) {
    const after: unknown = parsed[1];
    if (Array.isArray(after) && after.length === keyTypes.length && after.every((v, i) => typeof v === keyTypes[i])) {
      return after as CursorKey;
    }
  }
  const message = 'is not a cursor of this list: repeat the query that gave it with the same filters, or leave it out';
  throw new AppError('invalid', `The cursor ${message}`, { problems: [{ path: '/cursor', message }] });
}

function parse(cursor: string): unknown {
  try {
    return JSON.parse(Buffer.from(cursor, 'base64url').toString());
  } catch {
    return undefined;
  }
}
