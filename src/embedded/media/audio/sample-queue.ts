/** Samples that wait to be taken, in the order they came. */
export class SampleQueue {
  #chunks: Int16Array[] = [];
  /** Samples of the first chunk that are taken already. */
  #taken = 0;
  #length = 0;

  get length(): number {
    return this.#length;
  }

  push(samples: Int16Array): void {
    if (samples.length === 0) return;
    this.#chunks.push(samples);
    this.#length += samples.length;
  }

  /** Fills `into` as far as there is something; returns how many samples that were. */
  take(into: Int16Array): number {
    let filled = 0;
    while (filled < into.length && this.#length > 0) {
      const chunk = this.#chunks[0]!;
      const part = chunk.subarray(this.#taken, this.#taken + into.length - filled);
      into.set(part, filled);
      filled += part.length;
      this.#taken += part.length;
      this.#length -= part.length;
      if (this.#taken === chunk.length) {
        this.#chunks.shift();
        this.#taken = 0;
      }
    }
    return filled;
  }
}
