import type { G711, Recording, RecordingEnd, SilenceLimit } from '../audio-port.ts';
import type { MediaClock } from '../media-clock.ts';
import { SAMPLES_PER_MS } from './audio-format.ts';
import { MaskedTime } from './masked-time.ts';
import { RecordedTrack, TRACK_CAPACITY } from './recorded-track.ts';
import { SilenceWatch } from './silence-watch.ts';
import { WavWriter } from './wav-writer.ts';

/** How often what has been recorded goes to the disk. */
const WRITE_EACH_MS = 1000;
/** What is younger is kept, so that packets that come late still find their place. */
const KEPT_SAMPLES = 1000 * SAMPLES_PER_MS;

/** What is to be recorded, and where to. */
export interface RecorderOptions {
  readonly file: string;
  readonly stereo: boolean;
  /** The length at which it ends by itself; null for none. */
  readonly limitMs: number | null;
  /** The silence of the peer at which it ends by itself; none unless given. */
  readonly silence?: SilenceLimit | undefined;
  readonly clock: MediaClock;
}

/** Records what a peer says and what it hears on one timeline that begins with the recorder (see `Recording`). */
export class Recorder implements Recording {
  readonly ended: Promise<RecordingEnd>;
  readonly #clock: MediaClock;
  readonly #startedMs: number;
  readonly #limit: number;
  readonly #writer: WavWriter;
  readonly #said = new RecordedTrack();
  readonly #heard: RecordedTrack | null;
  readonly #frameBytes: number;
  readonly #masked = new MaskedTime();
  readonly #silence: SilenceWatch | null;
  #flushedTo = 0;
  #cause: RecordingEnd['cause'] | null = null;
  #timer: { stop(): void };

  constructor({ file, stereo, limitMs, silence, clock }: RecorderOptions) {
    this.#clock = clock;
    this.#startedMs = clock.nowMs();
    this.#silence = silence === undefined ? null : new SilenceWatch(silence, this.#startedMs);
    this.#limit = limitMs === null ? Infinity : Math.round(limitMs * SAMPLES_PER_MS);
    this.#heard = stereo ? new RecordedTrack() : null;
    this.#frameBytes = stereo ? 4 : 2;
    this.#writer = new WavWriter(file, stereo ? 2 : 1);
    this.ended = this.#end();
    this.#timer = this.#startTimer();
  }

  get recordedMs(): number {
    return (this.#cause === null ? this.#now() : this.#flushedTo) / SAMPLES_PER_MS;
  }

  /** Records octets of the peer's own voice, from a packet that has just arrived. */
  said(codec: G711, octets: Uint8Array, start: number, end: number, timestamp: number): void {
    this.#put(this.#said, codec, octets, start, end, timestamp);
    this.#silence?.heard(codec, octets, start, end, this.#clock.nowMs());
    this.#endInSilence();
  }

  /** Records octets that have just been sent to the peer. */
  heard(codec: G711, octets: Uint8Array, start: number, end: number, timestamp: number): void {
    if (this.#heard !== null) this.#put(this.#heard, codec, octets, start, end, timestamp);
  }

  mask(): void {
    this.#masked.begin(this.#now());
  }

  unmask(): void {
    this.#masked.end(this.#now());
  }

  async stop(): Promise<number> {
    this.finish('stopped');
    return (await this.ended).recordedMs;
  }

  /** Writes the rest and closes the file. Idempotent: the first cause counts. */
  finish(cause: 'stopped' | 'limit' | 'silence' | 'closed'): void {
    if (this.#cause !== null) return;
    this.#flush(this.#now());
    this.#halt(cause);
  }

  #put(track: RecordedTrack, codec: G711, octets: Uint8Array, start: number, end: number, timestamp: number): void {
    if (this.#cause !== null) return;
    const now = this.#now();
    const place = track.place(timestamp, now);
    // After a stall the timer may not have come round yet, and there is no room left.
    if (place + end - start > this.#flushedTo + TRACK_CAPACITY) this.#flush(now - KEPT_SAMPLES);
    track.put(place, codec, octets, start, end);
  }

  /** Samples since the beginning, the limit at most. */
  #now(): number {
    return Math.min(this.#limit, Math.round((this.#clock.nowMs() - this.#startedMs) * SAMPLES_PER_MS));
  }

  #startTimer(): { stop(): void } {
    const leftMs = (this.#limit - this.#now()) / SAMPLES_PER_MS;
    return this.#clock.startTimer(Math.min(WRITE_EACH_MS, Math.ceil(leftMs)), () => this.#tick());
  }

  #endInSilence(): void {
    if (this.#silence?.isOver(this.#clock.nowMs()) === true) this.finish('silence');
  }

  #tick(): void {
    if (this.#now() >= this.#limit) {
      this.finish('limit');
      return;
    }
    // A peer that sends nothing at all is silent, too.
    this.#endInSilence();
    if (this.#cause !== null) return;
    this.#flush(this.#now() - KEPT_SAMPLES);
    this.#timer = this.#startTimer();
  }

  #flush(upTo: number): void {
    if (upTo <= this.#flushedTo) return;
    const block = Buffer.alloc((upTo - this.#flushedTo) * this.#frameBytes);
    const stride = this.#frameBytes / 2;
    this.#said.take(upTo, block, 0, stride);
    this.#heard?.take(upTo, block, 2, stride);
    this.#masked.apply(block, this.#flushedTo, this.#frameBytes);
    this.#flushedTo = upTo;
    this.#writer.append(block);
  }

  #halt(cause: RecordingEnd['cause']): void {
    this.#cause = cause;
    this.#timer.stop();
    this.#writer.finish();
  }

  async #end(): Promise<RecordingEnd> {
    const error = await this.#writer.closed;
    if (this.#cause === null) this.#halt('failed');
    const recordedMs = this.#writer.writtenBytes / this.#frameBytes / SAMPLES_PER_MS;
    return { cause: error === null ? this.#cause! : 'failed', recordedMs, error };
  }
}
