import type { Question } from '../calls/ports/call-media.ts';
import type { Clock, Timer } from '../calls/ports/clock.ts';

/** The keys of an answer to a question, until there are enough of them or the silence is too long. */
export class DigitCollection {
  readonly #question: Pick<Question, 'maxDigits' | 'timeoutMs'>;
  readonly #clock: Clock;
  readonly #answer = Promise.withResolvers<string>();
  #digits = '';
  #silence: Timer | null = null;
  #over = false;

  constructor(question: Pick<Question, 'maxDigits' | 'timeoutMs'>, clock: Clock) {
    this.#question = question;
    this.#clock = clock;
    // A question that is broken off by a fault may have nobody waiting for it yet.
    this.#answer.promise.catch(() => undefined);
  }

  /** The digits, '' for none; rejects with what `fail` was given. */
  get answer(): Promise<string> {
    return this.#answer.promise;
  }

  press(key: string): void {
    if (this.#over) return;
    const { maxDigits } = this.#question;
    if (key === '#' && maxDigits > 1) return this.end();
    this.#digits += key;
    if (this.#digits.length >= maxDigits) this.end();
    else this.#awaitMore();
  }

  /** From here silence counts, where no key was pressed before. */
  promptEnded(): void {
    if (!this.#over && this.#silence === null) this.#awaitMore();
  }

  /** Ends it with the digits there are. */
  end(): void {
    this.#finish();
    this.#answer.resolve(this.#digits);
  }

  fail(error: unknown): void {
    this.#finish();
    this.#answer.reject(error);
  }

  #awaitMore(): void {
    this.#silence?.stop();
    this.#silence = this.#clock.startTimer(this.#question.timeoutMs, () => this.end());
  }

  #finish(): void {
    this.#over = true;
    this.#silence?.stop();
  }
}
