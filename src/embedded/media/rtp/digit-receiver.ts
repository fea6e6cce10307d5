import { DIGITS } from '../audio/digit-tones.ts';
import { SAMPLES_PER_MS } from '../audio/audio-format.ts';
import type { MediaClock } from '../media-clock.ts';
import { hasMarker, ssrcOf, timestampOf } from './rtp-packet.ts';

/** A digit whose packets have stopped for so long is over, though its end never came (RFC 4733 §2.5.2.2). */
const LOST_END_MS = 160;
/** Timestamps this far behind a digit that is over are late packets; farther ones are another stream's. */
const LATE_SAMPLES = 5000 * SAMPLES_PER_MS;
const EVENT_BYTES = 4;
const END_BIT = 0x80;
/** The duration at which a long event goes on in a new segment (RFC 4733 §2.5.1.3). */
const FULL_SEGMENT = 0xffff;

/** The digit that is being received. */
interface Pressed {
  readonly digit: string;
  readonly ssrc: number;
  timestamp: number;
  /** Samples of segments before this one. */
  before: number;
  duration: number;
  updatedMs: number;
}

/** Understands telephone-events (RFC 4733): says each digit once, at its end, however many of its packets are lost. */
export class DigitReceiver {
  readonly #clock: MediaClock;
  readonly #onDigit: (digit: string, durationMs: number) => void;
  #pressed: Pressed | null = null;
  /** The digit that was last said. */
  #said: { readonly ssrc: number; readonly timestamp: number } | null = null;
  #timer: { stop(): void } | null = null;

  constructor(clock: MediaClock, onDigit: (digit: string, durationMs: number) => void) {
    this.#clock = clock;
    this.#onDigit = onDigit;
  }

  /** Takes a telephone-event packet whose payload begins at `start`. Events that are no digits are passed over. */
  receive(packet: Buffer, start: number, end: number): void {
    if (end - start < EVENT_BYTES) return;
    const digit = DIGITS[packet[start]!];
    const timestamp = timestampOf(packet);
    const ssrc = ssrcOf(packet);
    if (digit === undefined || this.#isOver(ssrc, timestamp)) return;
    const duration = packet.readUInt16BE(start + 2);
    this.#press(digit, ssrc, timestamp, duration, hasMarker(packet));
    if (packet[start + 1]! & END_BIT) this.#release();
  }

  /** Forgets a digit that is being pressed. */
  close(): void {
    this.#pressed = null;
    this.#timer?.stop();
    this.#timer = null;
  }

  #press(digit: string, ssrc: number, timestamp: number, duration: number, marker: boolean): void {
    const pressed = this.#pressed;
    const nowMs = this.#clock.nowMs();
    if (pressed?.timestamp === timestamp && pressed.ssrc === ssrc) {
      pressed.duration = Math.max(pressed.duration, duration);
      pressed.updatedMs = nowMs;
    } else if (pressed !== null && !marker && continues(pressed, digit, ssrc, timestamp)) {
      pressed.before += (timestamp - pressed.timestamp) >>> 0;
      pressed.timestamp = timestamp;
      pressed.duration = duration;
      pressed.updatedMs = nowMs;
    } else {
      this.#release();
      this.#pressed = { digit, ssrc, timestamp, before: 0, duration, updatedMs: nowMs };
      this.#watch(LOST_END_MS);
    }
  }

  #isOver(ssrc: number, timestamp: number): boolean {
    if (this.#said?.ssrc !== ssrc) return false;
    const behind = (this.#said.timestamp - timestamp) | 0;
    return behind >= 0 && behind < LATE_SAMPLES;
  }

  #release(): void {
    const pressed = this.#pressed;
    if (pressed === null) return;
    this.close();
    this.#said = { ssrc: pressed.ssrc, timestamp: pressed.timestamp };
    this.#onDigit(pressed.digit, (pressed.before + pressed.duration) / SAMPLES_PER_MS);
  }

  #watch(delayMs: number): void {
    this.#timer?.stop();
    this.#timer = this.#clock.startTimer(delayMs, () => {
      const leftMs = this.#pressed === null ? 0 : this.#pressed.updatedMs + LOST_END_MS - this.#clock.nowMs();
      if (leftMs > 0) this.#watch(leftMs);
      else this.#release();
    });
  }
}

/** Whether a packet begins the next segment of an event that is longer than its duration field can say. */
function continues(pressed: Pressed, digit: string, ssrc: number, timestamp: number): boolean {
  const step = (timestamp - pressed.timestamp) >>> 0;
  return digit === pressed.digit && ssrc === pressed.ssrc && step === FULL_SEGMENT;
}
