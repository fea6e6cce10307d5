import type { Moment } from '../../domain/call/moment.ts';

/** A running timer; `stop` is idempotent. */
export interface Timer {
  stop(): void;
}

/** Time as the product sees it, so that tests can hold it in their hand. */
export interface Clock {
  now(): Moment;
  /** Calls `fire` once, `delayMs` from now. Never holds the process open. */
  startTimer(delayMs: number, fire: () => void): Timer;
}
