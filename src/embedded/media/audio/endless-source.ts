import type { AudioSource } from '../audio-port.ts';
import { FrameBuffer } from './frame-buffer.ts';

/**
 * One thing over and over, without a gap: while it plays it is opened again for the next round. It ends only when it
 * can't be opened any more, or has nothing in it.
 * @param open opens it from its beginning
 * @param onTrouble hears why it could not be opened again
 */
export async function openEndless(
  open: () => Promise<AudioSource>,
  onTrouble: (error: Error) => void,
): Promise<AudioSource> {
  return new EndlessSource(await open(), open, onTrouble);
}

class EndlessSource implements AudioSource {
  readonly #open: () => Promise<AudioSource>;
  readonly #onTrouble: (error: Error) => void;
  readonly #frame = new FrameBuffer();
  /** Null at the end. */
  #current: AudioSource | null;
  #hasSounded = false;
  #next: AudioSource | 'none' | 'opening' | 'failed' = 'none';

  constructor(first: AudioSource, open: () => Promise<AudioSource>, onTrouble: (error: Error) => void) {
    this.#current = first;
    this.#open = open;
    this.#onTrouble = onTrouble;
  }

  /** A next round that isn't open yet is waited for in silence. */
  read(samples: number): Int16Array | null {
    if (this.#next === 'none') void this.#prepare();
    const frame = this.#frame.ofLength(samples);
    let filled = 0;
    while (filled < samples && this.#current !== null) {
      const part = this.#current.read(samples - filled);
      if (part !== null) {
        frame.set(part, filled);
        filled += part.length;
        this.#hasSounded = true;
      } else if (this.#next === 'opening' || this.#next === 'none') {
        frame.fill(0, filled);
        return frame;
      } else {
        this.#turnOver(this.#next);
      }
    }
    return filled === 0 ? null : frame.subarray(0, filled);
  }

  close(): void {
    this.#current?.close?.();
    this.#current = null;
    if (typeof this.#next === 'object') this.#next.close?.();
    this.#next = 'failed';
  }

  #turnOver(next: AudioSource | 'failed'): void {
    this.#current?.close?.();
    this.#current = this.#hasSounded && next !== 'failed' ? next : null;
    this.#hasSounded = false;
    if (this.#current !== null) this.#next = 'none';
  }

  async #prepare(): Promise<void> {
    this.#next = 'opening';
    let next: AudioSource | 'failed' = 'failed';
    try {
      next = await this.#open();
    } catch (error) {
      this.#onTrouble(error as Error);
    }
    // Closed while it was being opened: nobody will ever play it.
    if (this.#current === null && next !== 'failed') next.close?.();
    this.#next = this.#current === null ? 'failed' : next;
  }
}
