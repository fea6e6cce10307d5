import { cdrOfEndedCall, cdrOfOpenCall } from '../domain/call/cdr-of-call.ts';
import type { Attempt } from '../domain/call/attempt.ts';
import { addressOf } from '../domain/call/attempt.ts';
import type { CallEffect, CallTimer, EndedCall } from '../domain/call/call-effect.ts';
import type { CallEvent } from '../domain/call/call-event.ts';
import type { CallFacts } from '../domain/call/call-facts.ts';
import type { CallState } from '../domain/call/call-state.ts';
import type { Cdr } from '../domain/call/cdr.ts';
import type { Moment } from '../domain/call/moment.ts';
import { raisesSuspicion } from '../domain/call/gateway-health.ts';
import { newCall, transition } from '../domain/call/transition.ts';
import type { AttemptId, CallId } from '../domain/ids.ts';
import type { Admission } from './admission.ts';
import { identityFor } from './caller-identity.ts';
import type { ALeg, ALegEvent, InboundInvite } from './ports/a-leg.ts';
import type { BLeg, BLegEvent, Dialer } from './ports/b-leg.ts';
import type { CallObserver } from './ports/call-observer.ts';
import type { CallStore } from './ports/call-store.ts';
import type { Clock, Timer } from './ports/clock.ts';
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
  readonly #timers = new Map<string, Timer>();
  /** When each leg was last heard of within the call. */
  readonly #heardAt = new Map<AttemptId | 'caller', Moment>();
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

  /** What the caller's leg reports, in the machine's words. */
  onALeg(event: ALegEvent): void {
    switch (event.type) {
      case 'cancelled':
        return this.handle({ type: 'callerCancelled', cause: event.cause });
      case 'acked':
        return this.handle({ type: 'callerAcked' });
      case 'hungUp':
        return this.handle({ type: 'callerHungUp', cause: event.cause });
      case 'answerFailed':
        return this.handle({ type: 'callerAnswerFailed', cause: event.cause });
      case 'heard':
        this.#heardAt.set('caller', this.#world.clock.now());
        return;
      case 'vanished': {
        const { cause, unseenMs } = event;
        return this.handle({ type: 'callerVanished', cause, unseenMs, heardAt: this.#heardAt.get('caller') ?? null });
      }
      case 'closed':
        return this.handle({ type: 'callerLegClosed' });
      case 'lost':
        return this.handle({ type: 'endRequested', cause: 'link-lost' });
    }
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
        return this.#aLeg.showProgress(effect.status, effect.sdp);
      case 'answerCaller':
        return this.#aLeg.answer(effect.sdp);
      case 'rejectCaller':
        return this.#aLeg.reject(effect.status, {
          cause: effect.cause,
          ...(effect.status === 503 ? { retryAfterS: RETRY_AFTER_S } : {}),
        });
      case 'hangUpCaller':
        return this.#aLeg.hangUp(effect.cause);
      case 'joinLegs': {
        const bLeg = this.#bLegs.get(effect.attemptId);
        return bLeg && this.#world.dialer.join(this.#aLeg, bLeg);
      }
      case 'recordConnected':
        return this.#recordConnected();
      case 'startTimer':
        return this.#startTimer(effect.timer, effect.delayMs);
      case 'stopTimer':
        return this.#stopTimer(effect.timer);
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
    const bLeg = this.#world.dialer.dial(
      {
        callId: origin.callId,
        address,
        ...identityFor(address, origin, this.#invite),
        sdp: this.#invite.sdp,
        maxForwards: this.#invite.maxForwards - 1,
      },
      (event) => {
        const isSuspect = event.type === 'failed' && !event.reason && raisesSuspicion(event.sipStatus);
        if (isSuspect && address.gateway !== null) this.#world.doubtGateway(address.gateway);
        this.#onBLeg(attemptId, event);
      },
    );
    this.#bLegs.set(attemptId, bLeg);
  }

  #onBLeg(attemptId: AttemptId, event: BLegEvent): void {
    switch (event.type) {
      case 'sent':
        return this.#recordDialed(event);
      case 'progress':
        return this.handle({ type: 'attemptProgress', attemptId, status: event.status, sdp: event.sdp });
      case 'answered':
        return this.handle({ type: 'attemptAnswered', attemptId, sdp: event.sdp });
      case 'failed': {
        const { sipStatus, cause, reason } = event;
        return this.handle({ type: 'attemptFailed', attemptId, sipStatus, cause, ...(reason ? { reason } : {}) });
      }
      case 'hungUp':
        return this.handle({ type: 'attemptHungUp', attemptId, cause: event.cause });
      case 'heard':
        this.#heardAt.set(attemptId, this.#world.clock.now());
        return;
      case 'vanished': {
        const { cause, unseenMs } = event;
        const heardAt = this.#heardAt.get(attemptId) ?? null;
        return this.handle({ type: 'attemptVanished', attemptId, cause, unseenMs, heardAt });
      }
    }
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

  #startTimer(timer: CallTimer, delayMs: number): void {
    const key = timerKey(timer);
    this.#timers.get(key)?.stop();
    this.#timers.set(
      key,
      this.#world.clock.startTimer(Math.max(0, delayMs), () => {
        this.#timers.delete(key);
        this.handle({ type: 'timerFired', timer });
      }),
    );
  }

  #stopTimer(timer: CallTimer): void {
    const key = timerKey(timer);
    this.#timers.get(key)?.stop();
    this.#timers.delete(key);
  }

  /** The one end of a call: no timer is left, and its CDR is written, if need be when the store has healed. */
  #finish(ended: EndedCall): void {
    for (const timer of this.#timers.values()) timer.stop();
    this.#timers.clear();
    settleUntilKept(cdrOfEndedCall(ended), this.#world).then(this.#onSettled, (error: unknown) => {
      this.#world.observer.callFaulted(this.callId, error);
    });
  }
}

function timerKey(timer: CallTimer): string {
  return timer.kind === 'ring' ? `ring ${timer.attemptId}` : timer.kind;
}
