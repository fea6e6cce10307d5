import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { seededRandom } from './seeded-random.ts';
import { weightedShuffle } from './weighted-shuffle.ts';

/** Draws one after the other from a list, as the rule reads. */
function naiveShuffle(weights: readonly number[], draw: () => number): number[] {
  const left = Array.from(weights.keys());
  const order: number[] = [];
  while (left.length > 0) {
    const total = left.reduce((sum, item) => sum + (weights[item] ?? 0), 0);
    let point = left.length > 1 ? Math.floor(draw() * total) : 0;
    const found = left.findIndex((item) => (point -= weights[item] ?? 0) < 0);
    order.push(...left.splice(found, 1));
  }
  return order;
}

const shuffle = (weights: readonly number[], seed: number) =>
  weightedShuffle(Array.from(weights.keys()), weights, seededRandom(seed));

describe('a weighted shuffle', () => {
  test('draws what drawing one after the other draws', () => {
    const weights = fc.array(fc.oneof(fc.integer({ min: 1, max: 5 }), fc.integer({ min: 1, max: 1_000_000 })), {
      maxLength: 70,
    });
    fc.assert(
      fc.property(weights, fc.integer(), (given, seed) => {
        expect(shuffle(given, seed)).toEqual(naiveShuffle(given, seededRandom(seed)));
      }),
      { numRuns: 500 },
    );
  });

  test('gives each order the chance that its weights give it', () => {
    const weights = [50, 30, 15, 5];
    const runs = 24_000;
    const counts = new Map<string, number>();
    for (let seed = 0; seed < runs; seed++) {
      const order = shuffle(weights, seed).join('');
      counts.set(order, (counts.get(order) ?? 0) + 1);
    }
    let chiSquare = 0;
    for (const [order, chance] of chancesOf(weights)) {
      const expected = runs * chance;
      chiSquare += ((counts.get(order) ?? 0) - expected) ** 2 / expected;
    }
    // 23 degrees of freedom: 99.9 % of fair draws stay below 49.7.
    expect(chiSquare).toBeLessThan(49.7);
  });

  test('reaches the ends: a draw of almost 1 takes the last, one of 0 the first', () => {
    expect(weightedShuffle(['a', 'b', 'c'], [1, 1, 1], () => 1 - 2 ** -53)).toEqual(['c', 'b', 'a']);
    expect(weightedShuffle(['a', 'b', 'c'], [1, 1, 1], () => 0)).toEqual(['a', 'b', 'c']);
  });

  test('of none or one draws nothing', () => {
    const draw = () => expect.unreachable('nothing to draw');
    expect(weightedShuffle([], [], draw)).toEqual([]);
    expect(weightedShuffle(['a'], [7], draw)).toEqual(['a']);
  });
});

/** Every order of four, with the product of its draws' chances. */
function chancesOf(weights: readonly number[]): Map<string, number> {
  const chances = new Map<string, number>();
  const extend = (order: readonly number[], chance: number) => {
    const left = Array.from(weights.keys()).filter((item) => !order.includes(item));
    const total = left.reduce((sum, item) => sum + (weights[item] ?? 0), 0);
    if (left.length === 0) chances.set(order.join(''), chance);
    for (const item of left) extend([...order, item], (chance * (weights[item] ?? 0)) / total);
  };
  extend([], 1);
  return chances;
}
