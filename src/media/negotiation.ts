import { randomInt } from 'node:crypto';
import { AppError } from '../domain/app-error.ts';
import { OneAtATime } from './one-at-a-time.ts';
import type { AudioCodec, AudioStream, OfferedMedia } from './sdp.ts';
import { PCMU, readOffer, writeAnswer, writeOffer, writeSdp } from './sdp.ts';
import type { MediaEndpoint } from './server-link.ts';

/** What stands in for a side that has not said yet where its audio is to go: an address that nothing is sent to. */
export const STAND_IN = writeOffer(
  { address: '127.0.0.1', port: 9, codec: PCMU, keys: 101, direction: 'inactive', packetMs: 20 },
  { id: '1', version: 1 },
);

/** As good as never, for a timer of the server's: longer than any call. */
export const NEVER_MS = 86_400_000;

/** What was last agreed with a side, and with the server for it. */
interface Agreement {
  readonly theirs: AudioStream;
  readonly server: AudioStream;
  readonly silenceMs: number | null;
}

/**
 * What one side and the media server agree on. Towards the server we are a party of our own, with an SDP that we change
 * by re-INVITE, one at a time; towards the side we speak for the server, from its one address and port all through.
 */
export class Negotiation {
  readonly #endpoint: Pick<MediaEndpoint, 'sdp' | 'set' | 'modify'>;
  readonly #silenceLimitMs: number | null;
  readonly #turns = new OneAtATime();
  /** The server's end as it was made: where it listens, and which type its keys have. */
  readonly #server: AudioStream;
  readonly #originId = String(randomInt(2 ** 47));
  #agreed: Agreement | null = null;
  #toServer = 1;
  #said = { text: '', version: 0 };

  /** @param silenceLimitMs how long a side that should be heard may be silent; null for ever */
  constructor(endpoint: Pick<MediaEndpoint, 'sdp' | 'set' | 'modify'>, silenceLimitMs: number | null) {
    this.#endpoint = endpoint;
    this.#silenceLimitMs = silenceLimitMs;
    this.#server = audioOf(endpoint.sdp).audio;
  }

  /** The codec agreed on; null before that. */
  get codec(): AudioCodec | null {
    return this.#agreed?.theirs.codec ?? null;
  }

  /** The offer for a side that has said nothing yet, with this codec first. */
  offer(codec: AudioCodec): string {
    const offered: AudioStream = { ...this.#server, codec, direction: 'sendrecv' };
    return this.#say((version) => writeOffer(offered, { id: this.#originId, version }));
  }

  /** Takes up a side's SDP; resolves with our answer. While it is `early`, or wants nothing sent or heard, it may be silent. */
  async take(sdp: string, stage?: 'early'): Promise<string> {
    const offered = audioOf(sdp);
    const isHeard = stage !== 'early' && offered.audio.direction === 'sendrecv';
    return this.#turns.run(async () => {
      const server = await this.#agree(offered.audio, isHeard ? this.#silenceLimitMs : null);
      return this.#say((version) => writeAnswer(server, offered, { id: this.#originId, version }));
    });
  }

  /**
   * Says a hold once more. FreeSWITCH forgets it when the side is bridged (`switch_ivr_check_hold`) but not that it has
   * been told, and plays the other side no music: it has to be taken off hold and put on it.
   */
  async holdAgain(): Promise<void> {
    await this.#turns.run(async () => {
      const theirs = this.#agreed?.theirs;
      if (!theirs || theirs.address === '0.0.0.0' || !isHold(theirs)) return;
      await this.#offerServer({ ...theirs, direction: 'sendrecv' });
      await this.#offerServer(theirs);
    });
  }

  async #agree(theirs: AudioStream, silenceMs: number | null): Promise<AudioStream> {
    const before = this.#agreed;
    if (before && before.silenceMs === silenceMs && isSame(before.theirs, theirs)) return before.server;
    // The server looks at this as it takes up an SDP, and then alone.
    if (this.#silenceLimitMs !== null && silenceMs !== before?.silenceMs)
      await this.#endpoint.set({ media_timeout: String(silenceMs ?? NEVER_MS) });
    const server = await this.#offerServer(theirs);
    this.#agreed = { theirs, server, silenceMs };
    return server;
  }

  async #offerServer(theirs: AudioStream): Promise<AudioStream> {
    this.#toServer += 1;
    const answer = readOffer(await this.#endpoint.modify(writeSdp(theirs, { id: '1', version: this.#toServer })));
    if (answer) return answer.audio;
    throw new AppError('media-failed', 'The media server answered an offer of G.711 with an SDP that has none.');
  }

  /** RFC 3264 §8: the version goes up by one where the rest is changed, and stays where it is not. */
  #say(write: (version: number) => string): string {
    const text = write(0);
    if (text !== this.#said.text) this.#said = { text, version: this.#said.version + 1 };
    return write(this.#said.version);
  }
}

/** The audio of an SDP. AppError `media-refused` where there is none that can be spoken. */
export function audioOf(sdp: string): OfferedMedia {
  const offered = readOffer(sdp);
  if (offered) return offered;
  throw new AppError(
    'media-refused',
    'The SDP has no audio that can be spoken here: offer PCMU or PCMA over RTP/AVP, to an IPv4 address.',
  );
}

function isHold({ direction }: AudioStream): boolean {
  return direction === 'sendonly' || direction === 'inactive';
}

function isSame(a: AudioStream, b: AudioStream): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}
