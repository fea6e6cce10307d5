import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bombard } from './bombard.ts';
import { RFC_4475 } from './corpus.ts';
import { Dice, mutate, MUTATIONS } from './mutations.ts';
import { ProvingGround } from './proving-ground.ts';

const SEED = 4475;

/** A few seconds' worth, with good calls among them; `npm run torture` sends as many as it is asked for. */
const COUNT = 15_000;

/** The longest that a probe, through engine and application, may ever take: far longer than on a busy machine. */
const LONGEST_PROBE_MS = 3_000;

/** Far above what the product needs, far below what it would need if every message left something behind. */
const HEAP_LIMIT_BYTES = 400_000_000;

describe('a damaged message', () => {
  const others = [...RFC_4475.values()];

  it('is the same with the same seed, and another with another', () => {
    const run = (seed: number): Buffer[] => {
      const dice = new Dice(seed);
      return Array.from({ length: 200 }, () => mutate(dice.pick(others), dice, others));
    };
    expect(run(1)).toEqual(run(1));
    expect(run(1)).not.toEqual(run(2));
  });

  it.each(Object.entries(MUTATIONS))('by %s differs from what it was', (_name, mutation) => {
    const dice = new Dice(SEED);
    const changed = others.filter((message) => !mutation(message, dice, others).equals(message));
    expect(changed.length).toBeGreaterThan(others.length / 2);
  });
});

describe('damaged messages on the SIP port', () => {
  let ground: ProvingGround;
  beforeAll(async () => {
    ground = await ProvingGround.start();
  });
  afterAll(() => ground.stop());

  it('harm nothing: the process lives, calls are made and settled, and nothing is left of it all', async () => {
    await bombard(ground, { count: COUNT, seed: SEED });
    const { heapBytes, engineHeapBytes } = await ground.vitals();
    await ground.expectBooksInOrder();
    expect(ground.goodCalls).toBeGreaterThan(10);
    expect(Math.max(...ground.probeMs)).toBeLessThan(LONGEST_PROBE_MS);
    expect(Math.max(heapBytes, engineHeapBytes)).toBeLessThan(HEAP_LIMIT_BYTES);
  }, 300_000);
});
