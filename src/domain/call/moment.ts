import type { EpochMs, MonoMs } from '../time.ts';

/** One instant on both clocks: `wall` to show and to find windows by, `mono` to measure durations that decide money. */
export interface Moment {
  readonly wall: EpochMs;
  readonly mono: MonoMs;
}

/** The instant so many milliseconds before another. */
export function before(moment: Moment, ms: number): Moment {
  return { wall: (moment.wall - ms) as EpochMs, mono: (moment.mono - ms) as MonoMs };
}

/** The latest of some instants, by the monotonic clock. */
export function latest(first: Moment, ...others: readonly (Moment | null)[]): Moment {
  return others.reduce<Moment>((last, next) => (next && next.mono > last.mono ? next : last), first);
}
