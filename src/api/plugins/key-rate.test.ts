import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { KeyRate } from './key-rate.ts';

describe('The rate of a key', () => {
  it('lets all of a minute through at once, then as they come back', () => {
    const rate = new KeyRate(3);
    expect([0, 0, 0, 0].map((at) => rate.takeOne('key_1', at))).toEqual([0, 0, 0, 20_000]);
    expect(rate.takeOne('key_1', 19_000)).toBe(1_000);
    expect([20_000, 20_000].map((at) => rate.takeOne('key_1', at))).toEqual([0, 20_000]);
  });

  it('is of each key by itself, and none where it is 0', () => {
    const rate = new KeyRate(1);
    expect(['key_1', 'key_2', 'key_1'].map((key) => rate.takeOne(key, 0))).toEqual([0, 0, 60_000]);
    const none = new KeyRate(0);
    for (let n = 0; n < 100; n += 1) expect(none.takeOne('key_1', 0)).toBe(0);
  });

  it('never lets more through than a burst and what came back, and whoever waits as told is let through', () => {
    fc.assert(
      fc.property(
        fc.array(fc.nat({ max: 5_000 }), { maxLength: 200 }),
        fc.integer({ min: 1, max: 60 }),
        (waits, limit) => {
          const rate = new KeyRate(limit);
          let [now, taken] = [0, 0];
          for (const wait of waits) {
            now += wait;
            const waitMs = rate.takeOne('key_1', now);
            const again = waitMs > 0 ? rate.takeOne('key_1', (now += Math.ceil(waitMs))) : 0;
            expect(again).toBe(0);
            taken += 1;
          }
          expect(taken).toBeLessThanOrEqual(limit + (now * limit) / 60_000 + 1e-6);
        },
      ),
    );
  });
});
