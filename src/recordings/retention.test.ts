import { expect, test, vi } from 'vitest';

import { ManualClock } from '../../test/support/manual-clock.ts';
import { Retention } from './retention.ts';

const HOUR_MS = 3_600_000;

/** Removes what each look is told to find; a text is a fault. */
function setUp(finds: (number | string)[], draw = 0.5) {
  const clock = new ManualClock();
  const looks: number[] = [];
  const removed: number[] = [];
  const faults: unknown[] = [];
  const retention = new Retention({
    clock,
    draw: () => draw,
    removeExpired() {
      looks.push(clock.now().mono);
      const found = finds.shift() ?? 0;
      return typeof found === 'number' ? Promise.resolve(found) : Promise.reject(new Error(found));
    },
    onRemoved: (count) => removed.push(count),
    onFault: (error) => faults.push(error),
  });
  retention.start();
  /** Lets time pass, and the look that is due then take place. */
  const advance = async (ms: number): Promise<void> => {
    clock.advance(ms);
    await vi.waitFor(() => expect(clock.running).toBe(1));
  };
  return { clock, retention, looks, removed, faults, advance };
}

test('it looks at a drawn moment of the first hour, and about every hour then', async () => {
  const { advance, looks } = setUp([], 0.25);
  await advance(HOUR_MS / 4 - 1);
  expect(looks).toEqual([]);
  await advance(1);
  await advance(HOUR_MS);
  expect(looks).toEqual([0.25 * HOUR_MS, 1.2 * HOUR_MS]);
});

test('where something was deleted it goes on soon, until there is nothing left', async () => {
  const { advance, looks, removed } = setUp([500, 500, 7, 0]);
  await advance(HOUR_MS / 2);
  for (const _ of [1, 2, 3]) await advance(10_000);
  await advance(HOUR_MS - 1);
  expect([looks.length, removed]).toEqual([4, [500, 500, 7]]);
});

test('a look that fails is told, and the next is taken all the same', async () => {
  const { advance, removed, faults } = setUp(['the disk is away', 3]);
  await advance(HOUR_MS / 2);
  expect(faults).toEqual([new Error('the disk is away')]);
  await advance(HOUR_MS);
  expect(removed).toEqual([3]);
});

test('stopped, it looks no more', async () => {
  const { retention, clock, looks } = setUp([]);
  await retention.stop();
  clock.advance(HOUR_MS * 3);
  expect([looks, clock.running]).toEqual([[], 0]);
});

test('stopped in the midst of a look, it ends that one and takes no other', async () => {
  const clock = new ManualClock();
  const { promise, resolve } = Promise.withResolvers<number>();
  const removed: number[] = [];
  const retention = new Retention({
    clock,
    draw: () => 0,
    removeExpired: () => promise,
    onRemoved: (count) => removed.push(count),
    onFault: () => undefined,
  });
  retention.start();
  clock.advance(0);
  const stopped = retention.stop();
  resolve(2);
  await stopped;
  expect([removed, clock.running]).toEqual([[2], 0]);
});
