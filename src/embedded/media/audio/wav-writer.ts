import { mkdir, open, type FileHandle } from 'node:fs/promises';
import { dirname } from 'node:path';
import { WAV_HEADER_BYTES, wavHeader } from './wav-header.ts';

/** Audio that may wait for a disk that doesn't keep up, in bytes: some four minutes of stereo. */
const MAX_WAITING_BYTES = 8 * 1024 * 1024;

/**
 * A WAV file of 8 kHz and 16 bit that grows: what is appended is written behind the loop's back, and after it a header
 * that tells of it, so that the file plays wherever a crash cuts it off.
 */
export class WavWriter {
  /** Resolves once the file is closed: with null where all was written, else with what went wrong. Never rejects. */
  readonly closed: Promise<Error | null>;
  readonly #file: string;
  readonly #channels: 1 | 2;
  readonly #resolveClosed: (error: Error | null) => void;
  #waiting: Buffer[] = [];
  #waitingBytes = 0;
  #writtenBytes = 0;
  #isFinishing = false;
  #failure: Error | null = null;
  /** Ends the wait for more to do; null while there is work. */
  #wake: (() => void) | null = null;

  /** Begins to write at once; a file that is there already is replaced, folders that are missing are made. */
  constructor(file: string, channels: 1 | 2) {
    this.#file = file;
    this.#channels = channels;
    const { promise, resolve } = Promise.withResolvers<Error | null>();
    this.closed = promise;
    this.#resolveClosed = resolve;
    void this.#run();
  }

  /** Bytes of audio that the file has and its header tells of. */
  get writtenBytes(): number {
    return this.#writtenBytes;
  }

  /** Adds samples of 16 bits, little-endian, those of two channels by turns. They belong to the writer from then on. */
  append(samples: Buffer): void {
    if (this.#isFinishing || this.#failure !== null) return;
    this.#waiting.push(samples);
    this.#waitingBytes += samples.length;
    if (this.#waitingBytes > MAX_WAITING_BYTES) {
      this.#failure = new Error(`${this.#file}: the disk is too slow, ${this.#waitingBytes} bytes wait for it`);
    }
    this.#wake?.();
  }

  /** Says that nothing more comes: the rest is written and the file closed. Idempotent. */
  finish(): void {
    this.#isFinishing = true;
    this.#wake?.();
  }

  async #run(): Promise<void> {
    try {
      await mkdir(dirname(this.#file), { recursive: true });
      const handle = await open(this.#file, 'w');
      try {
        await this.#writeAll(handle);
      } finally {
        await handle.close();
      }
    } catch (error) {
      this.#failure ??= error as Error;
    }
    this.#waiting = [];
    this.#resolveClosed(this.#failure);
  }

  async #writeAll(handle: FileHandle): Promise<void> {
    await this.#writeHeader(handle);
    for (;;) {
      if (this.#failure !== null) return;
      if (this.#waiting.length > 0) await this.#writeBatch(handle);
      else if (this.#isFinishing) return;
      else await this.#more();
    }
  }

  /** Writes all that waits, the audio before the header that tells of it. */
  async #writeBatch(handle: FileHandle): Promise<void> {
    const batch = Buffer.concat(this.#waiting);
    this.#waiting = [];
    this.#waitingBytes = 0;
    await writeAt(handle, WAV_HEADER_BYTES + this.#writtenBytes, batch);
    this.#writtenBytes += batch.length;
    await this.#writeHeader(handle);
  }

  async #writeHeader(handle: FileHandle): Promise<void> {
    await writeAt(handle, 0, wavHeader(this.#channels, this.#writtenBytes));
  }

  async #more(): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#wake = resolve;
    await promise;
    this.#wake = null;
  }
}

async function writeAt(handle: FileHandle, position: number, bytes: Buffer): Promise<void> {
  let written = 0;
  while (written < bytes.length) {
    const { bytesWritten } = await handle.write(bytes, written, bytes.length - written, position + written);
    written += bytesWritten;
  }
}
