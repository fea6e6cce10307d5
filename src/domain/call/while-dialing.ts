import type { AttemptId } from '../ids.ts';
import type { Attempt, AttemptReason, PendingAttempt } from './attempt.ts';
import { closeAttempt, isPending } from './attempt.ts';
import { beginEnding } from './begin-ending.ts';
import type { CallEffect } from './call-effect.ts';
import type { CallEvent } from './call-event.ts';
import type { CallFacts } from './call-facts.ts';
import { withAttempt } from './call-facts.ts';
import type { Answering, Dialing, Routing } from './call-state.ts';
import { dialAddresses, dialTargets } from './dial-targets.ts';
import type { Moment } from './moment.ts';
import { straySettled } from './stray-attempt.ts';
import { callerGaveUp, everyAttemptFailed, failureReason, nextAddressMayHelp, requestedEnd } from './termination.ts';
import type { CallStep } from './call-step.ts';

/** How long the caller's ACK to our 200 is waited for: 64·T1 (RFC 3261 §13.3.1.4). */
export const ACK_LIMIT_MS = 32_000;

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
      return onAnswer(state, event.attemptId, event.sdp, at);
    case 'attemptFailed': {
      const attempt = pendingAttempt(state.facts, event.attemptId);
      if (!attempt) return { state, effects: [] };
      const reason = event.reason ?? failureReason(event.sipStatus);
      const closed = closeAttempt(attempt, { at, sipStatus: event.sipStatus, cause: event.cause, reason });
      const moved = { ...state, facts: withAttempt(state.facts, closed) };
      return goOn(moved, attempt, nextAddressMayHelp(event.sipStatus), at, [stopRinging(attempt)]);
    }
    case 'attemptHungUp': {
      // The dialog died before it was answered (a lost link): a failure like another.
      const attempt = pendingAttempt(state.facts, event.attemptId);
      if (!attempt) return { state, effects: [] };
      const closed = closeAttempt(attempt, { at, sipStatus: null, cause: event.cause, reason: 'failed' });
      return goOn({ ...state, facts: withAttempt(state.facts, closed) }, attempt, true, at, [stopRinging(attempt)]);
    }
    case 'timerFired':
      if (event.timer.kind === 'ring') return onRingTimeout(state, event.timer.attemptId, at);
      if (event.timer.kind === 'setup-budget') return onBudgetSpent(state, at);
      return { state, effects: [] };
    case 'callerCancelled':
    case 'callerHungUp':
      return beginEnding(state.facts, callerGaveUp(event.cause), { callerLeg: 'closed', at });
    case 'endRequested':
      return beginEnding(state.facts, requestedEnd(event.cause, false), { callerLeg: 'inviting', at });
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
  if (!attempt) return { state, effects: [] };
  const ringing: Attempt = { ...attempt, phase: 'ringing', ringingAt: attempt.ringingAt ?? at };
  const facts = withAttempt(state.facts, ringing);
  const alone = state.facts.attempts.filter(isPending).length === 1;
  const sdp = alone ? event.sdp : null;
  const told = { ...state, facts };
  if (sdp !== null) {
    const progress = { type: 'showProgress', status: event.status, sdp } as const;
    return { state: { ...told, progress: 'early-media' }, effects: [progress] };
  }
  if (alone && event.status === 183) {
    // Something is under way, and nothing is to be heard of it: no news for a caller who hears ringing already.
    const isNews = state.progress === 'trying' && attempt.phase === 'inviting';
    return { state: told, effects: isNews ? [{ type: 'showProgress', status: 183, sdp: null }] : [] };
  }
  if (state.progress === 'ringing' && !(alone && attempt.phase === 'inviting')) return { state: told, effects: [] };
  return { state: { ...told, progress: 'ringing' }, effects: [{ type: 'showProgress', status: 180, sdp: null }] };
}

/** The first 2xx wins; the others are told that the call was completed elsewhere. */
function onAnswer(state: Dialing | Routing, winnerId: AttemptId, sdp: string, at: Moment): CallStep {
  const winner = pendingAttempt(state.facts, winnerId);
  if (!winner) return { state, effects: [] };
  const effects: CallEffect[] = [{ type: 'stopTimer', timer: { kind: 'setup-budget' } }, stopRinging(winner)];
  const attempts = state.facts.attempts.map((attempt): Attempt => {
    if (attempt.attemptId === winnerId) return { ...winner, phase: 'answered', answeredAt: at };
    if (!isPending(attempt)) return attempt;
    effects.push(stopRinging(attempt), {
      type: 'cancelAttempt',
      attemptId: attempt.attemptId,
      reason: 'answered-elsewhere',
    });
    return { ...attempt, phase: 'cancelling', cancelledFor: 'answered-elsewhere' };
  });
  const answering: Answering = {
    kind: 'answering',
    facts: { ...state.facts, attempts },
    policy: state.policy,
    conversation: { attemptId: winnerId, connectedAt: at },
  };
  return {
    state: answering,
    effects: [
      ...effects,
      { type: 'joinLegs', attemptId: winnerId },
      { type: 'answerCaller', sdp },
      { type: 'startTimer', timer: { kind: 'ack' }, delayMs: ACK_LIMIT_MS },
    ],
  };
}

/** It never answered: CANCEL it and go on at once; its 487, or a 2xx that crosses, is cleaned up when it comes. */
function onRingTimeout(state: Dialing | Routing, attemptId: AttemptId, at: Moment): CallStep {
  const attempt = pendingAttempt(state.facts, attemptId);
  if (!attempt) return { state, effects: [] };
  const reason: AttemptReason = 'no-answer';
  const cancelled = withAttempt(state.facts, { ...attempt, phase: 'cancelling', cancelledFor: reason });
  const effects: CallEffect[] = [{ type: 'cancelAttempt', attemptId, reason }];
  // A phone that rang would only ring again through another gateway; silence may be the gateway's fault.
  return goOn({ ...state, facts: cancelled }, attempt, attempt.phase === 'inviting', at, effects);
}

function onBudgetSpent(state: Dialing | Routing, at: Moment): CallStep {
  const termination = { outcome: 'no-answer', hangupBy: 'system', sipStatus: 480, cause: 'setup-budget' } as const;
  return beginEnding(state.facts, termination, { callerLeg: 'inviting', cancelReason: 'setup-budget', at });
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
  if (state.facts.attempts.some(isPending)) return { state, effects };
  if (!attemptsLeft) {
    const ended = giveUp(state, at);
    return { state: ended.state, effects: [...effects, ...ended.effects] };
  }
  const { facts, policy, progress } = state;
  const release = facts.attempts.map((attempt) => attempt.target.reservationId);
  return {
    state: { kind: 'routing', facts, policy, progress },
    effects: [...effects, { type: 'reserveNext', release: [...new Set(release)] }],
  };
}

function giveUp(state: Dialing | Routing, at: Moment): CallStep {
  return beginEnding(state.facts, everyAttemptFailed(state.facts.attempts), { callerLeg: 'inviting', at });
}
