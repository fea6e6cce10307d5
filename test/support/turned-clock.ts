import type { MediaClock } from '../../src/embedded/media/media-clock.ts';

interface Pending {
  readonly dueMs: number;
  readonly fire: () => void;
}

/** A clock of media that a test turns by hand. */
export class TurnedClock implements MediaClock {
  readonly #pending = new Set<Pending>();
  #nowMs = 1_000_000;

  nowMs(): number {
    return this.#nowMs;
  }

  startTimer(delayMs: number, fire: () => void): { stop(): void } {
    const pending = { dueMs: this.#nowMs + delayMs, fire };
    this.#pending.add(pending);
    return { stop: () => void this.#pending.delete(pending) };
  }

  /** How many timers run. */
  get running(): number {
    return this.#pending.size;
  }

  /** Lets so much time pass; each timer fires when it is due. */
  advance(ms: number): void {
    const untilMs = this.#nowMs + ms;
    for (let next = this.#next(untilMs); next; next = this.#next(untilMs)) {
      this.#pending.delete(next);
      this.#nowMs = Math.max(this.#nowMs, next.dueMs);
      next.fire();
    }
    this.#nowMs = untilMs;
  }

  /** Lets so much time pass while nothing runs: timers that are due meanwhile fire late, with the next `advance`. */
  stall(ms: number): void {
    this.#nowMs += ms;
  }

  #next(untilMs: number): Pending | undefined {
    return [...this.#pending].filter(({ dueMs }) => dueMs <= untilMs).sort((a, b) => a.dueMs - b.dueMs)[0];
  }
}
