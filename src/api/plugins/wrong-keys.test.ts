import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { WrongKeys } from './wrong-keys.ts';

describe('Wrong keys', () => {
  it('make an address wait until the oldest of the limit is a minute old', () => {
    const wrongKeys = new WrongKeys(3);
    for (const at of [0, 1_000, 2_000]) {
      expect(wrongKeys.waitMs('192.0.2.1', at)).toBe(0);
      wrongKeys.record('192.0.2.1', at);
    }
    expect(wrongKeys.waitMs('192.0.2.1', 2_000)).toBe(58_000);
    expect(wrongKeys.waitMs('192.0.2.1', 59_999)).toBe(1);
    expect(wrongKeys.waitMs('192.0.2.1', 60_000)).toBe(0);
  });

  it('are counted for each address by itself', () => {
    const wrongKeys = new WrongKeys(1);
    wrongKeys.record('192.0.2.1', 0);
    expect(wrongKeys.waitMs('192.0.2.1', 0)).toBeGreaterThan(0);
    expect(wrongKeys.waitMs('192.0.2.2', 0)).toBe(0);
  });

  it.each([
    ['2001:db8:1:2::1', '2001:db8:1:2:ffff::9', true],
    ['2001:db8:1:2::1', '2001:db8:1:3::1', false],
    ['::1', '::2', true],
    ['fe80::1%eth0', 'fe80::2%eth0', true],
    ['::ffff:192.0.2.1', '192.0.2.1', true],
    ['::ffff:192.0.2.1', '::ffff:192.0.2.2', false],
  ])('count %s and %s as one address: %j', (one, other, same) => {
    const wrongKeys = new WrongKeys(1);
    wrongKeys.record(one, 0);
    expect(wrongKeys.waitMs(other, 0) > 0).toBe(same);
  });

  it('let no minute of any address have more looked at than the limit', () => {
    const pauses = fc.array(fc.integer({ min: 0, max: 20_000 }), { maxLength: 60 });
    fc.assert(
      fc.property(pauses, fc.integer({ min: 1, max: 5 }), (waits, limit) => {
        const wrongKeys = new WrongKeys(limit);
        const lookedAt: number[] = [];
        let now = 0;
        for (const wait of waits) {
          now += wait;
          if (wrongKeys.waitMs('192.0.2.1', now) > 0) continue;
          wrongKeys.record('192.0.2.1', now);
          lookedAt.push(now);
        }
        for (const from of lookedAt) {
          expect(lookedAt.filter((at) => at >= from && at < from + 60_000).length).toBeLessThanOrEqual(limit);
        }
      }),
    );
  });

  it('of more addresses than are remembered push out those with the oldest', () => {
    const wrongKeys = new WrongKeys(1);
    for (let i = 0; i <= 10_000; i += 1) wrongKeys.record(`10.${i >> 16}.${(i >> 8) & 255}.${i & 255}`, 0);
    expect(wrongKeys.waitMs('10.0.0.0', 0)).toBe(0);
    expect(wrongKeys.waitMs('10.0.0.1', 0)).toBeGreaterThan(0);
  });
});
