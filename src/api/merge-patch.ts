import { AppError } from '../domain/app-error.ts';
import { cutPath } from './cut-text.ts';

/** No document here is nested deeper; a patch that is would only be built to exhaust the stack. */
const MAX_DEPTH = 16;

/**
 * Applies a JSON merge patch (RFC 7396): objects merge, null removes, anything else replaces, arrays whole. Neither
 * argument is changed, and `__proto__` is a name like any other.
 *
 * @throws AppError `invalid` where the patch is nested deeper than any document
 */
export function mergePatch(target: unknown, patch: unknown): unknown {
  return merge(target, patch, '');
}

function merge(target: unknown, patch: unknown, path: string): unknown {
  if (!isPlainObject(patch)) return patch;
  if (path.split('/').length > MAX_DEPTH) {
    const message = 'This is nested deeper than any field: send only the fields to change.';
    throw new AppError('invalid', message, { problems: [{ path: cutPath(path), message }] });
  }
  const merged = new Map<string, unknown>(isPlainObject(target) ? Object.entries(target) : []);
  for (const [name, value] of Object.entries(patch)) {
    if (value === null) merged.delete(name);
    else merged.set(name, merge(merged.get(name), value, `${path}/${escapePointer(name)}`));
  }
  return Object.fromEntries(merged);
}

function isPlainObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** One name as a part of a JSON Pointer (RFC 6901 section 3). */
export function escapePointer(name: string): string {
  return name.replaceAll('~', '~0').replaceAll('/', '~1');
}
