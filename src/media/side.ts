import type { Question, Sound } from '../calls/ports/call-media.ts';
import type { Clock } from '../calls/ports/clock.ts';
import { AppError } from '../domain/app-error.ts';
import { DigitCollection } from './digit-collection.ts';
import type { Turn } from './foreground.ts';
import { Foreground } from './foreground.ts';
import { Negotiation, NEVER_MS, STAND_IN } from './negotiation.ts';
import { readOffer } from './sdp.ts';
import type { MediaEndpoint, ServerLink } from './server-link.ts';
import { asArgument, serverPath, type ToServerPath } from './server-path.ts';
import { BEEP, HOLD_TONE, RINGBACK, SILENCE_THRESHOLD } from './sounds.ts';

/** How the sides of every call are set up. */
export interface SideOptions {
  readonly clock: Clock;
  /** How long a side that should be heard may send nothing; null for as long as it likes. */
  readonly silenceLimitMs: number | null;
  /** A file for whoever is put on hold, by its path on this machine; null for a soft tone now and then. */
  readonly holdMusic: string | null;
  readonly toServerPath: ToServerPath;
}

/** A round of a sound that is repeated lasts longer than this, or there is nothing in it to be heard. */
const SHORTEST_ROUND_MS = 100;

/** What SIP INFO may say was pressed. */
const NOT_A_KEY = /[^0-9A-D*#]/g;

/** Makes an endpoint, as yet for nobody, and sets it up. */
export async function openEndpoint(
  link: Pick<ServerLink, 'createEndpoint'>,
  headers: Readonly<Record<string, string>>,
  { holdMusic, toServerPath }: SideOptions,
): Promise<MediaEndpoint> {
  const endpoint = await link.createEndpoint(STAND_IN, headers);
  try {
    await endpoint.set({
      // Nobody's channel ends because the one it was bridged to does.
      hangup_after_bridge: 'false',
      park_after_bridge: 'true',
      // Keys are events to us, and end nothing by themselves.
      playback_terminators: 'none',
      hold_music: holdMusic === null ? HOLD_TONE : serverPath(holdMusic, toServerPath),
      media_hold_timeout: String(NEVER_MS),
      RECORD_STEREO: 'true',
    });
    if (readOffer(endpoint.sdp) !== null) return endpoint;
    throw new AppError('media-failed', 'The media server answered an offer of G.711 with an SDP that has none.');
  } catch (error) {
    await endpoint.destroy();
    throw error;
  }
}

/** One side of a call at the media server: the endpoint that speaks with it, what plays there and what is asked. */
export class Side {
  readonly negotiation: Negotiation;
  readonly #endpoint: MediaEndpoint;
  readonly #options: SideOptions;
  readonly #foreground: Foreground;
  #question: { readonly turn: Turn; readonly digits: DigitCollection } | null = null;
  #message: Turn | null = null;

  /** @param onGone the channel has ended, and not by us; its hangup cause, or null for a lost connection */
  constructor(endpoint: MediaEndpoint, options: SideOptions, onGone: (cause: string | null) => void) {
    this.#endpoint = endpoint;
    this.#options = options;
    this.#foreground = new Foreground(endpoint);
    this.negotiation = new Negotiation(endpoint, options.silenceLimitMs);
    endpoint.listen({
      onKey: (key) => this.#onKey(key),
      onGone: (cause) => {
        this.#question?.digits.fail(new AppError('media-failed', 'The side that was asked is gone.'));
        onGone(cause);
      },
    });
  }

  get uuid(): string {
    return this.#endpoint.uuid;
  }

  /** From here the two hear each other. */
  bridge(other: Side): Promise<void> {
    return this.#endpoint.bridge(other.uuid);
  }

  /** Has the server do an API command. */
  command(text: string): Promise<string> {
    return this.#endpoint.command(text);
  }

  play(sound: Sound): Promise<'finished' | 'stopped'> {
    return this.#sound(this.#take(), sound);
  }

  async ask({ sound, ...wanted }: Question): Promise<string> {
    const turn = this.#take();
    const digits = new DigitCollection(wanted, this.#options.clock);
    const question = { turn, digits };
    this.#question = question;
    this.#sound(turn, sound).then(
      () => digits.promptEnded(),
      (error: unknown) => digits.fail(error),
    );
    try {
      return await digits.answer;
    } finally {
      this.#foreground.end(turn);
      if (this.#question === question) this.#question = null;
    }
  }

  /** Writes what this side says to a mono file, until `#`, silence, the limit, or the end; resolves once it is complete. */
  async takeMessage(path: string, { maxMs, silenceMs }: { maxMs: number; silenceMs: number }): Promise<void> {
    const file = asArgument(serverPath(path, this.#options.toServerPath));
    const turn = this.#take();
    this.#message = turn;
    const limit = this.#options.clock.startTimer(maxMs, () => this.#foreground.end(turn));
    // The server counts whole seconds; its own limit is there for the case that we are not.
    const limits = [Math.ceil(maxMs / 1_000) + 1, SILENCE_THRESHOLD, Math.max(1, Math.round(silenceMs / 1_000))];
    try {
      await this.#foreground.run(turn, 'record', [file, ...limits].join(' '));
    } finally {
      limit.stop();
      if (this.#message === turn) this.#message = null;
    }
  }

  /** Stops what plays; a question ends with the digits it has. */
  stop(): void {
    this.#take();
  }

  /** As `stop`; resolves once nothing plays any more. */
  async clear(): Promise<void> {
    this.stop();
    await this.#foreground.clear();
  }

  /** Keys pressed that came another way than by RTP. */
  pressed(digits: string): void {
    const keys = digits.toUpperCase().replaceAll(NOT_A_KEY, '');
    if (keys === '') return;
    // Who finds that a key did nothing presses it again.
    this.command(`uuid_recv_dtmf ${this.uuid} ${keys}`).catch(() => undefined);
  }

  /** Hangs up; a message being taken is complete once it resolves. Never rejects. */
  async destroy(): Promise<void> {
    const isTakingMessage = this.#message !== null;
    this.stop();
    if (isTakingMessage) await this.#foreground.clear().catch(() => undefined);
    await this.#endpoint.destroy();
  }

  #take(): Turn {
    this.#question?.digits.end();
    return this.#foreground.take();
  }

  async #sound(turn: Turn, sound: Sound): Promise<'finished' | 'stopped'> {
    switch (sound.kind) {
      case 'ringback':
        return this.#playback(turn, RINGBACK);
      case 'beep':
        return this.#playback(turn, BEEP);
      case 'file':
        return this.#playback(turn, serverPath(sound.path, this.#options.toServerPath));
      case 'loop':
        return this.#loop(turn, serverPath(sound.path, this.#options.toServerPath));
    }
  }

  /** Round after round: the server's own endless playback can't be broken off. */
  async #loop(turn: Turn, file: string): Promise<'stopped'> {
    for (;;) {
      const begunAt = this.#options.clock.now().mono;
      if ((await this.#playback(turn, file)) === 'stopped') return 'stopped';
      if (this.#options.clock.now().mono - begunAt < SHORTEST_ROUND_MS)
        throw new AppError('media-failed', `${file} is too short to be played over and over.`);
    }
  }

  async #playback(turn: Turn, what: string): Promise<'finished' | 'stopped'> {
    const ending = await this.#foreground.run(turn, 'playback', what);
    if (ending.kind === 'stopped') return 'stopped';
    if (ending.word === 'FILE PLAYED') return 'finished';
    throw new AppError('media-failed', `The media server can't play ${what}: ${ending.word || 'no reason given'}.`);
  }

  #onKey(key: string): void {
    if (key === '#' && this.#message !== null) this.#foreground.end(this.#message);
    if (this.#question === null) return;
    this.#foreground.end(this.#question.turn);
    this.#question.digits.press(key);
  }
}
