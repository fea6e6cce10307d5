import { DIGITS } from '../audio/digit-tones.ts';
import { SAMPLES_PER_MS } from '../audio/audio-format.ts';
import type { OutboundStream } from './outbound-stream.ts';
import { TICK_MS } from './pacer.ts';
import { blankPacket, RTP_HEADER_BYTES } from './rtp-packet.ts';

/** The end is told so many times, a step apart, lest it be lost (RFC 4733 §2.5.1.4). */
const ENDS = 3;
const END_BIT = 0x80;
/** Power of the tone the event stands for, in −dBm0 (RFC 4733 §2.3.4). */
const VOLUME = 10;
const TICK_SAMPLES = TICK_MS * SAMPLES_PER_MS;

/** One digit as a telephone-event (RFC 4733 §2.5.1): packets that share a timestamp while their duration grows. */
export class EventSender {
  readonly #packet = blankPacket(4);
  readonly #payloadType: number;
  readonly #timestamp: number;
  readonly #totalSamples: number;
  #duration = 0;
  #endsSent = 0;

  constructor(digit: string, durationMs: number, payloadType: number, timestamp: number) {
    this.#payloadType = payloadType;
    this.#timestamp = timestamp;
    this.#totalSamples = Math.round(durationMs * SAMPLES_PER_MS);
    this.#packet[RTP_HEADER_BYTES] = DIGITS.indexOf(digit);
  }

  /** Whether all of it has been sent, the repeated end included. */
  get isOver(): boolean {
    return this.#endsSent === ENDS;
  }

  /** The packet of the next step. It is sent before the step after it. */
  next(stream: OutboundStream, atMs: number): Buffer {
    const isFirst = this.#duration === 0;
    this.#duration = Math.min(this.#totalSamples, this.#duration + TICK_SAMPLES);
    const isEnd = this.#duration === this.#totalSamples;
    if (isEnd) this.#endsSent += 1;
    this.#packet[RTP_HEADER_BYTES + 1] = (isEnd ? END_BIT : 0) | VOLUME;
    this.#packet.writeUInt16BE(this.#duration, RTP_HEADER_BYTES + 2);
    stream.stamp(this.#packet, this.#payloadType, isFirst, this.#timestamp, this.#duration, atMs);
    return this.#packet;
  }
}
