import { CapWindows } from '../../domain/routing/cap-windows.ts';
import { timeZone } from '../../domain/routing/time-zone.ts';
import type { EpochMs } from '../../domain/time.ts';

/** The windows that a call counts in: where each began, in the buyer's zone. */
export interface PlaceWindows {
  readonly hour_start: EpochMs;
  readonly day_start: EpochMs;
  readonly month_start: EpochMs;
}

/**
 * Finds the windows of calls. Every place of a call is held in the windows of the moment the call was received: that is
 * the moment its caps are checked for, so what was checked is what is held.
 */
export function createPlaceWindows(): (timezone: string, receivedAt: EpochMs) => PlaceWindows {
  const zones = new Map<string, CapWindows>();
  return (timezone, receivedAt) => {
    let windows = zones.get(timezone);
    if (windows === undefined) {
      windows = new CapWindows(timeZone(timezone));
      zones.set(timezone, windows);
    }
    return {
      hour_start: windows.at('hourly', receivedAt).start,
      day_start: windows.at('daily', receivedAt).start,
      month_start: windows.at('monthly', receivedAt).start,
    };
  };
}
