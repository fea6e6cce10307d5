import { describe, expect, it } from 'vitest';
import * as fc from 'fast-check';
import { srvOrder } from './srv-order.ts';

const record = (name: string, priority: number, weight: number) => ({ name, port: 5060, priority, weight });

describe('the order of SRV records', () => {
  it('is by priority first, whatever the weights', () => {
    const records = [record('backup', 20, 100), record('main', 10, 0)];
    expect(srvOrder(records, () => 0.99).map(({ name }) => name)).toEqual(['main', 'backup']);
  });

  it('within a priority is drawn in proportion to weight', () => {
    const records = [record('small', 10, 25), record('large', 10, 75)];
    const first = (random: number): string | undefined => srvOrder(records, () => random)[0]?.name;
    expect(first(0.2)).toBe('small');
    expect(first(0.3)).toBe('large');
  });

  it('loses and doubles nothing', () => {
    const anyRecord = fc.record({
      name: fc.string({ minLength: 1 }),
      port: fc.integer({ min: 1, max: 65_535 }),
      priority: fc.integer({ min: 0, max: 3 }),
      weight: fc.integer({ min: 0, max: 100 }),
    });
    const draws = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });
    fc.assert(
      fc.property(fc.array(anyRecord, { maxLength: 8 }), draws, (records, random) => {
        const ordered = srvOrder(records, () => random);
        expect(ordered).toHaveLength(records.length);
        expect(new Set(ordered)).toEqual(new Set(records));
        const priorities = ordered.map(({ priority }) => priority);
        expect(priorities).toEqual(priorities.toSorted((a, b) => a - b));
      }),
    );
  });
});
