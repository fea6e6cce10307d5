import { open, type FileHandle } from 'node:fs/promises';
import type { AudioSource } from '../audio-port.ts';
import { SAMPLE_RATE } from './audio-format.ts';
import { FrameBuffer } from './frame-buffer.ts';
import { Resampler } from './resampler.ts';
import { SampleQueue } from './sample-queue.ts';
import { readAt, readWavHeader, type WavLayout } from './wav-header.ts';

/** Audio that is read from the file at a time, and that is held ready before more is read, in seconds. */
const BLOCK_S = 0.5;
const READY_SAMPLES = SAMPLE_RATE / 2;

/**
 * Opens a WAV file to be played. Half a second is read ahead, the rest while it plays; the file is open until its audio
 * has been read or the source is closed.
 * @param fromSample where it begins, in samples of 8 kHz
 * @param onTrouble hears of a disk that fails while the file plays; the source ends there.
 * @throws {WavError} (as a rejection) for what can't be played, or the system's error (`ENOENT`, `EACCES` …).
 */
export async function openWav(
  file: string,
  fromSample: number,
  onTrouble: (error: Error) => void,
): Promise<AudioSource> {
  const handle = await open(file, 'r');
  try {
    const source = new WavSource(handle, await readWavHeader(handle), fromSample, onTrouble);
    await source.readAhead();
    return source;
  } catch (error) {
    await handle.close();
    throw error;
  }
}

class WavSource implements AudioSource {
  readonly #layout: WavLayout;
  readonly #onTrouble: (error: Error) => void;
  readonly #blockBytes: number;
  readonly #resampler: Resampler | null;
  readonly #queue = new SampleQueue();
  readonly #frame = new FrameBuffer();
  /** Null once everything has been read, or nothing more is wanted. */
  #handle: FileHandle | null;
  #position: number;
  #reading = false;

  constructor(handle: FileHandle, layout: WavLayout, fromSample: number, onTrouble: (error: Error) => void) {
    const { sampleRate, frameBytes } = layout.format;
    const skippedFrames = Math.floor((fromSample * sampleRate) / SAMPLE_RATE);
    this.#handle = handle;
    this.#layout = layout;
    this.#onTrouble = onTrouble;
    this.#blockBytes = Math.ceil(sampleRate * BLOCK_S) * frameBytes;
    this.#resampler = sampleRate === SAMPLE_RATE ? null : new Resampler(sampleRate);
    this.#position = Math.min(layout.dataEnd, layout.dataStart + skippedFrames * frameBytes);
  }

  /** A disk that is late is heard as silence, and the audio goes on where it was. */
  read(samples: number): Int16Array | null {
    const frame = this.#frame.ofLength(samples);
    const filled = this.#queue.take(frame);
    if (this.#handle === null) return filled === 0 ? null : frame.subarray(0, filled);
    if (this.#queue.length < READY_SAMPLES) void this.readAhead();
    frame.fill(0, filled);
    return frame;
  }

  close(): void {
    const handle = this.#handle;
    this.#handle = null;
    // A read that is under way still needs the file; it closes it when it's done.
    if (handle !== null && !this.#reading) void this.#release(handle);
  }

  /** Reads the next block; at the last one the file is closed. */
  async readAhead(): Promise<void> {
    const handle = this.#handle;
    if (handle === null || this.#reading) return;
    this.#reading = true;
    try {
      const wanted = Math.min(this.#blockBytes, this.#layout.dataEnd - this.#position);
      const bytes = await readAt(handle, this.#position, wanted);
      this.#position += bytes.length;
      this.#take(bytes, bytes.length < wanted || this.#position >= this.#layout.dataEnd);
    } catch (error) {
      this.#onTrouble(error as Error);
      this.#handle = null;
    }
    this.#reading = false;
    if (this.#handle === null) await this.#release(handle);
  }

  #take(bytes: Buffer, isLast: boolean): void {
    const samples = this.#layout.format.toMono(bytes);
    this.#queue.push(this.#resampler?.push(samples) ?? samples);
    if (!isLast) return;
    if (this.#resampler) this.#queue.push(this.#resampler.flush());
    this.#handle = null;
  }

  async #release(handle: FileHandle): Promise<void> {
    await handle.close().catch(this.#onTrouble);
  }
}
