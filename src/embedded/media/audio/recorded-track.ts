import type { G711 } from '../audio-port.ts';
import { g711Samples } from './g711.ts';
import { TrackTimeline } from './track-timeline.ts';

/** Samples kept until they are written: four seconds, a power of two. */
export const TRACK_CAPACITY = 32_768;
const MASK = TRACK_CAPACITY - 1;

/** One side of a recording: what is not on disk yet, each sample at its place in time. What never came is silence. */
export class RecordedTrack {
  readonly #samples = new Int16Array(TRACK_CAPACITY);
  readonly #timeline = new TrackTimeline();
  /** Everything before this place has been taken. */
  #takenTo = 0;

  /** Where a packet that was heard at `heardAt` begins. */
  place(timestamp: number, heardAt: number): number {
    return Math.round(this.#timeline.place(timestamp, heardAt));
  }

  /** Puts octets in place, as far as their time has not been taken yet. */
  put(place: number, codec: G711, octets: Uint8Array, start: number, end: number): void {
    const table = g711Samples(codec);
    const from = Math.max(0, this.#takenTo - place);
    const to = Math.min(end - start, this.#takenTo + TRACK_CAPACITY - place);
    for (let i = from; i < to; i += 1) this.#samples[(place + i) & MASK] = table[octets[start + i]!]!;
  }

  /** Writes the samples up to a place into each `stride`-th 16-bit field from `at` on; their room is silent then. */
  take(upTo: number, into: Buffer, at: number, stride: number): void {
    let field = at;
    for (let place = this.#takenTo; place < upTo; place += 1) {
      into.writeInt16LE(this.#samples[place & MASK]!, field);
      this.#samples[place & MASK] = 0;
      field += stride * 2;
    }
    this.#takenTo = Math.max(this.#takenTo, upTo);
  }
}
