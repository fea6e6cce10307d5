import type { MediaClock } from '../media-clock.ts';

/** Notices that a peer has fallen silent: a packet costs it no more than a look at the clock. */
export class MediaWatch {
  readonly #clock: MediaClock;
  #silentMs = 0;
  /** Null while nobody waits. */
  #listener: (() => void) | null = null;
  #isExpected = false;
  #heardAtMs = 0;
  #timer: { stop(): void } | null = null;

  constructor(clock: MediaClock) {
    this.#clock = clock;
  }

  /** Calls the listener once, when nothing has been heard for so long from now on; the one before is forgotten. */
  begin(silentMs: number, listener: () => void): void {
    this.#silentMs = silentMs;
    this.#listener = listener;
    this.#restart();
  }

  /** Whether there should be anything to hear: not while the peer is on hold. Time begins anew with each change. */
  expect(isExpected: boolean): void {
    if (this.#isExpected === isExpected) return;
    this.#isExpected = isExpected;
    this.#restart();
  }

  heard(nowMs: number): void {
    this.#heardAtMs = nowMs;
  }

  close(): void {
    this.#listener = null;
    this.#timer?.stop();
  }

  #restart(): void {
    this.#timer?.stop();
    this.#heardAtMs = this.#clock.nowMs();
    if (this.#listener !== null && this.#isExpected) this.#wait(this.#silentMs);
  }

  #wait(delayMs: number): void {
    this.#timer = this.#clock.startTimer(Math.ceil(delayMs), () => {
      const leftMs = this.#heardAtMs + this.#silentMs - this.#clock.nowMs();
      if (leftMs > 0) this.#wait(leftMs);
      else this.#tell();
    });
  }

  #tell(): void {
    const listener = this.#listener;
    this.#listener = null;
    listener?.();
  }
}
