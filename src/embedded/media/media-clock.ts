/** The time media runs by: monotonic, in milliseconds with fractions. A test brings one that it turns by hand. */
export interface MediaClock {
  nowMs(): number;
  /** Calls once, after so many milliseconds. */
  startTimer(delayMs: number, fire: () => void): { stop(): void };
}

/** This machine's monotonic clock. Its timers keep no process alive. */
export const machineClock: MediaClock = {
  nowMs: () => performance.now(),
  startTimer(delayMs, fire) {
    const timer = setTimeout(fire, delayMs).unref();
    return { stop: () => clearTimeout(timer) };
  },
};
