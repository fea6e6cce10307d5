/** Hears of one digit; what it is, and how it came does not matter. */
export type DigitListener = (digit: string) => void;

/** Where a channel's digits go: to whoever began to listen last. Digits that nobody listens for are lost. */
export class Keypad {
  readonly #listeners: DigitListener[] = [];

  /** Listens until the answer is called. */
  listen(listener: DigitListener): () => void {
    this.#listeners.push(listener);
    return () => {
      const at = this.#listeners.lastIndexOf(listener);
      if (at !== -1) this.#listeners.splice(at, 1);
    };
  }

  press(digit: string): void {
    this.#listeners.at(-1)?.(digit);
  }
}
