/** Bytes that come in pieces of any size, read in pieces of the size that is wanted. */
export class ByteReader {
  readonly #source: AsyncIterator<Uint8Array> | Iterator<Uint8Array>;
  #piece: Uint8Array = new Uint8Array(0);

  /** @param pieces read as far as asked for, and left as they stand: whoever made them may go on reading them */
  constructor(pieces: AsyncIterable<Uint8Array> | Iterable<Uint8Array>) {
    this.#source = Symbol.asyncIterator in pieces ? pieces[Symbol.asyncIterator]() : pieces[Symbol.iterator]();
  }

  /** What comes next, one to `most` bytes; undefined at the end. A view, not a copy. */
  async some(most: number): Promise<Uint8Array | undefined> {
    while (this.#piece.length === 0) {
      const { done, value } = await this.#source.next();
      if (done) return undefined;
      this.#piece = value;
    }
    const taken = this.#piece.subarray(0, most);
    this.#piece = this.#piece.subarray(taken.length);
    return taken;
  }

  /** Just so many bytes, or what is left where that is less. */
  async upTo(count: number): Promise<Uint8Array> {
    const bytes = new Uint8Array(count);
    let filled = 0;
    while (filled < count) {
      const taken = await this.some(count - filled);
      if (taken === undefined) break;
      bytes.set(taken, filled);
      filled += taken.length;
    }
    return bytes.subarray(0, filled);
  }

  /** Passes over so many bytes, or as many as there are. */
  async skip(count: number): Promise<void> {
    for (let left = count; left > 0;) {
      const taken = await this.some(left);
      if (taken === undefined) return;
      left -= taken.length;
    }
  }
}
