import { SAMPLES_PER_MS } from './audio-format.ts';

/** A packet this much too early, or all of a row this much too late, and the stream is moved to where it is heard. */
const TOLERANCE = 40 * SAMPLES_PER_MS;
/** A packet later than this begins the stream anew: its sender's clock stood still or jumped. */
const TOO_LATE = 1000 * SAMPLES_PER_MS;
/** Packets of a row: half a second of them, each 20 ms. */
const ROW = 25;

/**
 * Says where a stream's packets belong on a recording's timeline: by their RTP timestamps, so that what the network
 * delays, swaps or loses moves nothing, and by their arrival where the timestamps can't be believed, so that the sender's
 * clock never drifts away from ours. All in samples.
 */
export class TrackTimeline {
  /** Last timestamp, and the same counted on beyond 32 bits. */
  #timestamp = 0;
  #counted = 0;
  /** From a counted timestamp to its place; null before the first packet. */
  #offset: number | null = null;
  /** The least lateness of the row, and how long the row is. */
  #leastLate = Infinity;
  #row = 0;

  /** The place of a packet's first sample, which was heard at `heardAt`. */
  place(timestamp: number, heardAt: number): number {
    this.#counted += (timestamp - this.#timestamp) | 0;
    this.#timestamp = timestamp;
    const lateness = this.#offset === null ? Infinity : heardAt - (this.#counted + this.#offset);
    if (this.#offset === null || lateness < -TOLERANCE || lateness > TOO_LATE) this.#move(heardAt - this.#counted);
    else this.#judge(lateness, this.#offset);
    return this.#counted + this.#offset!;
  }

  /** One late packet is the network's doing; a whole row means that the stream itself has become later. */
  #judge(lateness: number, offset: number): void {
    this.#leastLate = Math.min(this.#leastLate, lateness);
    this.#row += 1;
    if (this.#row < ROW) return;
    this.#move(this.#leastLate > TOLERANCE ? offset + this.#leastLate : offset);
  }

  #move(offset: number): void {
    this.#offset = offset;
    this.#leastLate = Infinity;
    this.#row = 0;
  }
}
