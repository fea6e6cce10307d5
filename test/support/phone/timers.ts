/** Takes a timer back before it fires; harmless afterwards. */
export type StopTimer = () => void;

/** Timers that end together, so that nothing a phone started outlives it. */
export class Timers {
  readonly #running = new Set<NodeJS.Timeout>();
  #closed = false;

  /** Runs `act` once after a delay, unless stopped or closed before. */
  after(delayMs: number, act: () => void): StopTimer {
    if (this.#closed) return () => undefined;
    const timer = setTimeout(() => {
      this.#running.delete(timer);
      act();
    }, delayMs);
    this.#running.add(timer);
    return () => {
      this.#running.delete(timer);
      clearTimeout(timer);
    };
  }

  /**
   * Runs `act` again and again: first after `firstMs`, then each time after twice as long, up to `maxMs`, the way every
   * retransmission of RFC 3261 is paced.
   */
  doubling(firstMs: number, maxMs: number, act: () => void): StopTimer {
    let stop: StopTimer = () => undefined;
    const schedule = (delayMs: number): void => {
      stop = this.after(delayMs, () => {
        schedule(Math.min(delayMs * 2, maxMs));
        act();
      });
    };
    schedule(firstMs);
    return () => stop();
  }

  /** Stops every timer, and makes later ones never fire. */
  close(): void {
    this.#closed = true;
    for (const timer of this.#running) clearTimeout(timer);
    this.#running.clear();
  }
}
