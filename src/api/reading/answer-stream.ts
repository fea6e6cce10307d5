import { Readable } from 'node:stream';

import type { Part } from './in-parts.ts';

/** One on its way to the client, and the next. */
const PARTS_HELD = 2;

/** An answer in several texts, each asked for while the one before is on its way: no more are held, however slow the client. */
export class AnswerStream extends Readable {
  readonly #askForMore: () => void;
  readonly #onGone: () => void;

  /**
   * @param first the answer's first part, which is not its last
   * @param on.wanted called for each further part, which is to be given to `give`
   * @param on.gone called once, when nothing more is wanted
   */
  constructor(first: Part, on: { readonly wanted: () => void; readonly gone: () => void }) {
    super({ objectMode: true, highWaterMark: PARTS_HELD });
    this.#askForMore = on.wanted;
    this.#onGone = on.gone;
    this.push(first.text);
  }

  give({ text, isLast }: Part): void {
    this.push(text);
    if (isLast) this.push(null);
  }

  override _read(): void {
    this.#askForMore();
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    this.#onGone();
    done(error);
  }
}
