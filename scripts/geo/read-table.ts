import { readFileSync } from 'node:fs';

/** Rows of a table in `src/geo/tables/`: words between spaces, `#` begins a comment. `-` stands for null. */
export function readTable(name: string): (string | null)[][] {
  const path = new URL(`../../src/geo/tables/${name}`, import.meta.url);
  return readFileSync(path, 'utf8')
    .split('\n')
    .map((line) => line.replace(/#.*/, '').trim())
    .filter((line) => line !== '')
    .map((line) => line.split(/\s+/).map((word) => (word === '-' ? null : word)));
}

/** The value whose key is the longest beginning of the text. */
export function longestPrefix<Value>(table: ReadonlyMap<string, Value>, text: string): Value | undefined {
  return table.get(longestKey(table, text));
}

/** The key that is the longest beginning of the text; empty where none is. */
export function longestKey(table: ReadonlyMap<string, unknown>, text: string): string {
  for (let length = text.length; length > 0; length--) {
    const key = text.slice(0, length);
    if (table.has(key)) return key;
  }
  return '';
}

/** The one value all members have in common; null when they differ or there are none. */
export function soleValue(values: Iterable<string>): string | null {
  const distinct = new Set(values);
  return distinct.size === 1 ? ([...distinct][0] ?? null) : null;
}
