import type { AudioSource } from '../audio-port.ts';
import { SAMPLES_PER_MS } from './audio-format.ts';

/** So many milliseconds of silence; `Infinity` never ends. */
export class SilenceSource implements AudioSource {
  #left: number;
  #frame = new Int16Array(0);

  constructor(ms: number) {
    this.#left = Math.round(ms * SAMPLES_PER_MS);
  }

  read(samples: number): Int16Array | null {
    const length = Math.min(samples, this.#left);
    if (length <= 0) return null;
    this.#left -= length;
    if (this.#frame.length !== length) this.#frame = new Int16Array(length);
    return this.#frame;
  }
}
