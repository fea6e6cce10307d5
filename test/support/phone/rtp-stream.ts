import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import type { HostPort } from './addresses.ts';
import { encode } from './g711.ts';
import { WAIT_MS } from './history.ts';
import { readRtp, writeRtp } from './rtp-packet.ts';
import { eventOf, RtpReception } from './rtp-reception.ts';
import { answerFrom, mayHear, maySend, offerFrom, PAYLOAD_TYPES } from './sdp.ts';
import type { Codec, Direction, Session } from './sdp.ts';
import { Timers } from './timers.ts';
import { secondOfTone } from './tone.ts';

const FRAME_MS = 20;
const FRAME_SAMPLES = 160;
const FRAMES_IN_SECOND = 1000 / FRAME_MS;
/** A digit sounds for five frames, and its end is sent three times (RFC 4733 §2.5.1.4). */
const DIGIT_FRAMES = 5;
const DIGIT_ENDS = 3;
/** Frames between two digits of a row. */
const DIGIT_PAUSE = 2;

export interface RtpStreamOptions {
  readonly host: string;
  /** The tone this stream is known by; null for silence. */
  readonly toneHz?: number | null;
  /** In order of preference. */
  readonly codecs?: readonly Codec[];
}

interface PlannedDigit {
  readonly event: number;
  readonly frame: number;
  readonly ends: boolean;
}

/**
 * A phone's voice and ear: sends a tone of its own, a frame each 20 ms, and says what it hears, so that a test can prove
 * who hears whom. Sends only where the other side wants to hear (RFC 3264), and listens always.
 */
export class RtpStream {
  readonly address: HostPort;
  readonly reception = new RtpReception();
  readonly #socket: Socket;
  readonly #codecs: readonly Codec[];
  readonly #timers = new Timers();
  readonly #ssrc = randomBits(32);
  #tone: Int16Array;
  #frames: readonly Buffer[] = [];
  #codec: Codec | null = null;
  #digitsType: number | null = null;
  #peer: HostPort | null = null;
  #sent = 0;
  #sequence = randomBits(16);
  #timestamp = randomBits(32);
  #startedAt = 0;
  #ticks = 0;
  #running = false;
  #digits: (PlannedDigit | null)[] = [];
  #digitTimestamp = 0;

  static async open(options: RtpStreamOptions): Promise<RtpStream> {
    const socket = createSocket('udp4');
    socket.bind(0, options.host);
    await once(socket, 'listening');
    return new RtpStream(socket, options);
  }

  private constructor(socket: Socket, { toneHz = null, codecs = ['PCMU'] }: RtpStreamOptions) {
    this.#socket = socket;
    this.#codecs = codecs;
    this.#tone = secondOfTone(toneHz);
    this.address = { host: socket.address().address, port: socket.address().port };
    socket.on('message', (bytes) => {
      const packet = readRtp(bytes);
      if (packet) this.reception.receive(packet, performance.now(), this.#digitsType);
    });
  }

  /** Frames and digit packets sent. */
  get sent(): number {
    return this.#sent;
  }

  offer(direction?: Direction): Session {
    return offerFrom(this.address, this.#codecs, direction);
  }

  /** Our answer to an offer; null where there is no common codec. */
  answer(offer: Session, wanted?: Direction): Session | null {
    return answerFrom(this.address, this.#codecs, offer, wanted);
  }

  /** Begins to act as an offer and its answer say: where to send to, what, and whether at all. */
  follow(ours: Session, theirs: Session): void {
    const codec = theirs.codecs.find((name) => ours.codecs.includes(name)) ?? null;
    this.#digitsType = theirs.digitsType;
    this.#peer = maySend(ours.direction) && mayHear(theirs.direction) && theirs.port !== 0 ? theirs : null;
    if (codec !== this.#codec) {
      this.#codec = codec;
      this.#encode();
    }
    this.#run();
  }

  /** Changes the tone; null for silence, which is sent as frames too. */
  setTone(hz: number | null): void {
    this.#tone = secondOfTone(hz);
    this.#encode();
  }

  /** Sends digits as RFC 4733 events in the place of sound, one after the other. */
  sendDigits(digits: string): void {
    for (const digit of digits) {
      const event = eventOf(digit);
      for (let frame = 1; frame < DIGIT_FRAMES + DIGIT_ENDS; frame += 1) {
        this.#digits.push({ event, frame: Math.min(frame, DIGIT_FRAMES), ends: frame >= DIGIT_FRAMES });
      }
      for (let pause = 0; pause < DIGIT_PAUSE; pause += 1) this.#digits.push(null);
    }
  }

  /** Whether a tone is being heard now. */
  hears(hz: number): boolean {
    return this.reception.hears(hz, performance.now());
  }

  /** Resolves as soon as a tone is heard. */
  waitToHear(hz: number, timeoutMs?: number): Promise<void> {
    return this.waitUntil(() => this.hears(hz), `to hear ${hz} Hz`, timeoutMs);
  }

  /** Resolves as soon as nothing audible has come for a while. */
  waitForQuiet(forMs = 200, timeoutMs?: number): Promise<void> {
    return this.waitUntil(
      () => this.reception.quietForMs(performance.now()) >= forMs,
      `for ${forMs} ms of quiet`,
      timeoutMs,
    );
  }

  /** Resolves as soon as these digits have been received, from the beginning of the stream. */
  waitForDigits(digits: string, timeoutMs?: number): Promise<void> {
    return this.waitUntil(() => this.reception.digits.startsWith(digits), `for the digits ${digits}`, timeoutMs);
  }

  /** Resolves as soon as so many packets have come. */
  waitForPackets(count: number, timeoutMs?: number): Promise<void> {
    return this.waitUntil(() => this.reception.packets >= count, `for ${count} packets`, timeoutMs);
  }

  /** Resolves as soon as a condition holds, looked at once a frame; an error says what was waited for instead. */
  waitUntil(holds: () => boolean, what: string, timeoutMs = WAIT_MS): Promise<void> {
    const deadline = performance.now() + timeoutMs;
    const wait = new Promise<void>((resolve, reject) => {
      const look = (): void => {
        if (holds()) resolve();
        else if (performance.now() >= deadline)
          reject(new Error(`waited ${timeoutMs} ms ${what}; ${this.#describe()}`));
        else this.#timers.after(FRAME_MS, look);
      };
      look();
    });
    // A test that failed elsewhere may never come to await this; its failure is reported there.
    wait.catch(() => undefined);
    return wait;
  }

  /** Stops speaking and listening. */
  async close(): Promise<void> {
    this.#timers.close();
    const closed = once(this.#socket, 'close');
    this.#socket.close();
    await closed;
  }

  #describe(): string {
    const { packets, lost, sources, digits } = this.reception;
    return `received ${packets} packets of ${sources} sources, ${lost} lost, digits "${digits}"; sent ${this.#sent}`;
  }

  #encode(): void {
    if (!this.#codec) return;
    const second = encode(this.#codec, this.#tone);
    this.#frames = Array.from({ length: FRAMES_IN_SECOND }, (_, i) =>
      second.subarray(i * FRAME_SAMPLES, (i + 1) * FRAME_SAMPLES),
    );
  }

  #run(): void {
    if (this.#running) return;
    this.#running = true;
    this.#startedAt = performance.now();
    this.#ticks = 0;
    this.#tick();
  }

  /** Paced by the clock and not by the timer before, so that a late frame doesn't delay all that follow. */
  #tick(): void {
    this.#ticks += 1;
    this.#sendFrame();
    const nextInMs = this.#startedAt + this.#ticks * FRAME_MS - performance.now();
    this.#timers.after(Math.max(0, nextInMs), () => this.#tick());
  }

  #sendFrame(): void {
    const timestamp = this.#timestamp;
    this.#timestamp = (timestamp + FRAME_SAMPLES) >>> 0;
    if (!this.#peer || !this.#codec) return;
    const digit = this.#digits.shift();
    if (digit && this.#digitsType !== null) this.#sendDigitPacket(digit, timestamp, this.#digitsType);
    else this.#send(PAYLOAD_TYPES[this.#codec], false, timestamp, this.#frames[this.#ticks % FRAMES_IN_SECOND]);
  }

  #sendDigitPacket({ event, frame, ends }: PlannedDigit, timestamp: number, digitsType: number): void {
    if (frame === 1) this.#digitTimestamp = timestamp;
    const payload = Buffer.from([event, (ends ? 0x80 : 0) | 10, 0, 0]);
    payload.writeUInt16BE(frame * FRAME_SAMPLES, 2);
    this.#send(digitsType, frame === 1, this.#digitTimestamp, payload);
  }

  #send(payloadType: number, marker: boolean, timestamp: number, payload: Buffer | undefined): void {
    if (!this.#peer || !payload) return;
    this.#sequence = (this.#sequence + 1) & 0xffff;
    const packet = writeRtp({ payloadType, marker, sequence: this.#sequence, timestamp, ssrc: this.#ssrc, payload });
    this.#socket.send(packet, this.#peer.port, this.#peer.host);
    this.#sent += 1;
  }
}

function randomBits(bits: number): number {
  return Math.floor(Math.random() * 2 ** bits);
}
