import * as fc from 'fast-check';
import { expect, test } from 'vitest';

import { canonicalJson } from './canonical-json.ts';

/** The same, as one writes it who is in no hurry. */
function plainly(value: unknown): string {
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map(plainly).join(',')}]`;
  const members = Object.entries(value).filter(([, member]) => member !== undefined);
  const ordered = members.toSorted(([a], [b]) => (a < b ? -1 : 1));
  return `{${ordered.map(([key, member]) => `${JSON.stringify(key)}:${plainly(member)}`).join(',')}}`;
}

test('is what sorting keys and spelling each value by itself comes to, whatever the value', () => {
  const string = fc.string({ unit: 'binary' });
  const number = fc.double({ noNaN: true, noDefaultInfinity: true });
  const values = [string, number, fc.boolean(), fc.constant(null)];
  const value = fc.anything({ key: string, values, maxDepth: 3, maxKeys: 16 });
  fc.assert(
    fc.property(value, (any) => {
      const text = canonicalJson(any);
      expect(text).toBe(plainly(any));
    }),
    { numRuns: 200 },
  );
});

test('orders keys by code unit, however many there are, and leaves out what is undefined', () => {
  expect(canonicalJson({ b: 1, a: undefined, Ä: 2, 10: 3, 9: 4, B: 5 })).toBe('{"10":3,"9":4,"B":5,"b":1,"Ä":2}');
  const many = Object.fromEntries(Array.from({ length: 40 }, (_, n) => [`k${(n * 7) % 40}`, n]));
  expect(Object.keys(JSON.parse(canonicalJson(many)) as object)).toEqual(Object.keys(many).toSorted());
});

test('escapes what JSON escapes', () => {
  const text = 'quote " backslash \\ line\n nul\u0000 lone \ud800 é 😀';
  expect(canonicalJson(text)).toBe(JSON.stringify(text));
});

test.each([Number.NaN, Number.POSITIVE_INFINITY, undefined, [undefined], () => 1, 1n])('refuses %s', (value) => {
  expect(() => canonicalJson(value)).toThrow(TypeError);
});
