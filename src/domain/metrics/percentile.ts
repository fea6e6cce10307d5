/**
 * Nearest-rank percentile: the smallest value that at least `percent` of the values do not exceed, always one that was
 * measured. Null over nothing.
 *
 * @param sorted ascending
 * @param percent more than 0, at most 100; a RangeError otherwise
 */
export function percentile(sorted: readonly number[], percent: number): number | null {
  return sorted[rankOf(percent, sorted.length) - 1] ?? null;
}

/**
 * Percentiles as `percentile` gives them, of values that were counted instead of kept one by one.
 *
 * @param counts how often each value was measured, in any order
 * @param percents as for `percentile`
 */
export function percentilesOfCounts(
  counts: ReadonlyMap<number, number>,
  percents: readonly number[],
): (number | null)[] {
  const sorted = [...counts].sort(([a], [b]) => a - b);
  const measured = sorted.reduce((sum, [, count]) => sum + count, 0);
  return percents.map((percent) => {
    let left = rankOf(percent, measured);
    return sorted.find(([, count]) => (left -= count) <= 0)?.[0] ?? null;
  });
}

/** The place, from 1, of a percentile among so many sorted values. */
function rankOf(percent: number, values: number): number {
  if (!(percent > 0 && percent <= 100)) throw new RangeError(`${percent} is no percentile: more than 0, at most 100`);
  return Math.ceil((percent * values) / 100);
}
