import type { EpochMs, MonoMs } from '../time.ts';

/** One instant on both clocks: `wall` to show and to find windows by, `mono` to measure durations that decide money. */
export interface Moment {
  readonly wall: EpochMs;
  readonly mono: MonoMs;
}
