import type { AttemptId } from '../ids.ts';
import type { Attempt, AttemptReason, PendingAttempt } from './attempt.ts';
import { closeAttempt, isPending } from './attempt.ts';
import { beginEnding } from './begin-ending.ts';
import type { CallEffect } from './call-effect.ts';
import type { CallEvent } from './call-event.ts';
import type { CallFacts } from './call-facts.ts';
import { withAttempt } from './call-facts.ts';
import type { Answering, Connected, Dialing, Routing } from './call-state.ts';
import { dialAddresses, dialTargets } from './dial-targets.ts';
import { dropAttempt } from './drop-attempt.ts';
import type { Moment } from './moment.ts';
import { straySettled } from './stray-attempt.ts';
import {
  callerGaveUp,
  everyAttemptFailed,
  failureReason,
  mediaFailure,
  nextAddressMayHelp,
  requestedEnd,
} from './termination.ts';
import { ACK_LIMIT_MS } from './while-talking.ts';
import type { CallStep } from './call-step.ts';

/** Attempts are pending, or the next are being reserved. */
export function whileDialing(state: Dialing | Routing, event: CallEvent, at: Moment): CallStep {
  const stray = straySettled(state.facts, event, at);
  if (stray) return { state: { ...state, facts: stray.facts }, effects: stray.effects };
  switch (event.type) {
    case 'reserved':
      if (state.kind !== 'routing') return { state, effects: [] };
      if (event.targets.length === 0) return giveUp(state, at);
      return dialTargets(state, event.targets, at);
    case 'reservationFailed':
      return state.kind === 'routing' ? giveUp(state, at) : { state, effects: [] };
    case 'attemptProgress':
      return onProgress(state, event, at);
    case 'attemptAnswered':
      return onAnswer(state, event, at);
    case 'attemptPickedUp':
      return onPickup(state, event.attemptId, at);
    case 'attemptDeclined': {
      const attempt = pendingAttempt(state.facts, event.attemptId);
      return attempt ? dropAndGoOn(state, attempt, 'not-accepted', at) : { state, effects: [] };
    }
    case 'attemptFailed': {
      const attempt = pendingAttempt(state.facts, event.attemptId);
      if (!attempt) return { state, effects: [] };
      // Somebody is there, and can't be put through.
      if (attempt.phase === 'accepting') return dropAndGoOn(state, attempt, event.reason ?? 'failed', at);
      const reason = event.reason ?? failureReason(event.sipStatus);
      const closed = closeAttempt(attempt, { at, sipStatus: event.sipStatus, cause: event.cause, reason });
      const moved = { ...state, facts: withAttempt(state.facts, closed) };
      // What failed on our side would fail on the way to the next gateway too.
      const mayHelp = event.reason !== 'failed' && nextAddressMayHelp(event.sipStatus);
      return goOn(moved, attempt, mayHelp, at, [stopRinging(attempt)]);
    }
    case 'attemptHungUp':
    case 'attemptVanished': {
      const attempt = pendingAttempt(state.facts, event.attemptId);
      if (!attempt) return { state, effects: [] };
      // Hung up on the question, or the dialog died before it was answered (a lost link).
      const accepting = attempt.phase === 'accepting';
      const closed = closeAttempt(attempt, {
        at,
        sipStatus: accepting ? 200 : null,
        cause: event.cause,
        reason: accepting ? 'not-accepted' : 'failed',
      });
      const moved = { ...state, facts: withAttempt(state.facts, closed) };
      return goOn(moved, attempt, !accepting, at, [stopRinging(attempt)]);
    }
    case 'timerFired':
      if (event.timer.kind === 'ring') return onRingTimeout(state, event.timer.attemptId, at);
      if (event.timer.kind === 'setup-budget') return onBudgetSpent(state, at);
      return { state, effects: [] };
    case 'mediaLost':
    case 'mediaRefused': {
      const sipStatus = event.type === 'mediaRefused' ? event.sipStatus : 503;
      const end = mediaFailure({ sipStatus, cause: event.cause });
      return beginEnding(state.facts, end, { callerLeg: state.callerLeg, at });
    }
    case 'callerCancelled':
    case 'callerHungUp':
      return beginEnding(state.facts, callerGaveUp(event.cause), { callerLeg: 'closed', at });
    case 'callerVanished':
      return beginEnding(
        state.facts,
        { ...callerGaveUp(event.cause), hangupBy: 'system' },
        { callerLeg: 'closed', at },
      );
    case 'endRequested':
      return beginEnding(state.facts, requestedEnd(event.cause, false), { callerLeg: state.callerLeg, at });
    default:
      return { state, effects: [] };
  }
}

function pendingAttempt(facts: CallFacts, attemptId: AttemptId): PendingAttempt | undefined {
  return facts.attempts.filter(isPending).find((attempt) => attempt.attemptId === attemptId);
}

function stopRinging(attempt: Attempt): CallEffect {
  return { type: 'stopTimer', timer: { kind: 'ring', attemptId: attempt.attemptId } };
}

/**
 * Tells the caller what the destination tells us. Where several ring at once no one's early media can be played, so
 * the caller hears plain ringing.
 */
function onProgress(
  state: Dialing | Routing,
  event: Extract<CallEvent, { type: 'attemptProgress' }>,
  at: Moment,
): CallStep {
  const attempt = pendingAttempt(state.facts, event.attemptId);
  if (!attempt || attempt.phase === 'accepting') return { state, effects: [] };
  const { attemptId } = attempt;
  const ringing: Attempt = { ...attempt, phase: 'ringing', ringingAt: attempt.ringingAt ?? at };
  const facts = withAttempt(state.facts, ringing);
  const alone = state.facts.attempts.filter(isPending).length === 1;
  const sdp = alone ? event.sdp : null;
  const told = { ...state, facts };
  if (sdp !== null) {
    const progress = { type: 'showProgress', attemptId, status: event.status, sdp } as const;
    return { state: { ...told, progress: 'early-media' }, effects: [progress] };
  }
  if (alone && event.status === 183) {
    // Something is under way, and nothing is to be heard of it: no news for a caller who hears ringing already.
    const isNews = state.progress === 'trying' && attempt.phase === 'inviting';
    return { state: told, effects: isNews ? [{ type: 'showProgress', attemptId, status: 183, sdp: null }] : [] };
  }
  if (state.progress === 'ringing' && !(alone && attempt.phase === 'inviting')) return { state: told, effects: [] };
  return {
    state: { ...told, progress: 'ringing' },
    effects: [{ type: 'showProgress', attemptId, status: 180, sdp: null }],
  };
}

/** Somebody is there: the phone rings no more. Whether they take the call is asked of them, or goes without saying. */
function onPickup(state: Dialing | Routing, attemptId: AttemptId, at: Moment): CallStep {
  const attempt = pendingAttempt(state.facts, attemptId);
  if (!attempt || attempt.phase === 'accepting') return { state, effects: [] };
  const accepting: Attempt = { ...attempt, phase: 'accepting', answeredAt: at };
  return {
    state: { ...state, facts: withAttempt(state.facts, accepting) },
    effects: [stopRinging(attempt), { type: 'screenBuyer', attemptId }],
  };
}

/** The first 2xx wins, or the first to take the call; the others are told that it was completed elsewhere. */
function onAnswer(
  state: Dialing | Routing,
  event: Extract<CallEvent, { type: 'attemptAnswered' }>,
  at: Moment,
): CallStep {
  const winner = pendingAttempt(state.facts, event.attemptId);
  if (!winner) return { state, effects: [] };
  const { attemptId } = winner;
  const pickedUpAt = winner.phase === 'accepting' ? winner.answeredAt : at;
  const effects: CallEffect[] = [{ type: 'stopTimer', timer: { kind: 'setup-budget' } }, stopRinging(winner)];
  const attempts = state.facts.attempts.map((attempt): Attempt => {
    if (attempt.attemptId === attemptId) return { ...winner, phase: 'answered', answeredAt: pickedUpAt };
    if (!isPending(attempt)) return attempt;
    const dropped = dropAttempt(attempt, 'answered-elsewhere', at);
    effects.push(stopRinging(attempt), dropped.effect);
    return dropped.attempt;
  });
  const facts = { ...state.facts, attempts };
  const conversation = { attemptId, connectedAt: event.since === 'pickup' ? pickedUpAt : at };
  effects.push({ type: 'joinLegs', attemptId });
  if (state.callerLeg === 'open') {
    const connected: Connected = { kind: 'connected', facts, conversation, ackedAt: at };
    const limit: CallEffect = {
      type: 'startTimer',
      timer: { kind: 'max-call' },
      delayMs: state.policy.maxCallS * 1_000 - Math.max(0, at.mono - conversation.connectedAt.mono),
    };
    return { state: connected, effects: [...effects, { type: 'recordConnected', conversation }, limit] };
  }
  const answering: Answering = { kind: 'answering', facts, policy: state.policy, conversation };
  return {
    state: answering,
    effects: [
      ...effects,
      { type: 'answerCaller', sdp: event.sdp },
      { type: 'startTimer', timer: { kind: 'ack' }, delayMs: ACK_LIMIT_MS },
    ],
  };
}

/** A destination where somebody answered, and will not be put through. */
function dropAndGoOn(state: Dialing | Routing, attempt: PendingAttempt, reason: AttemptReason, at: Moment): CallStep {
  const dropped = dropAttempt(attempt, reason, at);
  const moved = { ...state, facts: withAttempt(state.facts, dropped.attempt) };
  return goOn(moved, attempt, false, at, [stopRinging(attempt), dropped.effect]);
}

/** It never answered: CANCEL it and go on at once; its 487, or a 2xx that crosses, is cleaned up when it comes. */
function onRingTimeout(state: Dialing | Routing, attemptId: AttemptId, at: Moment): CallStep {
  const attempt = pendingAttempt(state.facts, attemptId);
  if (!attempt || attempt.phase === 'accepting') return { state, effects: [] };
  const reason: AttemptReason = 'no-answer';
  const cancelled = withAttempt(state.facts, { ...attempt, phase: 'cancelling', cancelledFor: reason });
  const effects: CallEffect[] = [{ type: 'cancelAttempt', attemptId, reason }];
  // A phone that rang would only ring again through another gateway; silence may be the gateway's fault.
  return goOn({ ...state, facts: cancelled }, attempt, attempt.phase === 'inviting', at, effects);
}

function onBudgetSpent(state: Dialing | Routing, at: Moment): CallStep {
  const termination = { outcome: 'no-answer', hangupBy: 'system', sipStatus: 480, cause: 'setup-budget' } as const;
  const { callerLeg } = state;
  return beginEnding(state.facts, termination, { callerLeg, cancelReason: 'setup-budget', at });
}

/** After one attempt is over: its next address, else the others still ringing, else the next route, else the end. */
function goOn(
  state: Dialing | Routing,
  failed: Attempt,
  tryNextAddress: boolean,
  at: Moment,
  effects: readonly CallEffect[],
): CallStep {
  const attemptsLeft = state.facts.attempts.length < state.policy.maxAttempts;
  const nextIndex = failed.addressIndex + 1;
  if (tryNextAddress && attemptsLeft && nextIndex < failed.target.addresses.length) {
    const dialled = dialAddresses(state, [{ target: failed.target, addressIndex: nextIndex }], at);
    return { state: dialled.state, effects: [...effects, ...dialled.effects] };
  }
  if (state.facts.attempts.some(isPending)) {
    const { reservationId } = failed.target;
    return { state, effects: [...effects, { type: 'releasePlace', reservationId }] };
  }
  if (!attemptsLeft) {
    const ended = giveUp(state, at);
    return { state: ended.state, effects: [...effects, ...ended.effects] };
  }
  const { facts, policy, progress, callerLeg } = state;
  const release = facts.attempts.map((attempt) => attempt.target.reservationId);
  return {
    state: { kind: 'routing', facts, policy, progress, callerLeg },
    effects: [...effects, { type: 'reserveNext', release: [...new Set(release)] }],
  };
}

function giveUp(state: Dialing | Routing, at: Moment): CallStep {
  return beginEnding(state.facts, everyAttemptFailed(state.facts.attempts), { callerLeg: state.callerLeg, at });
}
