import { decode } from './g711.ts';
import type { RtpPacket } from './rtp-packet.ts';
import { PAYLOAD_TYPES, type Codec } from './sdp.ts';
import { loudness, SAMPLE_RATE, shareOfTone } from './tone.ts';

const DIGITS = '0123456789*#ABCD';
/** The sound that is judged: the last 100 ms, which tells tones 10 Hz apart. */
const WINDOW_SAMPLES = 800;
/** Sound older than this is no longer heard. */
const FRESH_MS = 200;
const AUDIBLE = 200;
/** Share of a tone from which it counts as heard; low enough for three voices mixed. */
const HEARD_SHARE = 0.2;

/** Sequence numbers of one source, and what they say of the way the packets came. */
interface Source {
  readonly first: number;
  highest: number;
  packets: number;
  reordered: number;
}

/** What an RTP stream has received: how much, how well, and what it sounds like. */
export class RtpReception {
  packets = 0;
  bytes = 0;
  /** Digits received as RFC 4733 events, in order. */
  digits = '';
  /** Interarrival jitter in milliseconds (RFC 3550 §6.4.1). */
  jitterMs = 0;
  readonly #sources = new Map<number, Source>();
  readonly #window = new Int16Array(WINDOW_SAMPLES);
  #lastPacketAt = -Infinity;
  #lastAudibleAt = -Infinity;
  #lastTransitMs: number | null = null;
  #lastDigitTimestamp: number | null = null;

  /** @param atMs reading of a monotonic clock at arrival */
  receive(packet: RtpPacket, atMs: number, digitsType: number | null): void {
    this.packets += 1;
    this.bytes += packet.payload.length;
    this.#count(packet);
    if (packet.payloadType === digitsType) this.#hearDigit(packet);
    const codec = codecOf(packet.payloadType);
    if (codec) this.#hearSound(decode(codec, packet.payload), packet, atMs);
  }

  /** How many different senders there were: a relay that changes streams gives more than one. */
  get sources(): number {
    return this.#sources.size;
  }

  /** Packets that never came, judged by the sequence numbers of each source. */
  get lost(): number {
    return this.#sum(({ first, highest, packets }) => highest - first + 1 - packets);
  }

  /** Packets that came after one that was sent later. */
  get reordered(): number {
    return this.#sum((source) => source.reordered);
  }

  /** Whether a tone is in what was heard just now. */
  hears(hz: number, nowMs: number): boolean {
    const fresh = nowMs - this.#lastPacketAt < FRESH_MS;
    return fresh && loudness(this.#window) > AUDIBLE && shareOfTone(this.#window, hz) > HEARD_SHARE;
  }

  /** How long nothing louder than line noise has been heard. */
  quietForMs(nowMs: number): number {
    return nowMs - this.#lastAudibleAt;
  }

  #sum(figure: (source: Source) => number): number {
    return [...this.#sources.values()].reduce((sum, source) => sum + figure(source), 0);
  }

  #count({ ssrc, sequence }: RtpPacket): void {
    const source = this.#sources.get(ssrc);
    if (!source) {
      this.#sources.set(ssrc, { first: sequence, highest: sequence, packets: 1, reordered: 0 });
      return;
    }
    // Sequence numbers wrap at 2^16: the difference is read as a signed 16-bit number.
    const step = ((sequence - source.highest) << 16) >> 16;
    source.packets += 1;
    if (step > 0) source.highest += step;
    else source.reordered += 1;
  }

  #hearSound(samples: Int16Array, packet: RtpPacket, atMs: number): void {
    const kept = samples.subarray(-WINDOW_SAMPLES);
    this.#window.copyWithin(0, kept.length);
    this.#window.set(kept, WINDOW_SAMPLES - kept.length);
    this.#lastPacketAt = atMs;
    if (loudness(samples) > AUDIBLE) this.#lastAudibleAt = atMs;
    const transitMs = atMs - (packet.timestamp * 1000) / SAMPLE_RATE;
    if (this.#lastTransitMs !== null) {
      const deviationMs = Math.abs(transitMs - this.#lastTransitMs);
      // A jump of seconds is a new stream or a pause, not jitter.
      if (deviationMs < 1000) this.jitterMs += (deviationMs - this.jitterMs) / 16;
    }
    this.#lastTransitMs = transitMs;
  }

  /** A digit's packets share their timestamp, and its end comes three times; it counts once (RFC 4733 §2.5.1.4). */
  #hearDigit({ payload, timestamp }: RtpPacket): void {
    const [event = 0, flags = 0] = payload;
    const ended = (flags & 0x80) !== 0;
    if (!ended || timestamp === this.#lastDigitTimestamp) return;
    this.#lastDigitTimestamp = timestamp;
    this.digits += DIGITS[event] ?? '?';
  }
}

function codecOf(payloadType: number): Codec | undefined {
  if (payloadType === PAYLOAD_TYPES.PCMU) return 'PCMU';
  return payloadType === PAYLOAD_TYPES.PCMA ? 'PCMA' : undefined;
}

/** RFC 4733 event number of a digit; an error where there is none. */
export function eventOf(digit: string): number {
  const event = DIGITS.indexOf(digit);
  if (event === -1 || digit.length !== 1) throw new Error(`${JSON.stringify(digit)} is no digit: use one of ${DIGITS}`);
  return event;
}
