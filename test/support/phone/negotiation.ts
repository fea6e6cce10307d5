import type { HostPort } from './addresses.ts';
import type { RtpStream } from './rtp-stream.ts';
import { answerFrom, offerFrom, readSdp, writeSdp, type Codec, type Direction, type Session } from './sdp.ts';

/** Where a phone without a voice asks for its audio: the discard port, so that nobody else's socket hears it. */
const NOWHERE = 9;
const SILENT_CODECS: readonly Codec[] = ['PCMU', 'PCMA'];

/** Offer and answer of one call (RFC 3264), and the audio that follows them. */
export class Negotiation {
  readonly #host: string;
  #audio: RtpStream | null;
  #ours: Session | null = null;
  #theirs: Session | null = null;
  #wanted: Direction = 'sendrecv';
  #version = 0;

  constructor(host: string, audio: RtpStream | null) {
    this.#host = host;
    this.#audio = audio;
  }

  /** The other side's last session; null before its first. */
  get theirs(): Session | null {
    return this.#theirs;
  }

  /** Gives the call a voice. Too late once we have described ourselves. */
  attach(audio: RtpStream): void {
    if (this.#ours) throw new Error('the call has already said where its audio goes: attach the stream before');
    this.#audio = audio;
  }

  /** Describes us anew as an offer. The direction stays what we last wanted unless another is given. */
  offer(direction: Direction = this.#wanted): string {
    this.#wanted = direction;
    this.#ours = this.#audio ? this.#audio.offer(direction) : offerFrom(this.#nowhere(), SILENT_CODECS, direction);
    return this.#write(this.#ours);
  }

  /** Answers an offer and acts on it; null where no codec is common. */
  answer(offered: string): string | null {
    const offer = readSdp(offered);
    const ours = this.#audio
      ? this.#audio.answer(offer, this.#wanted)
      : answerFrom(this.#nowhere(), SILENT_CODECS, offer, this.#wanted);
    if (!ours) return null;
    this.#ours = ours;
    this.#settle(offer);
    return this.#write(ours);
  }

  /** Acts on the answer to our offer. */
  accept(answered: string): void {
    this.#settle(readSdp(answered));
  }

  #settle(theirs: Session): void {
    this.#theirs = theirs;
    if (this.#ours) this.#audio?.follow(this.#ours, theirs);
  }

  #nowhere(): HostPort {
    return { host: this.#host, port: NOWHERE };
  }

  #write(session: Session): string {
    this.#version += 1;
    return writeSdp(session, this.#version);
  }
}
