import type { CallTimer } from '../domain/call/call-effect.ts';
import type { Clock, Timer } from './ports/clock.ts';

/** The timers of one call, each at most once at a time. */
export class CallTimers {
  readonly #clock: Clock;
  readonly #onFired: (timer: CallTimer) => void;
  readonly #running = new Map<string, Timer>();

  constructor(clock: Clock, onFired: (timer: CallTimer) => void) {
    this.#clock = clock;
    this.#onFired = onFired;
  }

  /** Starts one, anew where it runs already; a delay that has passed fires at once. */
  start(timer: CallTimer, delayMs: number): void {
    const key = keyOf(timer);
    this.#running.get(key)?.stop();
    const started = this.#clock.startTimer(Math.max(0, delayMs), () => {
      this.#running.delete(key);
      this.#onFired(timer);
    });
    this.#running.set(key, started);
  }

  stop(timer: CallTimer): void {
    const key = keyOf(timer);
    this.#running.get(key)?.stop();
    this.#running.delete(key);
  }

  stopAll(): void {
    for (const timer of this.#running.values()) timer.stop();
    this.#running.clear();
  }
}

function keyOf(timer: CallTimer): string {
  return timer.kind === 'ring' ? `ring ${timer.attemptId}` : timer.kind;
}
