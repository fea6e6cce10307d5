import type { MediaClock } from '../media-clock.ts';

/** One step of everything that is paced: a frame of telephone audio. */
export const TICK_MS = 20;

/** After a stall of the loop, so many steps are made up for at once; the rest is left out. */
const MAX_AT_ONCE = 4;

/** What is paced. */
export interface Paced {
  /**
   * @param dueMs when the step should have been; somewhat before now after a stall
   * @param afterGap whether steps before this one were left out
   */
  tick(dueMs: number, afterGap: boolean): void;
}

/**
 * The one clock behind all that is played. Its steps lie on a grid of 20 ms from when it began, so that no delay of a
 * timer adds up; it runs only while somebody wants it.
 */
export class Pacer {
  readonly #clock: MediaClock;
  readonly #paced = new Set<Paced>();
  #nextMs = 0;
  #timer: { stop(): void } | null = null;

  constructor(clock: MediaClock) {
    this.#clock = clock;
  }

  /** From the next step on. Adding again changes nothing. */
  add(paced: Paced): void {
    this.#paced.add(paced);
    if (this.#timer !== null) return;
    this.#nextMs = this.#clock.nowMs() + TICK_MS;
    this.#wait();
  }

  remove(paced: Paced): void {
    this.#paced.delete(paced);
    if (this.#paced.size > 0) return;
    this.#timer?.stop();
    this.#timer = null;
  }

  #wait(): void {
    // Timers are late by their nature but may be early by a fraction: rounded up they never are.
    const delayMs = Math.max(0, Math.ceil(this.#nextMs - this.#clock.nowMs()));
    this.#timer = this.#clock.startTimer(delayMs, () => this.#wake());
  }

  #wake(): void {
    const due = Math.floor((this.#clock.nowMs() - this.#nextMs) / TICK_MS) + 1;
    this.#nextMs += due * TICK_MS;
    // Set anew first: a step that fails must not be the last one of all.
    this.#wait();
    const steps = Math.min(due, MAX_AT_ONCE);
    let dueMs = this.#nextMs - steps * TICK_MS;
    for (let step = 0; step < steps; step += 1, dueMs += TICK_MS) {
      for (const paced of this.#paced) paced.tick(dueMs, step === 0 && due > steps);
    }
  }
}
