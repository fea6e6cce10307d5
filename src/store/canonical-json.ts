/**
 * JSON with one spelling per value: object keys in code-unit order, no white space, members that are undefined left
 * out (as RFC 8785 orders and spaces it). What is hashed is this text, so anyone can recompute it from the fields.
 *
 * Written for the settling of calls, where it was a tenth of all the work: it takes a third of the time that a
 * `JSON.stringify` for each text and key does.
 *
 * @throws TypeError on what JSON can't hold faithfully: a number that is not finite, a function, undefined by itself
 */
export function canonicalJson(value: unknown): string {
  switch (typeof value) {
    case 'string':
      return quoted(value);
    case 'boolean':
      return value ? 'true' : 'false';
    case 'number':
      if (!Number.isFinite(value)) throw new TypeError(`${value} has no JSON form`);
      return String(value);
    case 'object':
      if (value === null) return 'null';
      return Array.isArray(value) ? canonicalArray(value) : canonicalObject(value);
    default:
      throw new TypeError(`A ${typeof value} has no JSON form`);
  }
}

function canonicalArray(values: readonly unknown[]): string {
  let members = '';
  for (const value of values) members += members === '' ? canonicalJson(value) : `,${canonicalJson(value)}`;
  return `[${members}]`;
}

function canonicalObject(object: object): string {
  let members = '';
  for (const key of inCodeUnitOrder(Object.keys(object))) {
    const member: unknown = object[key as keyof typeof object];
    if (member === undefined) continue;
    members += `${members === '' ? '' : ','}${quotedKey(key)}${canonicalJson(member)}`;
  }
  return `{${members}}`;
}

/** Printable ASCII without quote and backslash: what JSON holds as it is. */
const PLAIN = /^[\u0020\u0021\u0023-\u005b\u005d-\u007e]*$/;

function quoted(text: string): string {
  return PLAIN.test(text) ? `"${text}"` : JSON.stringify(text);
}

/** Field names come back in every record; the bound is for names that strangers choose. */
const MOST_KEYS = 1_000;
const quotedKeys = new Map<string, string>();

/** A key as it stands before its value: in quotes, with the colon. */
export function quotedKey(key: string): string {
  const known = quotedKeys.get(key);
  if (known !== undefined) return known;
  const text = `${quoted(key)}:`;
  if (quotedKeys.size < MOST_KEYS) quotedKeys.set(key, text);
  return text;
}

/** How many keys are put in order faster by hand than by `sort`, which begins by copying them. */
const FEW = 12;

/** Sorts in place, and returns what it sorted. */
export function inCodeUnitOrder(keys: string[]): string[] {
  if (keys.length > FEW) return keys.sort();
  for (let next = 1; next < keys.length; next++) {
    const key = keys[next] ?? '';
    let place = next;
    for (let before = keys[place - 1]; place > 0 && before !== undefined && before > key; before = keys[place - 1]) {
      keys[place] = before;
      place -= 1;
    }
    keys[place] = key;
  }
  return keys;
}
