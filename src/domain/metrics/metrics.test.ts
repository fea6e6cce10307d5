import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { MonoMs } from '../time.ts';
import { acdS } from './acd.ts';
import { asr } from './asr.ts';
import { pddMs } from './pdd.ts';
import { percentile, percentilesOfCounts } from './percentile.ts';

const at = (ms: number): MonoMs => ms as MonoMs;

describe('ratios', () => {
  it('ASR is attempts answered over attempts made', () => {
    expect(asr(3, 4)).toBe(0.75);
  });

  it('ACD is talk time over answered calls, in seconds, ringing not counted', () => {
    expect(acdS(90_500, 2)).toBe(45.25);
  });

  it('are null over nothing and zero over failures', () => {
    expect([asr(0, 0), acdS(0, 0), asr(0, 5)]).toEqual([null, null, 0]);
  });
});

describe('pddMs', () => {
  it('ends at the first 18x, whatever follows', () => {
    expect(pddMs({ invitedAt: at(100), ringingAt: at(1350.7), finalAt: at(9000) })).toBe(1250);
  });

  it('ends at the final response where nothing rang', () => {
    expect(pddMs({ invitedAt: at(100), ringingAt: null, finalAt: at(400) })).toBe(300);
  });

  it('is null while the destination is silent', () => {
    expect(pddMs({ invitedAt: at(100), ringingAt: null, finalAt: null })).toBeNull();
  });
});

describe('percentile', () => {
  it('is the nearest rank, a value that was measured', () => {
    const sorted = [15, 20, 35, 40, 50];
    expect([5, 30, 40, 50, 100].map((p) => percentile(sorted, p))).toEqual([15, 20, 20, 35, 50]);
  });

  it('is null over nothing', () => {
    expect(percentile([], 50)).toBeNull();
  });

  it.each([0, -5, 101, Number.NaN])('refuses %d', (percent) => {
    expect(() => percentile([1], percent)).toThrow(/more than 0, at most 100/);
  });

  it('is the smallest value that at least that share does not exceed', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(1000), { minLength: 1 }), fc.integer({ min: 1, max: 100 }), (values, percent) => {
        const enough = (limit: number) => values.filter((v) => v <= limit).length * 100 >= percent * values.length;
        const model = Math.min(...values.filter(enough));
        expect(
          percentile(
            values.toSorted((a, b) => a - b),
            percent,
          ),
        ).toBe(model);
      }),
    );
  });
});

describe('percentilesOfCounts', () => {
  it('are the percentiles of the values, each as often as it was counted', () => {
    const few = fc.array(fc.nat(20));
    const percents = fc.array(fc.integer({ min: 1, max: 100 }), { maxLength: 3 });
    fc.assert(
      fc.property(few, percents, (values, asked) => {
        const counts = new Map<number, number>();
        for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
        const sorted = values.toSorted((a, b) => a - b);
        expect(percentilesOfCounts(counts, asked)).toEqual(asked.map((percent) => percentile(sorted, percent)));
      }),
    );
  });

  it('are null over nothing, and refuse what is no percentile', () => {
    expect(percentilesOfCounts(new Map(), [50, 95])).toEqual([null, null]);
    expect(() => percentilesOfCounts(new Map([[1, 1]]), [0])).toThrow(/more than 0, at most 100/);
  });
});
