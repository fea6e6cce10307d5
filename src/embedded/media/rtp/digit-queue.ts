import { DIGITS } from '../audio/digit-tones.ts';

/** A digit shorter is not heard by all (Q.24), one longer doesn't fit into one event's duration field (RFC 4733 §2.3.5). */
const MIN_MS = 40;
const MAX_MS = 8000;

/** What `w` and `W` mean in a row of digits. */
const PAUSES_MS: Readonly<Record<string, number>> = { w: 500, W: 1000 };

/** One thing to be sent: a digit, or nothing for a while. */
export type DigitStep =
  | { readonly kind: 'digit'; readonly digit: string; readonly durationMs: number }
  | { readonly kind: 'pause'; readonly durationMs: number }
  | { readonly kind: 'sent'; readonly resolve: () => void };

/** Digits that wait to be sent, one row after the other. */
export class DigitQueue {
  #steps: DigitStep[] = [];

  get isEmpty(): boolean {
    return this.#steps.length === 0;
  }

  /**
   * Adds a row; resolves once it has been taken, or the queue cleared.
   * @throws {RangeError} (as a rejection) where a character is no digit; nothing of the row is added then.
   */
  async add(digits: string, durationMs: number): Promise<void> {
    const length = Math.min(MAX_MS, Math.max(MIN_MS, durationMs));
    const steps = Array.from(digits, (one) => stepOf(one, length));
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#steps.push(...steps, { kind: 'sent', resolve });
    await promise;
  }

  /** The next digit or pause; null when nothing waits. Rows that are through resolve on the way. */
  next(): Exclude<DigitStep, { kind: 'sent' }> | null {
    for (;;) {
      const step = this.#steps.shift();
      if (step === undefined) return null;
      if (step.kind !== 'sent') return step;
      step.resolve();
    }
  }

  /** Forgets what waits; all rows resolve. */
  clear(): void {
    for (const step of this.#steps.splice(0)) if (step.kind === 'sent') step.resolve();
  }
}

function stepOf(one: string, durationMs: number): DigitStep {
  const pauseMs = PAUSES_MS[one];
  if (pauseMs !== undefined) return { kind: 'pause', durationMs: pauseMs };
  const digit = one.toUpperCase();
  if (!DIGITS.includes(digit)) {
    throw new RangeError(`can't send ${JSON.stringify(one)} as a digit: use 0-9, *, #, A-D, or w and W to wait`);
  }
  return { kind: 'digit', digit, durationMs };
}
