/** Something to repeat; what it returns is kept, so that the compiler can't leave the work out. */
export type Work = () => unknown;

const WARM_UP_MS = 150;
const ROUNDS = 15;
const ROUND_MS = 40;

/**
 * How often a second each piece of work can be done, by name. All take turns in short rounds and the median counts, so
 * that what else the machine does weighs on each alike and ratios between them hold.
 */
export function measureRates(works: Readonly<Record<string, Work>>): Readonly<Record<string, number>> {
  const entries = Object.entries(works);
  for (const [, work] of entries) rateOf(work, WARM_UP_MS);
  const rates = new Map<string, number[]>(entries.map(([name]) => [name, []]));
  for (let round = 0; round < ROUNDS; round++) {
    for (const [name, work] of entries) rates.get(name)?.push(rateOf(work, ROUND_MS));
  }
  return Object.fromEntries(Array.from(rates, ([name, measured]) => [name, median(measured)]));
}

let kept: unknown;

function rateOf(work: Work, durationMs: number): number {
  const begin = performance.now();
  let done = 0;
  let elapsedMs = 0;
  let batch = 1;
  while (elapsedMs < durationMs) {
    for (let i = 0; i < batch; i++) kept = work();
    done += batch;
    elapsedMs = performance.now() - begin;
    // Reading the clock costs about as much as a small piece of work: read it a few times per round only.
    if (elapsedMs < durationMs / 10) batch *= 2;
  }
  if (kept === undefined) throw new Error('a benchmark must return what it computed');
  return (done * 1_000) / elapsedMs;
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
}
