/** Digits being typed: as many as may be, or up to a terminator, which isn't one of them. */
export class TypedDigits {
  readonly #max: number;
  readonly #terminators: string;
  #text = '';
  #terminator: string | undefined;
  #onDigit: () => void = () => undefined;

  constructor(max: number, terminators: string) {
    this.#max = max;
    this.#terminators = terminators === 'none' ? '' : terminators;
  }

  get text(): string {
    return this.#text;
  }

  /** The key that ended them, if one did. */
  get terminator(): string | undefined {
    return this.#terminator;
  }

  /** Nothing more is taken. */
  get isComplete(): boolean {
    return this.#terminator !== undefined || this.#text.length >= this.#max;
  }

  get hasBegun(): boolean {
    return this.#text !== '' || this.#terminator !== undefined;
  }

  press(digit: string): void {
    if (this.isComplete) return;
    if (this.#terminators.includes(digit)) this.#terminator = digit;
    else this.#text += digit;
    this.#onDigit();
  }

  /** A signal that is aborted with the next digit. */
  nextDigit(): AbortSignal {
    const next = new AbortController();
    this.#onDigit = () => next.abort();
    return next.signal;
  }
}
