import type { Clock } from '../../src/calls/ports/clock.ts';
import { systemClock } from '../../src/calls/system-clock.ts';

/** The real clock, but that the long timers a test picks by their delay fire after `insteadMs`. */
export function hurriedClock(isHurried: (delayMs: number) => boolean, insteadMs: number): Clock {
  return {
    now: () => systemClock.now(),
    startTimer: (delayMs, fire) => systemClock.startTimer(isHurried(delayMs) ? insteadMs : delayMs, fire),
  };
}

/** The real clock, but that starting a timer of this delay throws, the first `times`: a defect in the midst of a call. */
export function faultyClock(delayMs: number, times: number): Clock {
  let left = times;
  return {
    now: () => systemClock.now(),
    startTimer(ms, fire) {
      if (ms === delayMs && left > 0) {
        left -= 1;
        throw new Error(`a timer of ${ms} ms could not be started`);
      }
      return systemClock.startTimer(ms, fire);
    },
  };
}
