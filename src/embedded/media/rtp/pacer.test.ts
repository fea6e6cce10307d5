import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { TurnedClock } from '../../../../test/support/turned-clock.ts';
import { Pacer, type Paced } from './pacer.ts';

interface Step {
  readonly atMs: number;
  readonly dueMs: number;
  readonly afterGap: boolean;
}

function paced(clock: TurnedClock): Paced & { readonly steps: Step[] } {
  const steps: Step[] = [];
  const began = clock.nowMs();
  return {
    steps,
    tick: (dueMs, afterGap) => steps.push({ atMs: clock.nowMs() - began, dueMs: dueMs - began, afterGap }),
  };
}

describe('the pacer', () => {
  it('steps each 20 ms and does not drift, however late its timers are', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 60 }), { minLength: 5, maxLength: 200 }), (latenesses) => {
        const clock = new TurnedClock();
        const pacer = new Pacer(clock);
        const one = paced(clock);
        pacer.add(one);
        for (const ms of latenesses) {
          clock.stall(ms);
          clock.advance(7.3);
        }
        const passed = latenesses.reduce((sum, ms) => sum + ms + 7.3, 0);
        // Timers are rounded up to whole milliseconds.
        expect(one.steps.length).toBeLessThanOrEqual(Math.floor(passed / 20 + 1e-6));
        expect(one.steps.length).toBeGreaterThanOrEqual(Math.floor((passed - 1) / 20));
        expect(one.steps.map(({ dueMs }) => Math.round(dueMs / 20))).toEqual(one.steps.map((_, i) => i + 1));
        expect(one.steps.every(({ atMs, dueMs, afterGap }) => !afterGap && atMs >= dueMs - 1e-6)).toBe(true);
        pacer.remove(one);
      }),
    );
  });

  it('makes up for a stall with a few steps and leaves the rest out, keeping to its grid', () => {
    const clock = new TurnedClock();
    const pacer = new Pacer(clock);
    const one = paced(clock);
    pacer.add(one);
    clock.advance(20);
    clock.stall(1013);
    clock.advance(0);
    clock.advance(7);
    expect(one.steps.map(({ dueMs, afterGap }) => [dueMs, afterGap])).toEqual([
      [20, false],
      [960, true],
      [980, false],
      [1000, false],
      [1020, false],
      [1040, false],
    ]);
  });

  it('has all step together, and runs only while there is one', () => {
    const clock = new TurnedClock();
    const pacer = new Pacer(clock);
    const [one, two] = [paced(clock), paced(clock)];
    pacer.add(one);
    pacer.add(one);
    clock.advance(30);
    pacer.add(two);
    clock.advance(10);
    expect([one.steps.length, two.steps.length]).toEqual([2, 1]);
    pacer.remove(one);
    clock.advance(20);
    expect([one.steps.length, two.steps.length]).toEqual([2, 2]);
    pacer.remove(two);
    pacer.remove(two);
    expect(clock.running).toBe(0);
    pacer.add(two);
    clock.advance(20);
    expect(two.steps.length).toBe(3);
  });

  it('goes on after a step that failed', () => {
    const clock = new TurnedClock();
    const pacer = new Pacer(clock);
    let steps = 0;
    pacer.add({
      tick: () => {
        steps += 1;
        throw new Error('a source broke its word');
      },
    });
    expect(() => clock.advance(20)).toThrow('a source broke its word');
    expect(() => clock.advance(20)).toThrow('a source broke its word');
    expect(steps).toBe(2);
  });

  it('lets one leave during a step', () => {
    const clock = new TurnedClock();
    const pacer = new Pacer(clock);
    const one = { tick: () => pacer.remove(one) };
    pacer.add(one);
    clock.advance(200);
    expect(clock.running).toBe(0);
  });
});
