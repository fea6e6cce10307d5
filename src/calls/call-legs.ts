import type { AudioPlan } from '../domain/call/admission-plan.ts';
import type { Attempt, AttemptReason } from '../domain/call/attempt.ts';
import { addressOf } from '../domain/call/attempt.ts';
import type { CallEvent } from '../domain/call/call-event.ts';
import type { CallOrigin } from '../domain/call/call-facts.ts';
import { raisesSuspicion } from '../domain/call/gateway-health.ts';
import type { Moment } from '../domain/call/moment.ts';
import type { Program } from '../domain/call/program.ts';
import type { AttemptId } from '../domain/ids.ts';
import { AnchoredAudio, type AudioWorld } from './audio/anchored-audio.ts';
import { AnchoredDial } from './audio/anchored-dial.ts';
import { identityFor } from './caller-identity.ts';
import { eventOfBuyer, eventOfCaller } from './leg-events.ts';
import type { ALeg, ALegEvent, InboundInvite } from './ports/a-leg.ts';
import type { AnchoredSide, BLeg, BLegEvent, Dialer } from './ports/b-leg.ts';
import type { MediaSide } from './ports/call-media.ts';
import type { Clock } from './ports/clock.ts';
import type { BegunRecording } from './ports/recordings.ts';

/** What a call's legs need of the world. */
export interface LegsWorld {
  readonly dialer: Dialer;
  readonly clock: Clock;
  /** A call failed at this gateway as if it weren't there. */
  readonly doubtGateway: (gatewayUri: string) => void;
  /** Media servers and what they play and record; null where there are none. */
  readonly audio: AudioWorld | null;
}

/** The call whose legs they are, and who is told what becomes of them. */
export interface CallOfLegs {
  readonly invite: InboundInvite;
  readonly aLeg: ALeg;
  readonly origin: CallOrigin;
  /** Takes what happens as an event of the machine. */
  readonly handle: (event: CallEvent) => void;
  /** A destination's INVITE is out. */
  readonly onSent: (sent: Extract<BLegEvent, { type: 'sent' }>) => void;
}

/** How long a refused trunk is asked to wait before its next call, in seconds. */
const RETRY_AFTER_S = 5;

/**
 * The legs of one call, and how audio goes between them: handed across as SDP, or through a media server from the first
 * time one is needed. Does what the machine asks for, and reports what happens in the machine's words.
 */
export class CallLegs {
  readonly #world: LegsWorld;
  readonly #call: CallOfLegs;
  readonly #bLegs = new Map<AttemptId, BLeg>();
  /** When each leg was last heard of within the call. */
  readonly #heardAt = new Map<MediaSide, Moment>();
  /** Null while, or because, the audio goes directly from one party to the other. */
  #audio: AnchoredAudio | null = null;
  #plan: AudioPlan | null = null;
  #closing: Promise<BegunRecording | null> | null = null;

  constructor(world: LegsWorld, call: CallOfLegs) {
    this.#world = world;
    this.#call = call;
  }

  /** The dialog of a destination's leg as the SIP server knows it; empty where there is none. */
  dialogIdOf(attemptId: AttemptId): string {
    return this.#bLegs.get(attemptId)?.dialogId ?? '';
  }

  /** Takes what the caller's leg reports. */
  onCaller(event: ALegEvent): void {
    if (event.type === 'heard') this.#heardAt.set('caller', this.#world.clock.now());
    // The answer to the offer that our 200 was (RFC 3261 §13.2.1).
    if (event.type === 'acked' && event.sdp !== null) void this.#audio?.takeAnswer('caller', event.sdp);
    const heard = eventOfCaller(event, this.#heardAt.get('caller') ?? null);
    if (heard) this.#call.handle(heard);
  }

  /** Calls a destination, its audio going as planned. */
  dial(attempt: Attempt, plan: AudioPlan): void {
    const { attemptId } = attempt;
    const { invite, origin, handle } = this.#call;
    const address = addressOf(attempt);
    if (address.barred) {
      return handle({ type: 'attemptFailed', attemptId, sipStatus: null, cause: null, reason: 'not-allowed' });
    }
    this.#plan ??= plan;
    const audio = this.#audioForDialling(this.#plan);
    if (audio === 'none') return;
    const order = {
      callId: origin.callId,
      address,
      ...identityFor(address, origin, invite),
      maxForwards: invite.maxForwards - 1,
    };
    const report = (event: BLegEvent): void => {
      const isSuspect = event.type === 'failed' && !event.reason && raisesSuspicion(event.sipStatus);
      if (isSuspect && address.gateway !== null) this.#world.doubtGateway(address.gateway);
      this.#onBuyer(attemptId, event);
    };
    const { dialer } = this.#world;
    const leg =
      audio === 'direct'
        ? dialer.dial({ ...order, sdp: invite.sdp }, report)
        : new AnchoredDial(dialer, order, this.#offerFor(attemptId, audio), report);
    this.#bLegs.set(attemptId, leg);
  }

  cancel(attemptId: AttemptId, reason: AttemptReason): void {
    this.#bLegs.get(attemptId)?.cancel(reason);
  }

  hangUp(attemptId: AttemptId, cause: string): void {
    this.#bLegs.get(attemptId)?.hangUp(cause);
  }

  showProgress(attemptId: AttemptId, status: 180 | 183, sdp: string | null): void {
    if (this.#audio === null || this.#plan === null) this.#call.aLeg.showProgress(status, sdp);
    else this.#audio.showProgress(attemptId, status, sdp, this.#plan);
  }

  /** 200 to the caller with this SDP, or with the media server's where there is one. */
  answerCaller(sdp: string | null): void {
    const { aLeg } = this.#call;
    if (this.#audio === null) return aLeg.answer(sdp ?? '');
    aLeg.answer(this.#audio.callerSdp);
    this.#world.dialer.anchor(aLeg, this.#sideOf('caller', this.#audio));
  }

  rejectCaller(status: number, cause: string): void {
    this.#call.aLeg.reject(status, { cause, ...(status === 503 ? { retryAfterS: RETRY_AFTER_S } : {}) });
  }

  hangUpCaller(cause: string): void {
    this.#call.aLeg.hangUp(cause);
  }

  /** Lets a media server have the caller. */
  openMedia(): void {
    this.#anchor()?.open();
  }

  runProgram(program: Program): void {
    this.#audio?.run(program);
  }

  /** Whoever answered is asked what their destination has them asked. */
  screenBuyer({ attemptId, target }: Attempt): void {
    const leg = this.#bLegs.get(attemptId);
    if (this.#audio === null) return;
    if (leg instanceof AnchoredDial && leg.leg) {
      this.#world.dialer.anchor(leg.leg, this.#sideOf(attemptId, this.#audio));
    }
    this.#audio.screen(attemptId, target.screening);
  }

  /** From here the two talk. */
  join(attemptId: AttemptId): void {
    const leg = this.#bLegs.get(attemptId);
    if (this.#audio !== null) this.#audio.join(attemptId, this.#plan?.record ?? false);
    else if (leg) this.#world.dialer.join(this.#call.aLeg, leg);
  }

  /** Silence is recorded until it is resumed, or from the pause on; false where this call isn't being recorded. */
  async pauseRecording(paused: boolean): Promise<boolean> {
    if (this.#audio === null) return false;
    return paused ? this.#audio.pauseRecording() : this.#audio.resumeRecording();
  }

  /**
   * Gives the media back, once; resolves with what was recorded as soon as its file is complete. Null where there was no
   * media.
   */
  closeAudio(): Promise<BegunRecording | null> | null {
    this.#closing ??= this.#audio?.close() ?? null;
    return this.#closing;
  }

  /** How this call's destinations are reached; `none` where they can't be, which has been reported. */
  #audioForDialling({ media }: AudioPlan): AnchoredAudio | 'direct' | 'none' {
    if (this.#audio !== null) return this.#audio;
    if (media === 'direct' || (media === 'preferred' && !this.#world.audio?.servers.isUp)) return 'direct';
    return this.#anchor() ?? 'none';
  }

  /** This call's audio at a media server, from the first time it is needed. */
  #anchor(): AnchoredAudio | null {
    const { invite, aLeg, origin, handle } = this.#call;
    if (this.#audio === null && this.#world.audio === null) {
      handle({ type: 'mediaRefused', sipStatus: 503, cause: 'media-unavailable' });
    } else if (this.#audio === null && this.#world.audio !== null) {
      const { callId, receivedAt } = origin;
      const call = { callId, receivedAt: receivedAt.wall, offer: invite.sdp, aLeg, handle };
      this.#audio = new AnchoredAudio(this.#world.audio, call);
    }
    return this.#audio;
  }

  /** What a destination is offered. Where nothing needs a media server, none is no reason to lose the call. */
  async #offerFor(attemptId: AttemptId, audio: AnchoredAudio): Promise<string | null> {
    try {
      return await audio.offerFor(attemptId);
    } catch (error) {
      if (this.#audio === audio) {
        if (this.#plan?.media !== 'preferred' || audio.isInUse) throw error;
        this.#audio = null;
        this.#plan = { ...this.#plan, media: 'direct' };
        void audio.close();
      } else if (this.#plan?.media !== 'direct') throw error;
      return this.#call.invite.sdp;
    }
  }

  #onBuyer(attemptId: AttemptId, event: BLegEvent): void {
    if (event.type === 'sent') return this.#call.onSent(event);
    if (event.type === 'heard') this.#heardAt.set(attemptId, this.#world.clock.now());
    if (event.type === 'answered') this.#audio?.answered(attemptId, event.sdp);
    const heardAt = this.#heardAt.get(attemptId) ?? null;
    const heard = eventOfBuyer(attemptId, event, { heardAt, anchored: this.#audio !== null });
    if (heard) this.#call.handle(heard);
    if (event.type === 'failed' || event.type === 'hungUp' || event.type === 'vanished') this.#audio?.drop(attemptId);
  }

  /** What one side asks within the call is the media server's to answer. */
  #sideOf(side: MediaSide, audio: AnchoredAudio): AnchoredSide {
    return {
      offered: async (sdp) => (sdp === null ? audio.sdpOf(side) : audio.negotiate(side, sdp)),
      answered: (sdp) => audio.takeAnswer(side, sdp),
      pressed: (digits) => audio.pressed(side, digits),
    };
  }
}
