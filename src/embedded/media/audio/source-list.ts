import type { AudioSource } from '../audio-port.ts';
import { FrameBuffer } from './frame-buffer.ts';

/** Sources one after the other, without a gap. Each is closed as soon as it has been heard. */
export class SourceList implements AudioSource {
  readonly #sources: AudioSource[];
  readonly #frame = new FrameBuffer();

  constructor(sources: readonly AudioSource[]) {
    this.#sources = [...sources];
  }

  read(samples: number): Int16Array | null {
    const frame = this.#frame.ofLength(samples);
    let filled = 0;
    while (filled < samples && this.#sources.length > 0) {
      const part = this.#sources[0]!.read(samples - filled);
      if (part === null) this.#sources.shift()?.close?.();
      else frame.set(part, filled);
      filled += part?.length ?? 0;
    }
    return filled === 0 ? null : frame.subarray(0, filled);
  }

  close(): void {
    for (const source of this.#sources.splice(0)) source.close?.();
  }
}
