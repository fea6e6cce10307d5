import * as fc from 'fast-check';
import { expect, test } from 'vitest';

import { firstDifference } from './first-difference.ts';

test.each([
  ['a value', { a: 1, b: 2 }, { a: 1, b: 3 }, { path: '/b', was: 2, now: 3 }],
  ['the first of several, by name', { b: 1, a: 1 }, { a: 2, b: 2 }, { path: '/a', was: 1, now: 2 }],
  [
    'the tenth place of a list after the second',
    Array.from('0123456789a'),
    Array.from('0x23456789b'),
    { path: '/1', was: '1', now: 'x' },
  ],
  ['something missing', { a: [1, 2] }, { a: [1] }, { path: '/a/1', was: 2, now: undefined }],
  ['a list in place of an object', { a: {} }, { a: [] }, { path: '/a', was: {}, now: [] }],
  ['null', { a: null }, { a: {} }, { path: '/a', was: null, now: {} }],
  ['a name that a pointer escapes', { 'a/b~': 1 }, {}, { path: '/a~1b~0', was: 1, now: undefined }],
])('finds %s', (_, was, now, difference) => {
  expect(firstDifference(was, now)).toEqual(difference);
});

test('finds none exactly where two values are the same JSON', () => {
  fc.assert(
    fc.property(fc.jsonValue(), fc.jsonValue(), (one, other) => {
      const copy: unknown = JSON.parse(JSON.stringify(one));
      expect(firstDifference(copy, JSON.parse(JSON.stringify(one)))).toBeUndefined();
      const same = firstDifference(copy, JSON.parse(JSON.stringify(other))) === undefined;
      expect(same).toBe(sorted(one) === sorted(other));
    }),
  );
});

function sorted(value: unknown): string {
  return JSON.stringify(value, (_, part: unknown) =>
    typeof part === 'object' && part !== null && !Array.isArray(part)
      ? Object.fromEntries(Object.entries(part).sort(([a], [b]) => (a < b ? -1 : 1)))
      : part,
  );
}
