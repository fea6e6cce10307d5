import { cdrOfEndedCall, cdrOfOpenCall } from '../domain/call/cdr-of-call.ts';
import type { Attempt } from '../domain/call/attempt.ts';
import { addressOf } from '../domain/call/attempt.ts';
import type { AudioPlan } from '../domain/call/admission-plan.ts';
import type { CallEffect, EndedCall } from '../domain/call/call-effect.ts';
import type { CallEvent } from '../domain/call/call-event.ts';
import type { CallFacts } from '../domain/call/call-facts.ts';
import type { CallState } from '../domain/call/call-state.ts';
import type { Cdr } from '../domain/call/cdr.ts';
import type { Moment } from '../domain/call/moment.ts';
import { raisesSuspicion } from '../domain/call/gateway-health.ts';
import { newCall, transition } from '../domain/call/transition.ts';
import type { AttemptId, CallId } from '../domain/ids.ts';
import type { Admission, Answers } from './admission.ts';
import { AnchoredAudio, type AudioWorld } from './audio/anchored-audio.ts';
import { AnchoredDial } from './audio/anchored-dial.ts';
import { CallTimers } from './call-timers.ts';
import { identityFor } from './caller-identity.ts';
import { eventOfBuyer, eventOfCaller } from './leg-events.ts';
import type { ALeg, ALegEvent, InboundInvite } from './ports/a-leg.ts';
import type { AnchoredSide, BLeg, BLegEvent, Dialer } from './ports/b-leg.ts';
import type { MediaSide } from './ports/call-media.ts';
import type { CallObserver } from './ports/call-observer.ts';
import type { CallStore } from './ports/call-store.ts';
import type { Clock } from './ports/clock.ts';
import type { OverCap } from './settle-call.ts';
import { settleUntilKept } from './settle-call.ts';

/** What a call needs of the world. */
export interface CallWorld {
  readonly store: CallStore;
  readonly dialer: Dialer;
  readonly clock: Clock;
  readonly observer: CallObserver;
  readonly overCap: OverCap;
  /** A call failed at this gateway as if it weren't there. */
  readonly doubtGateway: (gatewayUri: string) => void;
  /** Media servers and what they play and record; null where there are none. */
  readonly audio: AudioWorld | null;
}

/** How long a refused trunk is asked to wait before its next call, in seconds. */
const RETRY_AFTER_S = 5;

/**
 * One call. Events of both legs, the timers and the store are queued and given to the pure machine one at a time; the
 * effects it asks for are carried out here and nowhere else. Everything that can end a call ends it through the
 * machine's one `settle`, so `finish` runs exactly once.
 */
export class CallSession {
  readonly #world: CallWorld;
  readonly #invite: InboundInvite;
  readonly #aLeg: ALeg;
  readonly #admission: Admission;
  readonly #bLegs = new Map<AttemptId, BLeg>();
  readonly #timers: CallTimers;
  /** When each leg was last heard of within the call. */
  readonly #heardAt = new Map<AttemptId | 'caller', Moment>();
  readonly #queue: { readonly event: CallEvent; readonly at: Moment }[] = [];
  readonly #onSettled: (cdr: Cdr) => void;
  #state: CallState;
  #draining = false;
  /** Null while, or because, the audio goes directly from one party to the other. */
  #audio: AnchoredAudio | null = null;
  #audioPlan: AudioPlan | null = null;

  constructor(
    world: CallWorld,
    call: { invite: InboundInvite; aLeg: ALeg; admission: Admission; facts: CallFacts },
    onSettled: (cdr: Cdr) => void,
  ) {
    this.#world = world;
    this.#invite = call.invite;
    this.#aLeg = call.aLeg;
    this.#admission = call.admission;
    this.#state = newCall(call.facts);
    this.#onSettled = onSettled;
    this.#timers = new CallTimers(world.clock, (timer) => this.handle({ type: 'timerFired', timer }));
  }

  get callId(): CallId {
    return this.#state.facts.origin.callId;
  }

  get state(): CallState {
    return this.#state;
  }

  /** The CDR as it stands. */
  draft(): Cdr {
    const conversation = this.#state.kind === 'connected' ? this.#state.conversation : null;
    return cdrOfOpenCall(this.#state.facts, conversation);
  }

  /** Asks the store to screen, route and reserve. Until that is durable nothing above 100 is sent. */
  admit(): void {
    const { origin } = this.#state.facts;
    const open = {
      id: origin.callId,
      trunkId: origin.trunkId,
      did: origin.did,
      dnis: origin.dnis,
      ani: origin.ani,
      sipCallId: this.#invite.sipCallId,
      receivedAt: origin.receivedAt.wall,
      draft: this.draft(),
    };
    this.#world.store
      .admitCall(open, (view) => this.#admission.decide(view))
      .then(
        (plan) => this.handle({ type: 'admitted', plan }),
        (error: unknown) => {
          this.#world.observer.callFaulted(this.callId, error);
          this.handle({ type: 'admissionFailed' });
        },
      );
  }

  /** Ends the call in an orderly way, whatever it is doing. */
  end(cause: 'operator' | 'drain' | 'defect'): void {
    this.handle({ type: 'endRequested', cause });
  }

  /** Silence is recorded until it is resumed, or from the pause on; false where this call isn't being recorded. */
  async pauseRecording(paused: boolean): Promise<boolean> {
    if (this.#state.kind !== 'connected' || this.#audio === null) return false;
    return paused ? this.#audio.pauseRecording() : this.#audio.resumeRecording();
  }

  /** Takes what the caller's leg reports. */
  onALeg(event: ALegEvent): void {
    if (event.type === 'heard') this.#heardAt.set('caller', this.#world.clock.now());
    // The answer to the offer that our 200 was (RFC 3261 §13.2.1).
    if (event.type === 'acked' && event.sdp !== null) this.#callerAnswered(event.sdp);
    const heard = eventOfCaller(event, this.#heardAt.get('caller') ?? null);
    if (heard) this.handle(heard);
  }

  /**
   * Takes one event: at once, or after the one being handled where an effect reported it from within. A defect in
   * handling one ends this call and no other.
   */
  handle(event: CallEvent): void {
    this.#queue.push({ event, at: this.#world.clock.now() });
    if (this.#draining) return;
    this.#draining = true;
    try {
      for (let next = this.#queue.shift(); next; next = this.#queue.shift()) this.#step(next.event, next.at);
    } finally {
      this.#draining = false;
    }
  }

  #step(event: CallEvent, at: Moment): void {
    this.#guard(event, at, () => {
      const { state, effects } = transition(this.#state, event, at);
      const moved = state.kind !== this.#state.kind;
      this.#state = state;
      if (moved) this.#world.observer.callMoved(this.callId, state);
      // Each on its own: what fails must not keep those after it from being carried out, the settlement least of all.
      for (const effect of effects) this.#guard(event, at, () => this.#perform(effect));
    });
  }

  /** A defect ends this call. Its end is queued, not handled here: the machine may be in the midst of another. */
  #guard(event: CallEvent, at: Moment, act: () => void): void {
    try {
      act();
    } catch (error) {
      this.#world.observer.callFaulted(this.callId, error);
      if (event.type !== 'endRequested') this.#queue.push({ event: { type: 'endRequested', cause: 'defect' }, at });
    }
  }

  #perform(effect: CallEffect): void {
    switch (effect.type) {
      case 'reserveNext':
        return this.#reserveNext(effect.release);
      case 'dial':
        return this.#dial(effect.attempt);
      case 'cancelAttempt':
        return this.#bLegs.get(effect.attemptId)?.cancel(effect.reason);
      case 'hangUpAttempt':
        return this.#bLegs.get(effect.attemptId)?.hangUp(effect.cause);
      case 'showProgress':
        if (this.#audio === null || this.#audioPlan === null) return this.#aLeg.showProgress(effect.status, effect.sdp);
        return this.#audio.showProgress(effect.attemptId, effect.status, effect.sdp, this.#audioPlan);
      case 'answerCaller':
        return this.#answerCaller(effect.sdp);
      case 'openMedia':
        return this.#anchor()?.open();
      case 'runProgram':
        return this.#audio?.run(effect.program);
      case 'route':
        return this.#route(effect);
      case 'screenBuyer':
        return this.#screenBuyer(effect.attemptId);
      case 'rejectCaller':
        return this.#aLeg.reject(effect.status, {
          cause: effect.cause,
          ...(effect.status === 503 ? { retryAfterS: RETRY_AFTER_S } : {}),
        });
      case 'hangUpCaller':
        return this.#aLeg.hangUp(effect.cause);
      case 'joinLegs':
        return this.#joinLegs(effect.attemptId);
      case 'recordConnected':
        return this.#recordConnected();
      case 'startTimer':
        return this.#timers.start(effect.timer, effect.delayMs);
      case 'stopTimer':
        return this.#timers.stop(effect.timer);
      case 'settle':
        return this.#finish(effect.ended);
    }
  }

  #dial(attempt: Attempt): void {
    const { attemptId } = attempt;
    const { origin } = this.#state.facts;
    const address = addressOf(attempt);
    if (address.barred) {
      return this.handle({ type: 'attemptFailed', attemptId, sipStatus: null, cause: null, reason: 'not-allowed' });
    }
    const order = {
      callId: origin.callId,
      address,
      ...identityFor(address, origin, this.#invite),
      maxForwards: this.#invite.maxForwards - 1,
    };
    const report = (event: BLegEvent): void => {
      const isSuspect = event.type === 'failed' && !event.reason && raisesSuspicion(event.sipStatus);
      if (isSuspect && address.gateway !== null) this.#world.doubtGateway(address.gateway);
      this.#onBLeg(attemptId, event);
    };
    if (this.#state.kind === 'dialing') this.#audioPlan = this.#state.policy.audio;
    const { dialer } = this.#world;
    const audio = this.#audioForDialling();
    if (audio === 'none') return;
    const bLeg =
      audio === 'direct'
        ? dialer.dial({ ...order, sdp: this.#invite.sdp }, report)
        : new AnchoredDial(dialer, order, this.#offerFor(attemptId, audio), report);
    this.#bLegs.set(attemptId, bLeg);
  }

  /** How this call's destinations are reached; `none` where they can't be, which has been reported. */
  #audioForDialling(): AnchoredAudio | 'direct' | 'none' {
    if (this.#audio !== null) return this.#audio;
    const media = this.#audioPlan?.media ?? 'direct';
    if (media === 'direct' || (media === 'preferred' && !this.#world.audio?.servers.isUp)) return 'direct';
    return this.#anchor() ?? 'none';
  }

  /** This call's audio at a media server, from the first time it is needed. */
  #anchor(): AnchoredAudio | null {
    if (this.#audio !== null) return this.#audio;
    const { audio } = this.#world;
    if (audio === null) {
      this.handle({ type: 'mediaRefused', sipStatus: 503, cause: 'media-unavailable' });
      return null;
    }
    const { callId, receivedAt } = this.#state.facts.origin;
    this.#audio = new AnchoredAudio(audio, {
      callId,
      receivedAt: receivedAt.wall,
      offer: this.#invite.sdp,
      aLeg: this.#aLeg,
      handle: (event) => this.handle(event),
    });
    return this.#audio;
  }

  /** What a destination is offered. Where nothing needs a media server, none is no reason to lose the call. */
  async #offerFor(attemptId: AttemptId, audio: AnchoredAudio): Promise<string | null> {
    try {
      return await audio.offerFor(attemptId);
    } catch (error) {
      if (this.#audioPlan?.media !== 'preferred' || this.#bLegs.size > 1) throw error;
      if (this.#audio === audio) this.#audio = null;
      this.#audioPlan = { ...this.#audioPlan, media: 'direct' };
      void audio.close();
      return this.#invite.sdp;
    }
  }

  #onBLeg(attemptId: AttemptId, event: BLegEvent): void {
    if (event.type === 'sent') return this.#recordDialed(event);
    if (event.type === 'heard') this.#heardAt.set(attemptId, this.#world.clock.now());
    if (event.type === 'answered') this.#audio?.answered(attemptId, event.sdp);
    const heardAt = this.#heardAt.get(attemptId) ?? null;
    const heard = eventOfBuyer(attemptId, event, { heardAt, anchored: this.#audio !== null });
    if (heard) this.handle(heard);
    if (event.type === 'failed' || event.type === 'hungUp') this.#audio?.drop(attemptId);
  }

  #answerCaller(sdp: string | null): void {
    if (this.#audio === null) return this.#aLeg.answer(sdp ?? '');
    this.#aLeg.answer(this.#audio.callerSdp);
    this.#world.dialer.anchor(this.#aLeg, this.#sideOf('caller', this.#audio));
  }

  #callerAnswered(sdp: string): void {
    this.#audio?.negotiate('caller', sdp).catch((error: unknown) => {
      this.#world.observer.callFaulted(this.callId, error);
      this.handle({ type: 'mediaLost', cause: 'media-failed' });
    });
  }

  #screenBuyer(attemptId: AttemptId): void {
    const attempt = this.#state.facts.attempts.find((known) => known.attemptId === attemptId);
    const leg = this.#bLegs.get(attemptId);
    if (this.#audio === null || !attempt) return;
    if (leg instanceof AnchoredDial && leg.leg)
      this.#world.dialer.anchor(leg.leg, this.#sideOf(attemptId, this.#audio));
    this.#audio.screen(attemptId, attempt.target.screening);
  }

  #joinLegs(attemptId: AttemptId): void {
    const bLeg = this.#bLegs.get(attemptId);
    if (this.#audio !== null) this.#audio.join(attemptId, this.#audioPlan?.record ?? false);
    else if (bLeg) this.#world.dialer.join(this.#aLeg, bLeg);
  }

  /** What one side asks within the call is the media server's to answer. */
  #sideOf(side: MediaSide, audio: AnchoredAudio): AnchoredSide {
    return {
      offered: (sdp) => (sdp === null ? Promise.resolve(audio.sdpOf(side)) : audio.negotiate(side, sdp)),
      answered: (sdp) => audio.negotiate(side, sdp).then(() => undefined),
      pressed: (digits) => audio.pressed(side, digits),
    };
  }

  #route(answers: Answers): void {
    const { facts } = this.#state;
    const location = this.#admission.locate(answers);
    this.#world.store.routeCall(this.callId, this.#admission.route(facts, answers)).then(
      (plan) => plan && this.handle({ type: 'routed', plan, location }),
      (error: unknown) => {
        this.#world.observer.callFaulted(this.callId, error);
        this.handle({ type: 'admissionFailed' });
      },
    );
  }

  #reserveNext(release: readonly AttemptId[]): void {
    const { facts } = this.#state;
    this.#world.store.reserveAttempts(this.callId, release, this.#admission.chooseNext(facts)).then(
      (choice) => this.handle({ type: 'reserved', targets: choice?.targets ?? [] }),
      (error: unknown) => {
        this.#world.observer.callFaulted(this.callId, error);
        this.handle({ type: 'reservationFailed' });
      },
    );
  }

  #recordDialed({ transactionId, dialogId }: Extract<BLegEvent, { type: 'sent' }>): void {
    const caller = { side: 'caller', transactionId: this.#aLeg.transactionId, dialogId: this.#aLeg.dialogId } as const;
    // The call goes on if this can't be written: what a crash would then leave ringing ends by its own timers.
    this.#world.store
      .recordDialed(this.callId, [caller, { side: 'buyer', transactionId, dialogId }])
      .catch((error: unknown) => this.#world.observer.settlementDelayed(this.callId, error));
  }

  #recordConnected(): void {
    if (this.#state.kind !== 'connected') return;
    const { attemptId } = this.#state.conversation;
    const record = {
      callId: this.callId,
      attemptId,
      callerDialogId: this.#aLeg.dialogId,
      buyerDialogId: this.#bLegs.get(attemptId)?.dialogId ?? '',
      draft: this.draft(),
    };
    // The conversation goes on if this can't be written: the settlement carries everything once more.
    this.#world.store.recordConnected(record).catch((error: unknown) => {
      this.#world.observer.settlementDelayed(this.callId, error);
    });
  }

  /** The one end of a call: no timer is left, and its CDR is written, if need be when the store has healed. */
  #finish(ended: EndedCall): void {
    this.#timers.stopAll();
    const { observer } = this.#world;
    const faulted = (error: unknown): void => observer.callFaulted(this.callId, error);
    const settled = settleUntilKept(cdrOfEndedCall(ended), this.#world);
    settled.then(this.#onSettled, faulted);
    if (this.#audio !== null) this.#keepRecording(this.#audio, settled).catch(faulted);
  }

  /** A recording that its call's CDR names is kept, once both are complete. */
  async #keepRecording(audio: AnchoredAudio, settled: Promise<Cdr>): Promise<void> {
    const recordings = this.#world.audio?.recordings;
    const [recording, cdr] = await Promise.all([audio.close(), settled]);
    if (recording === null || recordings === undefined) return;
    if (cdr.recordingId === recording.recordingId) await recordings.finish(this.callId, recording);
    else await recordings.discard(recording);
  }
}
