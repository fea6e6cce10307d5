import { canonicalJson } from './canonical-json.ts';

/**
 * The canonical JSON of two values that are mostly the same objects, each of which is spelled once: two records that
 * differ in a few fields cost little more than one.
 *
 * @throws TypeError as `canonicalJson` does
 */
export function canonicalPair(one: unknown, other: unknown): readonly [string, string] {
  if (one === other) {
    const text = canonicalJson(one);
    return [text, text];
  }
  if (Array.isArray(one) && Array.isArray(other) && one.length === other.length) return pairOfLists(one, other);
  if (isPlain(one) && isPlain(other) && haveSameKeys(one, other)) return pairOfObjects(one, other);
  return [canonicalJson(one), canonicalJson(other)];
}

type Members = Readonly<Record<string, unknown>>;

function pairOfObjects(one: Members, other: Members): [string, string] {
  const ones: string[] = [];
  const others: string[] = [];
  for (const key of Object.keys(one).sort()) {
    const name = `${JSON.stringify(key)}:`;
    const [text, otherText] = canonicalPair(one[key], other[key]);
    ones.push(name + text);
    others.push(name + otherText);
  }
  return [`{${ones.join(',')}}`, `{${others.join(',')}}`];
}

function pairOfLists(one: readonly unknown[], other: readonly unknown[]): [string, string] {
  const pairs = one.map((item, index) => canonicalPair(item, other[index]));
  return [`[${pairs.map(([text]) => text).join(',')}]`, `[${pairs.map(([, text]) => text).join(',')}]`];
}

function isPlain(value: unknown): value is Members {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Members that are undefined are left out of JSON: where there are such, nothing is gained by going on together. */
function haveSameKeys(one: Members, other: Members): boolean {
  const keys = Object.keys(one);
  return (
    keys.length === Object.keys(other).length && keys.every((key) => one[key] !== undefined && other[key] !== undefined)
  );
}
