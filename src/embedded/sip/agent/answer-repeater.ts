import { nextIntervalMs, patienceMs, type SipTimers } from '../timers.ts';

/**
 * Repeats a 2xx to an INVITE until its ACK comes (RFC 3261 §13.3.1.4): the transaction below is done with it, and a
 * proxy on the way may speak UDP even where we speak TCP.
 */
export class AnswerRepeater {
  readonly #timers: SipTimers;
  readonly #send: () => void;
  #next: NodeJS.Timeout | undefined;
  #deadline: NodeJS.Timeout | undefined;

  /** `send` sends the 2xx once more; `onUnacknowledged` is called after 64·T1 without an ACK. */
  constructor(timers: SipTimers, send: () => void, onUnacknowledged: () => void) {
    this.#timers = timers;
    this.#send = send;
    this.#schedule(timers.t1Ms);
    this.#deadline = setTimeout(() => {
      this.stop();
      onUnacknowledged();
    }, patienceMs(timers));
  }

  /** The ACK is here, or nobody cares any more. */
  stop(): void {
    clearTimeout(this.#next);
    clearTimeout(this.#deadline);
    this.#deadline = undefined;
  }

  /** False once stopped. */
  get isRepeating(): boolean {
    return this.#deadline !== undefined;
  }

  #schedule(intervalMs: number): void {
    this.#next = setTimeout(() => {
      this.#send();
      this.#schedule(nextIntervalMs(intervalMs, this.#timers));
    }, intervalMs);
  }
}
