/** The memory a source hands its frames out in, used again for each. */
export class FrameBuffer {
  #memory = new Int16Array(480);

  /** A frame of so many samples; what it held before is still in it. */
  ofLength(samples: number): Int16Array {
    if (samples > this.#memory.length) this.#memory = new Int16Array(samples);
    return samples === this.#memory.length ? this.#memory : this.#memory.subarray(0, samples);
  }
}
