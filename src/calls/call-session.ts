import { cdrOfEndedCall, cdrOfOpenCall } from '../domain/call/cdr-of-call.ts';
import type { Attempt } from '../domain/call/attempt.ts';
import type { CallEffect, EndedCall } from '../domain/call/call-effect.ts';
import type { CallEvent } from '../domain/call/call-event.ts';
import type { CallFacts } from '../domain/call/call-facts.ts';
import { phaseOf, type CallState } from '../domain/call/call-state.ts';
import type { Cdr } from '../domain/call/cdr.ts';
import type { Moment } from '../domain/call/moment.ts';
import { newCall, transition } from '../domain/call/transition.ts';
import type { AttemptId, CallId } from '../domain/ids.ts';
import type { Admission, Answers } from './admission.ts';
import { CallLegs, type LegsWorld } from './call-legs.ts';
import { CallTimers } from './call-timers.ts';
import type { ALeg, ALegEvent, InboundInvite } from './ports/a-leg.ts';
import type { BLegEvent } from './ports/b-leg.ts';
import type { CallObserver } from './ports/call-observer.ts';
import type { CallStore } from './ports/call-store.ts';
import type { OverCap } from './settle-call.ts';
import { settleUntilKept } from './settle-call.ts';

/** What is chosen where places are only given back. */
const NO_PLACES = { reserve: [] } as const;

/** What a call needs of the world. */
export interface CallWorld extends LegsWorld {
  readonly store: CallStore;
  readonly observer: CallObserver;
  readonly overCap: OverCap;
}

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
  readonly #legs: CallLegs;
  readonly #timers: CallTimers;
  readonly #queue: { readonly event: CallEvent; readonly at: Moment }[] = [];
  readonly #onSettled: (cdr: Cdr) => void;
  #state: CallState;
  #draining = false;

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
    this.#legs = new CallLegs(world, {
      invite: call.invite,
      aLeg: call.aLeg,
      origin: call.facts.origin,
      handle: (event) => this.handle(event),
      onSent: (sent) => this.#recordDialed(sent),
    });
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

  /** Pauses or resumes the recording; false where this call isn't being recorded. */
  async pauseRecording(paused: boolean): Promise<boolean> {
    return this.#state.kind === 'connected' && this.#legs.pauseRecording(paused);
  }

  /** Takes what the caller's leg reports. */
  onALeg(event: ALegEvent): void {
    this.#legs.onCaller(event);
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
      const moved = state.kind !== this.#state.kind || phaseOf(state) !== phaseOf(this.#state);
      this.#state = state;
      if (moved) this.#world.observer.callMoved(this.callId, state);
      // Each on its own: what fails must not keep those after it from being carried out, the settlement least of all.
      for (const effect of effects) this.#guard(event, at, () => this.#perform(effect));
      // Nobody talks any more: nothing is recorded while a leg takes its time to answer our BYE.
      if (moved && state.kind === 'ending') this.#guard(event, at, () => void this.#legs.closeAudio());
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
      case 'releasePlace':
        return this.#releasePlace(effect.reservationId);
      case 'dial':
        return this.#dial(effect.attempt);
      case 'cancelAttempt':
        return this.#legs.cancel(effect.attemptId, effect.reason);
      case 'hangUpAttempt':
        return this.#legs.hangUp(effect.attemptId, effect.cause);
      case 'showProgress':
        return this.#legs.showProgress(effect.attemptId, effect.status, effect.sdp);
      case 'answerCaller':
        return this.#legs.answerCaller(effect.sdp);
      case 'rejectCaller':
        return this.#legs.rejectCaller(effect.status, effect.cause);
      case 'hangUpCaller':
        return this.#legs.hangUpCaller(effect.cause);
      case 'openMedia':
        return this.#legs.openMedia();
      case 'runProgram':
        return this.#legs.runProgram(effect.program);
      case 'route':
        return this.#route(effect);
      case 'screenBuyer':
        return this.#screenBuyer(effect.attemptId);
      case 'joinLegs':
        return this.#legs.join(effect.attemptId);
      case 'recordConnected':
        return this.#recordConnected();
      case 'recordDraft':
        return this.#recordDraft();
      case 'startTimer':
        return this.#timers.start(effect.timer, effect.delayMs);
      case 'stopTimer':
        return this.#timers.stop(effect.timer);
      case 'settle':
        return this.#finish(effect.ended);
    }
  }

  #dial(attempt: Attempt): void {
    if (this.#state.kind === 'dialing') this.#legs.dial(attempt, this.#state.policy.audio);
  }

  #screenBuyer(attemptId: AttemptId): void {
    const attempt = this.#state.facts.attempts.find((known) => known.attemptId === attemptId);
    if (attempt) this.#legs.screenBuyer(attempt);
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

  #releasePlace(reservationId: AttemptId): void {
    // The call goes on if this can't be written: its settlement releases everything once more.
    this.#world.store
      .reserveAttempts(this.callId, [reservationId], () => NO_PLACES)
      .catch((error: unknown) => this.#world.observer.settlementDelayed(this.callId, error));
  }

  #recordDialed({ transactionId, dialogId }: Extract<BLegEvent, { type: 'sent' }>): void {
    const caller = { side: 'caller', transactionId: this.#aLeg.transactionId, dialogId: this.#aLeg.dialogId } as const;
    // The call goes on if this can't be written: what a crash would then leave ringing ends by its own timers.
    this.#world.store
      .recordDialed(this.callId, [caller, { side: 'buyer', transactionId, dialogId }])
      .catch((error: unknown) => this.#world.observer.settlementDelayed(this.callId, error));
  }

  #recordDraft(): void {
    this.#world.store
      .recordDraft(this.callId, this.draft())
      .catch((error: unknown) => this.#world.observer.settlementDelayed(this.callId, error));
  }

  #recordConnected(): void {
    if (this.#state.kind !== 'connected') return;
    const { facts, conversation } = this.#state;
    const { attemptId } = conversation;
    const winner = facts.attempts.find((attempt) => attempt.attemptId === attemptId);
    if (winner === undefined) throw new Error(`the call talks to ${attemptId}, which is none of its attempts`);
    const record = {
      callId: this.callId,
      reservationId: winner.target.reservationId,
      callerDialogId: this.#aLeg.dialogId,
      buyerDialogId: this.#legs.dialogIdOf(attemptId),
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
    this.#keepRecording(this.#legs.closeAudio(), settled).catch(faulted);
  }

  /** A recording that its call's CDR names is kept, once both are complete. */
  async #keepRecording(closed: ReturnType<CallLegs['closeAudio']>, settled: Promise<Cdr>): Promise<void> {
    const recordings = this.#world.audio?.recordings;
    if (closed === null || recordings === undefined) return;
    const [recording, cdr] = await Promise.all([closed, settled]);
    if (recording === null) return;
    if (cdr.recordingId === recording.recordingId) await recordings.finish(this.callId, recording);
    else await recordings.discard(recording);
  }
}
