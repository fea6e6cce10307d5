/**
 * Limits on a route, destination, buyer or publisher. Counts are of billable calls; windows begin at the buyer's local
 * hour, midnight or first of the month. `strict` (the default) counts calls in progress too, so a cap is never passed;
 * `soft` counts only settled calls.
 */
export interface Caps {
  readonly concurrent?: number;
  readonly hourly?: number;
  readonly daily?: number;
  readonly monthly?: number;
  readonly total?: number;
  readonly spendDailyMicros?: number;
  readonly mode?: 'strict' | 'soft';
}

/** The caps that count calls in a window, in the order a decision looks at them. */
export const COUNTED_WINDOWS = ['hourly', 'daily', 'monthly', 'total'] as const;
export type CountedWindow = (typeof COUNTED_WINDOWS)[number];
