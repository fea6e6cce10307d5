import { canonicalJson, inCodeUnitOrder, quotedKey } from './canonical-json.ts';

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
  if (isPlain(one) && isPlain(other)) {
    const keys = Object.keys(one);
    if (haveAll(keys, one, other)) return pairOfObjects(inCodeUnitOrder(keys), one, other);
  }
  return [canonicalJson(one), canonicalJson(other)];
}

type Members = Readonly<Record<string, unknown>>;

function pairOfObjects(keys: readonly string[], one: Members, other: Members): [string, string] {
  let ones = '';
  let others = '';
  for (const key of keys) {
    const name = ones === '' ? quotedKey(key) : `,${quotedKey(key)}`;
    const member = one[key];
    if (member === other[key]) {
      const text = name + canonicalJson(member);
      ones += text;
      others += text;
    } else {
      const [text, otherText] = canonicalPair(member, other[key]);
      ones += name + text;
      others += name + otherText;
    }
  }
  return [`{${ones}}`, `{${others}}`];
}

function pairOfLists(one: readonly unknown[], other: readonly unknown[]): [string, string] {
  const pairs = one.map((item, index) => canonicalPair(item, other[index]));
  return [`[${pairs.map(([text]) => text).join(',')}]`, `[${pairs.map(([, text]) => text).join(',')}]`];
}

function isPlain(value: unknown): value is Members {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Members that are undefined are left out of JSON: where there are such, nothing is gained by going on together. */
function haveAll(keys: readonly string[], one: Members, other: Members): boolean {
  return (
    keys.length === Object.keys(other).length && keys.every((key) => one[key] !== undefined && other[key] !== undefined)
  );
}
