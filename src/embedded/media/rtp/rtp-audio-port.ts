import type { RemoteInfo } from 'node:dgram';
import { isIPv6 } from 'node:net';
import type {
  AudioAgreement,
  AudioCounts,
  AudioPort,
  AudioSource,
  G711,
  Playback,
  Recording,
  RecordingEnd,
} from '../audio-port.ts';
import { asG711 } from '../audio/g711.ts';
import { Recorder } from '../audio/recorder.ts';
import type { MediaClock } from '../media-clock.ts';
import { DigitReceiver } from './digit-receiver.ts';
import { MediaWatch } from './media-watch.ts';
import type { Pacer } from './pacer.ts';
import { PeerLatch } from './peer-latch.ts';
import type { PortPair } from './port-range.ts';
import { payloadEnd, payloadStart, payloadTypeOf, timestampOf } from './rtp-packet.ts';
import { Transmitter, type TransmitterOutput } from './transmitter.ts';

/** Packets that may wait in the process for the kernel; more are dropped, as a full link would drop them. */
const MAX_QUEUED = 50;

/** What a port is made of. */
export interface RtpAudioPortParts {
  readonly pair: PortPair;
  readonly pacer: Pacer;
  readonly clock: MediaClock;
  /** Hears of a socket's error; the port goes on. */
  readonly onTrouble: (error: Error) => void;
}

/** An `AudioPort` over RTP (RFC 3550) on a pair of UDP ports that it owns. */
export class RtpAudioPort implements AudioPort, TransmitterOutput {
  readonly localPort: number;
  readonly #pair: PortPair;
  readonly #clock: MediaClock;
  readonly #latch: PeerLatch;
  readonly #transmitter: Transmitter;
  readonly #digits: DigitReceiver;
  readonly #watch: MediaWatch;
  readonly #digitListeners: ((digit: string, durationMs: number) => void)[] = [];
  #recorders: readonly Recorder[] = [];
  #other: RtpAudioPort | null = null;
  #mayHear = false;
  #isClosed = false;
  #received = 0;
  #sent = 0;
  #refused = 0;

  constructor({ pair, pacer, clock, onTrouble }: RtpAudioPortParts) {
    this.#pair = pair;
    this.localPort = pair.port;
    this.#clock = clock;
    const { address } = pair.rtp.address();
    this.#latch = new PeerLatch(isIPv6(address) ? 'ipv6' : 'ipv4');
    this.#transmitter = new Transmitter(pacer, this);
    this.#digits = new DigitReceiver(clock, (digit, durationMs) => this.#hearDigit(digit, durationMs));
    this.#watch = new MediaWatch(clock);
    pair.rtp.on('message', (packet, from) => this.#receive(packet, from));
    pair.rtcp.on('message', (_report, from) => this.#receiveControl(from));
    pair.rtp.on('error', onTrouble);
    pair.rtcp.on('error', onTrouble);
  }

  get counts(): AudioCounts {
    return { received: this.#received, sent: this.#sent, refused: this.#refused };
  }

  agree(agreement: AudioAgreement): void {
    const { remote, direction } = agreement;
    this.#latch.agree(remote.address, remote.port);
    this.#transmitter.agree(agreement);
    this.#mayHear = direction === 'sendrecv' || direction === 'recvonly';
    this.#watch.expect(this.#mayHear);
  }

  play(source: AudioSource): Playback {
    const playback = this.#transmitter.play(source);
    if (this.#isClosed) this.#transmitter.close();
    return playback;
  }

  async sendDigits(digits: string, durationMs: number): Promise<void> {
    const sent = this.#transmitter.sendDigits(digits, durationMs);
    if (this.#isClosed) this.#transmitter.close();
    await sent;
  }

  onDigit(listener: (digit: string, durationMs: number) => void): void {
    this.#digitListeners.push(listener);
  }

  watch(silentMs: number, listener: () => void): void {
    if (!this.#isClosed) this.#watch.begin(silentMs, listener);
  }

  /** Bridges with a port of this kind; a bridge that either has is ended. Nothing happens where one is closed. */
  bridge(other: AudioPort): void {
    if (!(other instanceof RtpAudioPort) || other === this)
      throw new TypeError('a port is bridged with another of its kind');
    if (this.#isClosed || other.#isClosed || this.#other === other) return;
    this.unbridge();
    other.unbridge();
    this.#other = other;
    other.#other = this;
  }

  unbridge(): void {
    const other = this.#other;
    if (other === null) return;
    this.#other = null;
    other.#other = null;
    this.#transmitter.endRelay();
    other.#transmitter.endRelay();
  }

  record(file: string, options: Parameters<AudioPort['record']>[1]): Recording {
    if (this.#isClosed) return NOTHING_RECORDED;
    const recorder = new Recorder({ file, ...options, clock: this.#clock });
    this.#recorders = [...this.#recorders, recorder];
    void this.#forgetAtEnd(recorder);
    return recorder;
  }

  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.unbridge();
    this.#transmitter.close();
    this.#digits.close();
    this.#watch.close();
    for (const recorder of this.#recorders) recorder.finish('closed');
    this.#pair.release();
  }

  send(packet: Buffer, isReused: boolean): boolean {
    const target = this.#latch.target;
    const { rtp } = this.#pair;
    // What waits for the kernel waits in the packet's own memory, which a reused packet is about to lose.
    if (target === null || rtp.getSendQueueCount() > (isReused ? 0 : MAX_QUEUED)) return false;
    rtp.send(packet, target.port, target.address);
    this.#sent += 1;
    return true;
  }

  onSent(codec: G711, packet: Buffer, start: number, end: number, timestamp: number): void {
    for (const recorder of this.#recorders) recorder.heard(codec, packet, start, end, timestamp);
  }

  #receive(packet: Buffer, { address, port }: RemoteInfo): void {
    const start = payloadStart(packet);
    const end = start === -1 ? -1 : payloadEnd(packet, start);
    const nowMs = this.#clock.nowMs();
    if (end === -1 || !this.#latch.admits(address, port, nowMs)) {
      this.#refused += 1;
      return;
    }
    this.#watch.heard(nowMs);
    const payloadType = payloadTypeOf(packet);
    const codec = asG711(payloadType);
    if (codec !== null) this.#hearSound(packet, codec, start, end, nowMs);
    else if (payloadType === this.#transmitter.agreement?.telephoneEvent) this.#hearEvent(packet, start, end, nowMs);
    else this.#passOver(packet);
  }

  #hearSound(packet: Buffer, codec: G711, start: number, end: number, nowMs: number): void {
    this.#received += 1;
    if (!this.#mayHear) return;
    for (const recorder of this.#recorders) recorder.said(codec, packet, start, end, timestampOf(packet));
    // Last, for the other's transmitter rewrites the packet.
    const other = this.#other;
    if (other !== null) other.#transmitter.relaySound(packet, codec, start, end, nowMs);
  }

  #hearEvent(packet: Buffer, start: number, end: number, nowMs: number): void {
    this.#received += 1;
    if (!this.#mayHear) return;
    this.#digits.receive(packet, start, end);
    const other = this.#other;
    if (other !== null) other.#transmitter.relayEvent(packet, start, end, nowMs);
  }

  async #forgetAtEnd(recorder: Recorder): Promise<void> {
    await recorder.ended;
    this.#recorders = this.#recorders.filter((one) => one !== recorder);
  }

  /** A payload nobody agreed on, comfort noise for one. */
  #passOver(packet: Buffer): void {
    this.#refused += 1;
    const other = this.#other;
    if (other !== null) other.#transmitter.leaveOut(packet);
  }

  #hearDigit(digit: string, durationMs: number): void {
    const other = this.#other;
    // Who takes no events hears the digit as a tone, once it is known how long it was.
    if (other !== null && other.#transmitter.agreement?.telephoneEvent === null) {
      void other.#transmitter.sendDigits(digit, durationMs);
    }
    for (const listener of this.#digitListeners) listener(digit, durationMs);
  }

  /** RTCP is no more to us than a sign that the peer is there; it reports to nobody. */
  #receiveControl({ address }: RemoteInfo): void {
    if (this.#latch.knows(address)) this.#watch.heard(this.#clock.nowMs());
  }
}

const NOTHING: RecordingEnd = { cause: 'closed', recordedMs: 0, error: null };

/** What is recorded of a port that is closed already: nothing, and no file. */
const NOTHING_RECORDED: Recording = {
  recordedMs: 0,
  mask: () => undefined,
  unmask: () => undefined,
  stop: () => Promise.resolve(0),
  ended: Promise.resolve(NOTHING),
};
