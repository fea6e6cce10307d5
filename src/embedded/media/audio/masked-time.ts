/** The stretches of a recording that nobody may hear, in samples from its beginning. */
export class MaskedTime {
  /** Ends of stretches are `Infinity` while they last. */
  #stretches: { readonly from: number; to: number }[] = [];

  /** Begins a stretch; nothing where one lasts already. */
  begin(at: number): void {
    if (this.#stretches.at(-1)?.to !== Infinity) this.#stretches.push({ from: at, to: Infinity });
  }

  end(at: number): void {
    const last = this.#stretches.at(-1);
    if (last?.to === Infinity) last.to = at;
  }

  /** Silences frames of `frameBytes` in a block that begins at `from`, and forgets what lies before the block's end. */
  apply(block: Buffer, from: number, frameBytes: number): void {
    const to = from + block.length / frameBytes;
    for (const stretch of this.#stretches) {
      const begin = Math.max(stretch.from, from);
      const end = Math.min(stretch.to, to);
      if (begin < end) block.fill(0, (begin - from) * frameBytes, (end - from) * frameBytes);
    }
    this.#stretches = this.#stretches.filter((stretch) => stretch.to > to);
  }
}
