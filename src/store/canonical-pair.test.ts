import * as fc from 'fast-check';
import { expect, test } from 'vitest';

import { canonicalJson } from './canonical-json.ts';
import { canonicalPair } from './canonical-pair.ts';

test('each of a pair is spelled as it is alone, whatever they have in common', () => {
  fc.assert(
    fc.property(fc.jsonValue(), fc.jsonValue(), fc.jsonValue(), (shared, one, other) => {
      const [left, right] = [
        { a: { shared, own: one, gone: undefined }, b: [shared, one], c: { shared, own: one } },
        { a: { shared, own: other }, b: [shared, other], c: { own: other, shared } },
      ];
      expect(canonicalPair(left, right)).toEqual([canonicalJson(left), canonicalJson(right)]);
      expect(canonicalPair(one, other)).toEqual([canonicalJson(one), canonicalJson(other)]);
    }),
  );
});

test('what has no JSON form is refused', () => {
  expect(() => canonicalPair({ a: 1, b: Number.NaN }, { a: 2, b: 1 })).toThrow('NaN has no JSON form');
});
