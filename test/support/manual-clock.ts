import type { Clock, Timer } from '../../src/calls/ports/clock.ts';
import type { EpochMs, MonoMs } from '../../src/domain/time.ts';

interface Pending {
  readonly dueMs: number;
  readonly fire: () => void;
}

/** A clock that a test turns by hand: timers fire while `advance` passes their instant, in the order they are due. */
export class ManualClock implements Clock {
  readonly #startedAt: number;
  readonly #pending = new Set<Pending>();
  #nowMs = 0;

  constructor(startsAt = '2026-11-21T15:00:00.000Z') {
    this.#startedAt = Date.parse(startsAt);
  }

  now(): { wall: EpochMs; mono: MonoMs } {
    return { wall: (this.#startedAt + this.#nowMs) as EpochMs, mono: this.#nowMs as MonoMs };
  }

  startTimer(delayMs: number, fire: () => void): Timer {
    const pending = { dueMs: this.#nowMs + delayMs, fire };
    this.#pending.add(pending);
    return { stop: () => this.#pending.delete(pending) };
  }

  /** Lets so much time pass. */
  advance(ms: number): void {
    const untilMs = this.#nowMs + ms;
    for (let next = this.#next(untilMs); next; next = this.#next(untilMs)) {
      this.#pending.delete(next);
      this.#nowMs = next.dueMs;
      next.fire();
    }
    this.#nowMs = untilMs;
  }

  /** How many timers are running. */
  get running(): number {
    return this.#pending.size;
  }

  #next(untilMs: number): Pending | undefined {
    return [...this.#pending].filter(({ dueMs }) => dueMs <= untilMs).sort((a, b) => a.dueMs - b.dueMs)[0];
  }
}
