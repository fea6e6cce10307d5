/** No resource is nested deeper; what is would only be written to exhaust the stack of whoever walks it. */
const MAX_DEPTH = 16;

/** What to say of such a value. */
export const TOO_DEEP = 'This is nested deeper than any field: check its brackets.';

/** Whether objects and lists stand in one another more often than any resource has use for. */
export function isTooDeep(value: unknown, depth = MAX_DEPTH): boolean {
  if (typeof value !== 'object' || value === null) return false;
  return depth === 0 || Object.values(value).some((inner) => isTooDeep(inner, depth - 1));
}
