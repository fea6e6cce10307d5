import { describe, expect, test } from 'vitest';
import { seededRandom } from './seeded-random.ts';

const first = (seed: number, count: number) => Array.from({ length: count }, seededRandom(seed));

describe('seeded random numbers', () => {
  test('are these for ever: stored decisions are replayed from them', () => {
    expect(first(0, 3)).toEqual([0.39212514348770067, 0.6844204701383814, 0.7671982790874304]);
    expect(first(1, 3)).toEqual([0.36787553937444917, 0.8205357767732209, 0.14991333731664602]);
    expect(first(0xffffffff, 3)).toEqual([0.9197099581334371, 0.3032632369038082, 0.782629723508354]);
  });

  test('go by the low 32 bits of the seed', () => {
    expect(first(-1, 3)).toEqual(first(0xffffffff, 3));
    expect(first(2 ** 32 + 7, 3)).toEqual(first(7, 3));
  });

  test('fill [0, 1) evenly, along one stream and across the first numbers of neighbouring seeds', () => {
    const stream = first(42, 64_000);
    const heads = Array.from({ length: 64_000 }, (_, seed) => seededRandom(seed)());
    for (const numbers of [stream, heads]) {
      const counts = Array.from({ length: 64 }, () => 0);
      for (const number of numbers) counts[Math.floor(number * 64)] = (counts[Math.floor(number * 64)] ?? 0) + 1;
      const chiSquare = counts.reduce((sum, count) => sum + (count - 1_000) ** 2 / 1_000, 0);
      // 63 degrees of freedom: 99.9 % of fair streams stay below 103.4.
      expect(chiSquare).toBeLessThan(103.4);
      expect(numbers.every((number) => number >= 0 && number < 1)).toBe(true);
    }
  });
});
