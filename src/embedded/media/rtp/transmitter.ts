import type { AudioAgreement, AudioSource, G711, Playback } from '../audio-port.ts';
import { SAMPLES_PER_MS } from '../audio/audio-format.ts';
import { encodeG711, G711_SILENCE, translateG711 } from '../audio/g711.ts';
import { DigitSpeech } from './digit-speech.ts';
import { OutboundStream } from './outbound-stream.ts';
import { TICK_MS, type Paced, type Pacer } from './pacer.ts';
import { SourcePlayback } from './playback.ts';
import { blankPacket, RTP_HEADER_BYTES, timestampOf } from './rtp-packet.ts';

/** Octets of an event's payload up to the end of its duration (RFC 4733 §2.3). */
const EVENT_BYTES = 4;

/** Where a transmitter's packets go. */
export interface TransmitterOutput {
  /** Sends at once; false where it can't be. A packet that `isReused` is written again after the call. */
  send(packet: Buffer, isReused: boolean): boolean;
  /** Hears of sound that has been sent: octets from `start` to `end`. */
  onSent(codec: G711, packet: Buffer, start: number, end: number, timestamp: number): void;
}

/**
 * What one peer is told. Digits go before what is played, and that before what is relayed: only one of them speaks at a
 * time, and all of them in the one stream.
 */
export class Transmitter implements Paced {
  readonly #pacer: Pacer;
  readonly #output: TransmitterOutput;
  readonly #stream = new OutboundStream();
  readonly #digits: DigitSpeech;
  #agreement: AudioAgreement | null = null;
  #playback: SourcePlayback | null = null;
  #isPaced = false;
  /** Milliseconds that have passed and not been made packets of yet. */
  #owedMs = 0;
  /** The packet all frames are sent in. */
  #packet = blankPacket(0);
  /** Timestamp of the frame that follows the last one; null where something else came between. */
  #next: number | null = null;

  constructor(pacer: Pacer, output: TransmitterOutput) {
    this.#pacer = pacer;
    this.#output = output;
    this.#digits = new DigitSpeech(this.#stream);
  }

  get agreement(): AudioAgreement | null {
    return this.#agreement;
  }

  agree(agreement: AudioAgreement): void {
    this.#agreement = agreement;
    const length = RTP_HEADER_BYTES + samplesOf(agreement);
    if (this.#packet.length !== length) this.#packet = blankPacket(samplesOf(agreement));
  }

  play(source: AudioSource): Playback {
    this.#playback?.stop();
    this.#playback = new SourcePlayback(source);
    this.#next = null;
    this.#pace();
    return this.#playback;
  }

  async sendDigits(digits: string, durationMs: number): Promise<void> {
    const sent = this.#digits.add(digits, durationMs);
    this.#pace();
    await sent;
  }

  /** Passes a packet of sound on, in its own memory; dropped while something else speaks. */
  relaySound(packet: Buffer, codec: G711, start: number, end: number, nowMs: number): void {
    const agreement = this.#agreement;
    if (agreement === null || !maySend(agreement) || this.#isBusy) return;
    if (codec !== agreement.codec) translateG711(codec, packet, start, end);
    this.#next = null;
    if (!this.#stream.restamp(packet, agreement.codec, true, end - start, nowMs)) return;
    if (!this.#output.send(packet, false)) return;
    this.#output.onSent(agreement.codec, packet, start, end, timestampOf(packet));
  }

  /** Passes a telephone-event on; left out where the peer takes none. */
  relayEvent(packet: Buffer, start: number, end: number, nowMs: number): void {
    const agreement = this.#agreement;
    if (agreement === null || !maySend(agreement) || this.#isBusy) return;
    if (agreement.telephoneEvent === null || end - start < EVENT_BYTES) {
      this.#stream.leaveOut(packet);
      return;
    }
    this.#next = null;
    const duration = packet.readUInt16BE(start + 2);
    const isInOrder = this.#stream.restamp(packet, agreement.telephoneEvent, false, duration, nowMs);
    if (isInOrder) this.#output.send(packet, false);
  }

  /** Closes the gap a packet would leave that can't be passed on. */
  leaveOut(packet: Buffer): void {
    this.#stream.leaveOut(packet);
  }

  /** Says that another sender will be relayed from now on, or none. */
  endRelay(): void {
    this.#stream.unsplice();
  }

  close(): void {
    this.#playback?.end('closed');
    this.#digits.clear();
    this.#pacer.remove(this);
  }

  tick(dueMs: number, afterGap: boolean): void {
    const agreement = this.#agreement;
    // What is to be said waits until there is somebody to say it to.
    if (agreement === null) return;
    if (afterGap) this.#next = null;
    const frames = this.#framesDue(agreement);
    const hasDigit = this.#sayDigits(agreement, frames, dueMs);
    this.#sayPlayback(agreement, frames, dueMs, !hasDigit);
    if (!this.#isBusy) this.#rest();
  }

  get #isBusy(): boolean {
    return (this.#playback !== null && !this.#playback.isOver) || this.#digits.isActive;
  }

  #pace(): void {
    if (this.#isPaced) return;
    this.#isPaced = true;
    this.#owedMs = Infinity;
    this.#pacer.add(this);
  }

  #rest(): void {
    this.#isPaced = false;
    this.#playback = null;
    this.#pacer.remove(this);
  }

  /** How many packets this step is to bring: none or several where they don't last as long as a step. */
  #framesDue({ packetMs }: AudioAgreement): number {
    // The first packet leaves in the first step, however much it holds.
    this.#owedMs = this.#owedMs === Infinity ? packetMs : this.#owedMs + TICK_MS;
    const frames = Math.floor(this.#owedMs / packetMs);
    this.#owedMs -= frames * packetMs;
    return frames;
  }

  /** Sends what is due of a digit; whether there is one. */
  #sayDigits(agreement: AudioAgreement, frames: number, dueMs: number): boolean {
    const speech = this.#digits.step(agreement.telephoneEvent, dueMs);
    if (speech === null) return false;
    if (speech.kind === 'tone') {
      this.#sayTone(agreement, speech.source, frames, dueMs);
      return true;
    }
    this.#next = null;
    if (speech.kind === 'event' && maySend(agreement)) this.#output.send(speech.packet, true);
    return true;
  }

  #sayTone(agreement: AudioAgreement, source: AudioSource, frames: number, dueMs: number): void {
    for (let i = 0; i < frames; i += 1) {
      const frame = source.read(samplesOf(agreement));
      if (frame === null) {
        this.#digits.endTone();
        this.#next = null;
        return;
      }
      this.#say(agreement, frame, dueMs);
    }
  }

  /** Goes on with the playback, which is heard only where no digit is. */
  #sayPlayback(agreement: AudioAgreement, frames: number, dueMs: number, isHeard: boolean): void {
    for (let i = 0; i < frames; i += 1) {
      const frame = this.#playback?.next(samplesOf(agreement)) ?? null;
      if (frame === null) return;
      if (isHeard) this.#say(agreement, frame, dueMs);
    }
  }

  #say(agreement: AudioAgreement, frame: Int16Array, dueMs: number): void {
    if (!maySend(agreement)) {
      this.#next = null;
      return;
    }
    const { codec } = agreement;
    const samples = samplesOf(agreement);
    const packet = this.#packet;
    encodeG711(codec, frame, packet, RTP_HEADER_BYTES);
    packet.fill(G711_SILENCE[codec], RTP_HEADER_BYTES + frame.length);
    const timestamp = this.#next ?? this.#stream.begin(dueMs);
    this.#stream.stamp(packet, codec, this.#next === null, timestamp, samples, dueMs);
    this.#next = (timestamp + samples) >>> 0;
    if (this.#output.send(packet, true)) this.#output.onSent(codec, packet, RTP_HEADER_BYTES, packet.length, timestamp);
  }
}

function samplesOf({ packetMs }: AudioAgreement): number {
  return packetMs * SAMPLES_PER_MS;
}

function maySend({ direction }: AudioAgreement): boolean {
  return direction === 'sendrecv' || direction === 'sendonly';
}
