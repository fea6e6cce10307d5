import type { CallMedia, MediaEvent, MediaSide, Question, Sound } from '../calls/ports/call-media.ts';
import { AppError } from '../domain/app-error.ts';
import type { AttemptId, CallId } from '../domain/ids.ts';
import { audioOf } from './negotiation.ts';
import { CallRecording } from './call-recording.ts';
import { OneAtATime } from './one-at-a-time.ts';
import { PCMU } from './sdp.ts';
import type { ServerLink } from './server-link.ts';
import { serverPath } from './server-path.ts';
import { openEndpoint, Side, type SideOptions } from './side.ts';

/** What marks a channel as made by this Tollgate; the server keeps it as a variable of the channel. */
export const INSTANCE_HEADER = 'X-Tollgate-Instance';

/** The cause FreeSWITCH hangs up with where nothing was heard for too long. */
const MEDIA_TIMEOUT = 'MEDIA_TIMEOUT';

/** How the media of every call is set up. */
export interface CallMediaOptions extends SideOptions {
  /** Stays the same over restarts: by it the channels of a former process are known. */
  readonly instanceId: string;
}

/** Where a call's media is to be, and who hears of it. */
export interface CallMediaWorld {
  readonly server: string;
  readonly link: Pick<ServerLink, 'createEndpoint'>;
  readonly options: CallMediaOptions;
  readonly report: (event: MediaEvent) => void;
  /** Everything is given back. */
  readonly onClosed: () => void;
}

/**
 * One call's media at FreeSWITCH.
 *
 *     opening ──begin()──▶ open ──close()──▶ closed
 *        └────────┬──────────┘                  ▲
 *        a channel or the link goes ──▶ lost ───┘
 */
export class FsCallMedia implements CallMedia {
  readonly server: string;
  readonly #world: CallMediaWorld;
  readonly #headers: Readonly<Record<string, string>>;
  readonly #sides = new Map<MediaSide, Side>();
  readonly #opening = new Map<MediaSide, Promise<Side>>();
  readonly #releasing = new Set<Promise<unknown>>();
  /** What changes who hears whom, and recordings: each begins when the one before is done. */
  readonly #turns = new OneAtATime();
  /** Rejects once nothing more can be done here. */
  readonly #over = Promise.withResolvers<never>();
  #state: 'opening' | 'open' | 'lost' | 'closed' = 'opening';
  #closing: Promise<void> | null = null;
  #callerSdp = '';
  #bridged: AttemptId | null = null;
  /** Settles, and never rejects, when no bridge is being made. */
  #bridging: Promise<void> = Promise.resolve();
  readonly #recording = new CallRecording();

  constructor(callId: CallId, world: CallMediaWorld) {
    this.server = world.server;
    this.#world = world;
    this.#headers = { [INSTANCE_HEADER]: world.options.instanceId, 'X-Tollgate-Call-Id': callId };
    this.#over.promise.catch(() => undefined);
  }

  /** Makes the caller's endpoint. To be awaited before anything else; where it rejects, `close` is still to be called. */
  async begin(offer: string | null): Promise<void> {
    if (offer !== null) audioOf(offer);
    const { negotiation } = await this.#open('caller');
    this.#callerSdp = offer === null ? negotiation.offer(PCMU) : await this.#whileOpen(negotiation.take(offer));
    // Closed, or lost, in the very moment.
    if (this.#state !== 'opening') await this.#over.promise;
    this.#state = 'open';
  }

  get callerSdp(): string {
    return this.#callerSdp;
  }

  async openBuyer(attemptId: AttemptId): Promise<string> {
    this.#at('caller');
    const { negotiation } = await this.#open(attemptId);
    // The caller's codec first: what both speak needs no translation.
    return negotiation.offer(this.#sides.get('caller')?.negotiation.codec ?? PCMU);
  }

  async negotiate(side: MediaSide, sdp: string, stage?: 'early'): Promise<string> {
    const { negotiation } = this.#at(side);
    // Of a hold it is told just then FreeSWITCH does half.
    await this.#whileOpen(this.#bridging);
    return this.#whileOpen(negotiation.take(sdp, stage));
  }

  async play(side: MediaSide, sound: Sound): Promise<'finished' | 'stopped'> {
    return this.#at(side).play(sound);
  }

  async ask(side: MediaSide, question: Question): Promise<string> {
    const asked = this.#at(side);
    // Until they answer, who is asked shall not hear the other side, nor be heard.
    if (this.#bridged !== null && (side === 'caller' || side === this.#bridged)) await this.#inTurn(() => this.#part());
    return asked.ask(question);
  }

  stop(side: MediaSide): void {
    this.#sides.get(side)?.stop();
  }

  pressed(side: MediaSide, digits: string): void {
    this.#sides.get(side)?.pressed(digits);
  }

  async bridge(attemptId: AttemptId): Promise<void> {
    await this.#inTurn(() => {
      const bridging = this.#bridge(this.#at('caller'), this.#at(attemptId), attemptId);
      this.#bridging = bridging.catch(() => undefined);
      return bridging;
    });
  }

  async startRecording(path: string): Promise<void> {
    const file = serverPath(path, this.#world.options.toServerPath);
    await this.#inTurn(() => this.#recording.start(this.#at('caller'), file));
  }

  async pauseRecording(): Promise<void> {
    await this.#inTurn(() => this.#recording.pause());
  }

  async resumeRecording(): Promise<void> {
    await this.#inTurn(() => this.#recording.resume());
  }

  async stopRecording(): Promise<void> {
    await this.#inTurn(() => this.#recording.complete());
  }

  async takeMessage(path: string, limits: { readonly maxMs: number; readonly silenceMs: number }): Promise<void> {
    await this.#at('caller').takeMessage(path, limits);
  }

  closeBuyer(attemptId: AttemptId): void {
    const released = this.#release(attemptId);
    if (this.#bridged !== attemptId) return;
    this.#bridged = null;
    // Who is bridged next finds the caller out of the bridge before.
    this.#turns.run(() => released).catch(() => undefined);
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  /** The server is gone. Reports `lost`, once, and gives back what may be left. */
  lose(cause: string): void {
    if (this.#state !== 'open' && this.#state !== 'opening') return;
    const wasOpen = this.#state === 'open';
    this.#state = 'lost';
    this.#over.reject(new AppError('media-failed', `The call's media is lost: ${cause}.`));
    void this.close();
    if (wasOpen) this.#world.report({ type: 'lost', cause });
  }

  async #close(): Promise<void> {
    if (this.#state !== 'lost') this.#state = 'closed';
    this.#over.reject(new AppError('media-failed', "The call's media is closed."));
    // The caller's channel writes the file: it is completed before the channel goes.
    if (this.#state === 'closed') await this.#recording.complete().catch(() => undefined);
    for (const side of [...this.#sides.keys(), ...this.#opening.keys()]) void this.#release(side);
    await Promise.all(this.#releasing);
    this.#world.onClosed();
  }

  async #open(side: MediaSide): Promise<Side> {
    if (this.#sides.has(side) || this.#opening.has(side))
      throw new AppError('media-failed', `${side} has an endpoint already.`);
    const { link, options } = this.#world;
    const opening = openEndpoint(link, this.#headers, options).then(
      (endpoint) => new Side(endpoint, options, (cause) => this.#onGone(side, cause)),
    );
    this.#opening.set(side, opening);
    const mayStay = (): boolean => this.#opening.get(side) === opening && this.#opening.delete(side);
    opening.catch(mayStay);
    const opened = await this.#whileOpen(opening);
    if (!mayStay()) throw new AppError('media-failed', `The endpoint of ${side} was closed before it was there.`);
    this.#sides.set(side, opened);
    return opened;
  }

  /**
   * Gives an endpoint back, as soon as it is there and no bridge is being made: FreeSWITCH hangs up a channel whose
   * partner goes just then, for it has nobody to be bridged to.
   */
  #release(side: MediaSide): Promise<void> {
    const there = Promise.all([this.#sides.get(side) ?? this.#opening.get(side), this.#bridging]);
    this.#sides.delete(side);
    this.#opening.delete(side);
    const released = there.then(
      ([opened]) => opened?.destroy(),
      () => undefined,
    );
    this.#releasing.add(released);
    return released.finally(() => this.#releasing.delete(released));
  }

  #onGone(side: MediaSide, cause: string | null): void {
    const { silenceLimitMs } = this.#world.options;
    if (cause !== MEDIA_TIMEOUT || silenceLimitMs === null || this.#state !== 'open') {
      this.lose(`the media server ended the channel of ${side}: ${cause ?? 'connection lost'}`);
      return;
    }
    void this.#release(side);
    this.#world.report({ type: 'silent', side, silentMs: silenceLimitMs });
  }

  #at(side: MediaSide): Side {
    const found = this.#sides.get(side);
    if (found && this.#state === 'open') return found;
    const why = this.#state === 'open' ? `${side} has no endpoint` : `the call's media is ${this.#state}`;
    throw new AppError('media-failed', `There is nothing to be heard or said: ${why}.`);
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    return this.#whileOpen(this.#turns.run(work));
  }

  #whileOpen<T>(work: Promise<T>): Promise<T> {
    return Promise.race([work, this.#over.promise]);
  }

  async #bridge(caller: Side, buyer: Side, attemptId: AttemptId): Promise<void> {
    await Promise.all([caller.clear(), buyer.clear()]);
    // Bridged once more, what is being recorded would lose one side.
    if (this.#bridged === attemptId) return;
    await caller.bridge(buyer);
    // It may have been given back meanwhile.
    this.#bridged = this.#sides.get(attemptId) === buyer ? attemptId : null;
    // Without it a hold is a silence, nothing worse.
    for (const { negotiation } of [caller, buyer]) negotiation.holdAgain().catch(() => undefined);
  }

  /** Ends the bridge; each stays with us. */
  async #part(): Promise<void> {
    if (this.#bridged === null) return;
    await this.#at('caller').command(`uuid_transfer ${this.#at('caller').uuid} -both park inline`);
    this.#bridged = null;
  }
}
