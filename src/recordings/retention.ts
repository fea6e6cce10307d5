import type { Clock, Timer } from '../calls/ports/clock.ts';

/** Between two looks where there was nothing to delete, and where there may be more. */
const LOOK_EVERY_MS = 3_600_000;
const GO_ON_AFTER_MS = 10_000;

/** What deleting by age needs of the rest. */
export interface RetentionParts {
  /** Deletes some of what has expired; resolves with how many. */
  readonly removeExpired: () => Promise<number>;
  readonly clock: Clock;
  /** From 0 to 1: when in its hour a look is taken, so that servers started together don't all take it at once. */
  readonly draw: () => number;
  readonly onRemoved: (count: number) => void;
  readonly onFault: (error: unknown) => void;
}

/** Deletes what is kept no longer: looks within the first hour, then about every hour, sooner where there is more. */
export class Retention {
  readonly #parts: RetentionParts;
  #next: Timer | undefined;
  #look: Promise<void> = Promise.resolve();
  #stopped = false;

  constructor(parts: RetentionParts) {
    this.#parts = parts;
  }

  start(): void {
    this.#wait(this.#parts.draw() * LOOK_EVERY_MS);
  }

  /** Deletes no more; resolves once a look that is being taken has ended. */
  stop(): Promise<void> {
    this.#stopped = true;
    this.#next?.stop();
    return this.#look;
  }

  #wait(delayMs: number): void {
    if (this.#stopped) return;
    this.#next = this.#parts.clock.startTimer(delayMs, () => {
      this.#look = this.#takeLook();
    });
  }

  async #takeLook(): Promise<void> {
    const { removeExpired, draw, onRemoved, onFault } = this.#parts;
    let removed = 0;
    try {
      removed = await removeExpired();
      if (removed > 0) onRemoved(removed);
    } catch (error) {
      onFault(error);
    }
    this.#wait(removed > 0 ? GO_ON_AFTER_MS : LOOK_EVERY_MS * (0.9 + 0.2 * draw()));
  }
}
