import type { AudioPlan } from '../../domain/call/admission-plan.ts';
import type { CallEvent } from '../../domain/call/call-event.ts';
import type { BuyerScreening } from '../../domain/call/dial-target.ts';
import type { Program } from '../../domain/call/program.ts';
import { AppError } from '../../domain/app-error.ts';
import type { AttemptId, CallId, PromptId } from '../../domain/ids.ts';
import type { IsKnownZip } from '../../domain/ivr/run-ivr.ts';
import type { EpochMs } from '../../domain/time.ts';
import type { ALeg } from '../ports/a-leg.ts';
import type { CallMedia, MediaEvent, MediaServers, MediaSide } from '../ports/call-media.ts';
import type { BegunRecording, Recordings } from '../ports/recordings.ts';
import { askBuyer } from './ask-buyer.ts';
import { runProgram } from './run-program.ts';

/** What a call's audio needs of the world. */
export interface AudioWorld {
  readonly servers: MediaServers;
  readonly recordings: Recordings;
  /** A prompt's file by its absolute path; null where there is none. */
  readonly promptFile: (id: PromptId) => string | null;
  readonly isKnownZip: IsKnownZip;
  /** Something could not be played or recorded; the call goes on. */
  readonly onTrouble: (callId: CallId, error: unknown) => void;
}

/** The call whose audio it is. */
export interface AnchoredCall {
  readonly callId: CallId;
  readonly receivedAt: EpochMs;
  /** The caller's offer; null where it comes with the ACK. */
  readonly offer: string | null;
  readonly aLeg: Pick<ALeg, 'showProgress'>;
  /** Takes what happens as an event of the machine. */
  readonly handle: (event: CallEvent) => void;
}

/** What the caller hears of destinations that ring: nothing of ours yet, our ringing, or one destination itself. */
type Hearing = 'nothing' | 'ringback' | 'early-media';

/** How often another server is tried where one fails as a destination is about to be dialled. */
const SERVERS_TRIED = 3;

/** A call's audio on a media server: one server for the whole call, found when it is first needed. */
export class AnchoredAudio {
  readonly #world: AudioWorld;
  readonly #call: AnchoredCall;
  #opening: Promise<CallMedia> | null = null;
  #media: CallMedia | null = null;
  /** The caller has our SDP: its audio can't move to another server any more. */
  #shown = false;
  #hearing: Hearing = 'nothing';
  #closed = false;
  #recording: BegunRecording | null = null;
  /** Our SDP towards each destination. */
  readonly #offers = new Map<AttemptId, string>();
  /** SDP of destinations that have answered. */
  readonly #answers = new Map<AttemptId, string>();

  constructor(world: AudioWorld, call: AnchoredCall) {
    this.#world = world;
    this.#call = call;
  }

  /** Finds a server for the caller; reports `mediaOpened` or `mediaRefused`. */
  open(): void {
    this.#open().then(
      () => this.#report({ type: 'mediaOpened', needsAnswer: this.#call.offer === null && !this.#shown }),
      (error: unknown) => this.#report({ type: 'mediaRefused', ...refusalOf(error) }),
    );
  }

  /** Somebody has been told of the server's SDP: the call's audio can't move to another server any more. */
  get isInUse(): boolean {
    return this.#shown || this.#offers.size > 0;
  }

  /** What a destination is to be offered. Rejects where no server can; then nothing is left of it. */
  async offerFor(attemptId: AttemptId): Promise<string> {
    for (let tried: readonly string[] = []; ;) {
      const media = await this.#open(tried);
      try {
        const offer = await media.openBuyer(attemptId);
        this.#offers.set(attemptId, offer);
        return offer;
      } catch (error) {
        tried = [...tried, media.server];
        if (this.isInUse || this.#closed || tried.length >= SERVERS_TRIED) throw error;
        this.#world.onTrouble(this.#call.callId, error);
        // Another attempt may have given it up already, and found the next.
        if (this.#media === media) this.#forget(media);
      }
    }
  }

  /** The SDP to answer the caller with. */
  get callerSdp(): string {
    if (this.#media === null)
      throw new AppError('media-failed', 'The caller is to be answered before its media is there');
    this.#shown = true;
    return this.#media.callerSdp;
  }

  /** Runs a program with the caller; reports `programEnded`. */
  run(program: Program): void {
    const media = this.#media;
    if (media === null) return this.#report({ type: 'mediaLost', cause: 'media-lost' });
    this.#letHear(media);
    const { promptFile, isKnownZip } = this.#world;
    runProgram(program, {
      media,
      promptFile,
      isKnownZip,
      beginMessage: async () => {
        const { recordingId, path } = await this.#beginRecording();
        this.#report({ type: 'recordingStarted', recordingId });
        return path;
      },
      onTrouble: (error) => this.#trouble(error),
    }).then(
      (result) => this.#report({ type: 'programEnded', result }),
      (error: unknown) => {
        this.#trouble(error);
        this.#report({ type: 'mediaLost', cause: 'media-failed' });
      },
    );
  }

  /**
   * Lets the caller know of a destination's progress: by ringing of ours where the campaign has its own, or the caller is
   * listening to us already; by the destination's early media; else as a status alone, which the caller's network makes
   * heard.
   */
  showProgress(attemptId: AttemptId, status: 180 | 183, sdp: string | null, { ringback }: AudioPlan): void {
    const media = this.#media;
    if (media === null) return;
    if (sdp !== null && ringback === null) {
      media
        .negotiate(attemptId, sdp, 'early')
        .then(() => media.bridge(attemptId))
        .catch((error: unknown) => this.#trouble(error));
      this.#hearing = 'early-media';
      this.#letHear(media);
    } else if (ringback !== null || this.#shown) {
      this.#letHear(media);
      this.#ring(ringback);
    } else {
      this.#call.aLeg.showProgress(status, null);
    }
  }

  /** A destination's 2xx brought this; it is taken up as the buyer is screened. */
  answered(attemptId: AttemptId, sdp: string): void {
    this.#answers.set(attemptId, sdp);
  }

  /** Puts whoever answered to the question, if there is one; reports that they took the call, or did not. */
  screen(attemptId: AttemptId, screening: BuyerScreening | null): void {
    const media = this.#media;
    const sdp = this.#answers.get(attemptId);
    if (media === null || sdp === undefined) return this.#report(cantPutThrough(attemptId));
    this.#answers.delete(attemptId);
    if (this.#shown && this.#hearing === 'nothing' && screening !== null) this.#ring(null);
    void this.#putThrough(media, attemptId, sdp, screening);
  }

  async #putThrough(
    media: CallMedia,
    attemptId: AttemptId,
    sdp: string,
    screening: BuyerScreening | null,
  ): Promise<void> {
    try {
      await media.negotiate(attemptId, sdp);
      if (screening === null) {
        this.#report({ type: 'attemptAnswered', attemptId, sdp: null, since: 'pickup' });
        return;
      }
      const taken = await askBuyer(attemptId, screening, { media, promptFile: this.#world.promptFile });
      if (taken) this.#report({ type: 'attemptAnswered', attemptId, sdp: null, since: 'now' });
      else this.#report({ type: 'attemptDeclined', attemptId });
    } catch (error) {
      this.#trouble(error);
      this.#report(cantPutThrough(attemptId));
    }
  }

  /** Lets the two hear each other, and records them where that is asked for. */
  join(attemptId: AttemptId, record: boolean): void {
    const media = this.#media;
    if (media === null) return;
    media.bridge(attemptId).catch((error: unknown) => {
      this.#trouble(error);
      this.#report({ type: 'mediaLost', cause: 'media-failed' });
    });
    if (!record) return;
    this.#record(media).catch((error: unknown) => this.#trouble(error));
  }

  /** A destination that is out of it. */
  drop(attemptId: AttemptId): void {
    this.#answers.delete(attemptId);
    this.#offers.delete(attemptId);
    this.#media?.closeBuyer(attemptId);
  }

  /** What one side says in SDP within the call; resolves with ours. */
  negotiate(side: MediaSide, sdp: string): Promise<string> {
    return (
      this.#media?.negotiate(side, sdp) ?? Promise.reject(new AppError('media-failed', 'There is no media any more'))
    );
  }

  /** Takes up the answer to an offer of ours. Without it that side can't be heard: a call that can't take it is over. */
  async takeAnswer(side: MediaSide, sdp: string): Promise<void> {
    try {
      await this.negotiate(side, sdp);
    } catch (error) {
      this.#trouble(error);
      this.#report({ type: 'mediaLost', cause: 'media-failed' });
    }
  }

  /** Our SDP towards one side, as it was last said. */
  sdpOf(side: MediaSide): string {
    const sdp = side === 'caller' ? this.#media?.callerSdp : this.#offers.get(side);
    if (sdp === undefined) throw new AppError('media-failed', 'There is no media any more');
    return sdp;
  }

  pressed(side: MediaSide, digits: string): void {
    this.#media?.pressed(side, digits);
  }

  /** Silence is recorded until `resumeRecording`; false where nothing is recorded. */
  async pauseRecording(): Promise<boolean> {
    if (this.#recording === null || this.#media === null) return false;
    await this.#media.pauseRecording();
    return true;
  }

  async resumeRecording(): Promise<boolean> {
    if (this.#recording === null || this.#media === null) return false;
    await this.#media.resumeRecording();
    return true;
  }

  /** Gives everything back. Resolves with what was recorded once its file is complete. Never rejects. */
  async close(): Promise<BegunRecording | null> {
    this.#closed = true;
    const media = this.#media ?? (await this.#opening?.catch(() => null)) ?? null;
    await media?.close();
    return this.#recording;
  }

  #open(avoid: readonly string[] = []): Promise<CallMedia> {
    this.#opening ??= this.#find(avoid).catch((error: unknown) => {
      this.#opening = null;
      throw error;
    });
    return this.#opening;
  }

  async #find(avoid: readonly string[]): Promise<CallMedia> {
    const { callId, offer } = this.#call;
    const media = await this.#world.servers.open({ callId, offer, avoid }, (event) => this.#onMedia(media, event));
    this.#media = media;
    return media;
  }

  #forget(media: CallMedia): void {
    this.#media = null;
    this.#opening = null;
    void media.close();
  }

  #onMedia(from: CallMedia, event: MediaEvent): void {
    // One that was given up for another has nothing more to say.
    if (from !== this.#media) return;
    if (event.type === 'lost') this.#report({ type: 'mediaLost', cause: 'media-lost' });
    else this.#report({ type: 'mediaSilent', silentMs: event.silentMs });
  }

  /** The caller is to hear us: early media, until it is answered (RFC 3960). */
  #letHear(media: CallMedia): void {
    if (this.#shown) return;
    this.#shown = true;
    this.#call.aLeg.showProgress(183, media.callerSdp);
  }

  #ring(ringback: PromptId | null): void {
    if (this.#hearing === 'ringback' || this.#media === null) return;
    this.#hearing = 'ringback';
    const path = ringback === null ? null : this.#world.promptFile(ringback);
    const sound = path === null ? ({ kind: 'ringback' } as const) : ({ kind: 'loop', path } as const);
    this.#media.play('caller', sound).catch((error: unknown) => this.#trouble(error));
  }

  async #record(media: CallMedia): Promise<void> {
    const { recordingId, path } = await this.#beginRecording();
    await media.startRecording(path);
    this.#report({ type: 'recordingStarted', recordingId });
  }

  async #beginRecording(): Promise<BegunRecording> {
    const { callId, receivedAt } = this.#call;
    const recording = await this.#world.recordings.begin(callId, receivedAt);
    this.#recording = recording;
    return recording;
  }

  #trouble(error: unknown): void {
    // What fails because it is over is no news.
    if (!this.#closed) this.#world.onTrouble(this.#call.callId, error);
  }

  #report(event: CallEvent): void {
    if (!this.#closed) this.#call.handle(event);
  }
}

function cantPutThrough(attemptId: AttemptId): CallEvent {
  return { type: 'attemptFailed', attemptId, sipStatus: null, cause: 'media-failed', reason: 'failed' };
}

function refusalOf(error: unknown): { readonly sipStatus: 488 | 503; readonly cause: string } {
  const refused = error instanceof AppError && error.code === 'media-refused';
  return refused ? { sipStatus: 488, cause: 'media-refused' } : { sipStatus: 503, cause: 'media-unavailable' };
}
