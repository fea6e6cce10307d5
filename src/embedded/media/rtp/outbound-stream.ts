import { randomBytes } from 'node:crypto';
import { SAMPLES_PER_MS } from '../audio/audio-format.ts';
import { hasMarker, sequenceOf, ssrcOf, stampPacket, timestampOf } from './rtp-packet.ts';

/** Sequence numbers this far ahead, or behind, belong to a stream that began anew (RFC 3550 §A.1). */
const MAX_DROPOUT = 3000;
const MAX_MISORDER = 100;

/**
 * Everything a port sends, as one stream: a single source (SSRC) whose sequence numbers have no gaps but those of a
 * relayed sender, and whose timestamps keep to the time that passes, whoever speaks: what is played, digits, or one
 * relayed sender after the other. A relayed packet is shifted by an offset that stays the same for as long as its sender
 * does: order, losses and timing remain the sender's (RFC 3550 §7.1).
 */
export class OutboundStream {
  readonly #ssrc = randomBytes(4).readUInt32BE();
  /** The last sequence number, and the timestamp that follows the last sound. */
  #sequence = randomBytes(2).readUInt16BE();
  #end = randomBytes(4).readUInt32BE();
  /** When that last sound was sent, and its samples; null before anything was. */
  #sentAtMs: number | null = null;
  #lastSamples = 0;
  /** The sender relayed now: its source, null where none is spliced in; its latest packet, and the first of the splice. */
  #relayed: number | null = null;
  #latest = 0;
  #sinceSplice = 0;
  #sequenceOffset = 0;
  #timestampOffset = 0;

  /** The timestamp at which a sound begins that is sent at `atMs`, after whatever was sent before. */
  begin(atMs: number): number {
    if (this.#sentAtMs === null) return this.#end;
    const passed = Math.round((atMs - this.#sentAtMs) * SAMPLES_PER_MS);
    return (this.#end + Math.max(0, passed - this.#lastSamples)) >>> 0;
  }

  /** Stamps a packet of our own. `samples` is what it covers from its timestamp on. */
  stamp(packet: Buffer, payloadType: number, marker: boolean, timestamp: number, samples: number, atMs: number): void {
    this.#relayed = null;
    this.#sequence = (this.#sequence + 1) & 0xffff;
    stampPacket(packet, payloadType, marker, this.#sequence, timestamp, this.#ssrc);
    this.#passed(timestamp, samples, atMs);
  }

  /**
   * Shifts a packet of another sender into this stream, in place. False for one that was sent before the splice and came
   * late: its number is taken. The marker stays its sender's, but is set where sound follows on something else
   * (RFC 3551 §4.1).
   * @param isSound false for events, whose marker says that an event begins (RFC 4733 §2.3)
   */
  restamp(packet: Buffer, payloadType: number, isSound: boolean, samples: number, atMs: number): boolean {
    const sequence = sequenceOf(packet);
    let step = ((sequence - this.#latest) << 16) >> 16;
    const isSplice = ssrcOf(packet) !== this.#relayed || step > MAX_DROPOUT || step < -MAX_MISORDER;
    const marker = hasMarker(packet) || (isSplice && isSound && this.#sentAtMs !== null);
    if (isSplice) {
      this.#splice(packet, sequence, atMs);
      step = 0;
    }
    if (this.#sinceSplice + step < 0) return false;
    const timestamp = (timestampOf(packet) + this.#timestampOffset) >>> 0;
    const shifted = (sequence + this.#sequenceOffset) & 0xffff;
    stampPacket(packet, payloadType, marker, shifted, timestamp, this.#ssrc);
    if (step > 0 || isSplice) {
      this.#latest = sequence;
      this.#sinceSplice += step;
      this.#sequence = shifted;
      this.#passed(timestamp, samples, atMs);
    }
    return true;
  }

  /** Leaves a relayed sender's packet out without leaving a gap, as far as it came in order. */
  leaveOut(packet: Buffer): void {
    const sequence = sequenceOf(packet);
    if (ssrcOf(packet) !== this.#relayed || sequence !== ((this.#latest + 1) & 0xffff)) return;
    this.#latest = sequence;
    this.#sinceSplice += 1;
    this.#sequenceOffset -= 1;
  }

  /** Ends the splice: whatever is relayed next is put behind what has been sent by then. */
  unsplice(): void {
    this.#relayed = null;
  }

  #splice(packet: Buffer, sequence: number, atMs: number): void {
    this.#relayed = ssrcOf(packet);
    this.#latest = sequence;
    this.#sinceSplice = 0;
    this.#sequenceOffset = this.#sequence + 1 - sequence;
    this.#timestampOffset = this.begin(atMs) - timestampOf(packet);
  }

  #passed(timestamp: number, samples: number, atMs: number): void {
    const end = (timestamp + samples) >>> 0;
    const advance = (end - this.#end) | 0;
    if (this.#sentAtMs !== null && advance <= 0) return;
    // An event's packets tell of all of it each time; what is new in one is the last step alone.
    this.#lastSamples = this.#sentAtMs === null ? samples : Math.min(samples, advance);
    this.#end = end;
    this.#sentAtMs = atMs;
  }
}
