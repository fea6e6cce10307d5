/** Where two values of JSON differ first, in the order of their canonical text, and what stands there in each. */
export interface Difference {
  /** JSON Pointer (RFC 6901); empty for the whole. */
  readonly path: string;
  /** Undefined where there is nothing at that place. */
  readonly was: unknown;
  readonly now: unknown;
}

/** Undefined where the two are the same JSON. */
export function firstDifference(was: unknown, now: unknown, path = ''): Difference | undefined {
  if (!isContainer(was) || !isContainer(now) || Array.isArray(was) !== Array.isArray(now)) {
    return was === now ? undefined : { path, was, now };
  }
  for (const name of namesOf(was, now)) {
    const part = `${path}/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`;
    const difference = firstDifference(was[name], now[name], part);
    if (difference !== undefined) return difference;
  }
  return undefined;
}

/** Of lists by place, of objects by name. */
function namesOf(was: Container, now: Container): string[] {
  const names = Array.from(new Set([...Object.keys(was), ...Object.keys(now)]));
  return Array.isArray(was) ? names : names.sort();
}

type Container = Readonly<Record<string, unknown>>;

function isContainer(value: unknown): value is Container {
  return typeof value === 'object' && value !== null;
}
