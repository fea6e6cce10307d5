import { performance } from 'node:perf_hooks';
import type { EpochMs, MonoMs } from '../domain/time.ts';
import type { Clock } from './ports/clock.ts';

/** The real clocks. */
export const systemClock: Clock = {
  now: () => ({ wall: Date.now() as EpochMs, mono: performance.now() as MonoMs }),
  startTimer: (delayMs, fire) => {
    const timer = setTimeout(fire, delayMs);
    timer.unref();
    return { stop: () => clearTimeout(timer) };
  },
};
