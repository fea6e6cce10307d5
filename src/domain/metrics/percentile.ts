/**
 * Nearest-rank percentile: the smallest value that at least `percent` of the values do not exceed, always one that was
 * measured. Null over nothing.
 *
 * @param sorted ascending
 * @param percent more than 0, at most 100; a RangeError otherwise
 */
export function percentile(sorted: readonly number[], percent: number): number | null {
  if (!(percent > 0 && percent <= 100)) throw new RangeError(`${percent} is no percentile: more than 0, at most 100`);
  return sorted[Math.ceil((percent * sorted.length) / 100) - 1] ?? null;
}
