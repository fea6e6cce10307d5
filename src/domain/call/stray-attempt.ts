import { closeAttempt } from './attempt.ts';
import type { CallEffect } from './call-effect.ts';
import type { CallEvent } from './call-event.ts';
import type { CallFacts } from './call-facts.ts';
import { withAttempt } from './call-facts.ts';
import type { Moment } from './moment.ts';

/**
 * Settles what a destination says after we gave up on it: a final response to our CANCEL, or the 2xx that crossed it
 * (RFC 3261 §9.1), which is ACKed and BYEd and never billed. Also the end of a leg we hung up. Returns undefined where
 * the event is about nothing of the kind.
 */
export function straySettled(
  facts: CallFacts,
  event: CallEvent,
  at: Moment,
): { readonly facts: CallFacts; readonly effects: readonly CallEffect[] } | undefined {
  if (
    event.type !== 'attemptFailed' &&
    event.type !== 'attemptAnswered' &&
    event.type !== 'attemptPickedUp' &&
    event.type !== 'attemptHungUp' &&
    event.type !== 'attemptVanished'
  ) {
    return undefined;
  }
  const attempt = facts.attempts.find((a) => a.attemptId === event.attemptId);
  if (!attempt) return undefined;
  if (event.type === 'attemptAnswered' || event.type === 'attemptPickedUp') {
    // Closed without its final response (a limit passed, the link was lost): the buyer is on the line all the same.
    if (attempt.phase !== 'cancelling' && attempt.phase !== 'closed') return undefined;
    const closed = closeAttempt(attempt, { at, sipStatus: 200, cause: null, reason: 'answered-too-late' });
    return {
      facts: withAttempt(facts, closed),
      effects: [{ type: 'hangUpAttempt', attemptId: attempt.attemptId, cause: 'answered-too-late' }],
    };
  }
  if (attempt.phase === 'cancelling' && event.type === 'attemptFailed') {
    const end = { at, sipStatus: event.sipStatus, cause: event.cause, reason: null };
    return { facts: withAttempt(facts, closeAttempt(attempt, end)), effects: [] };
  }
  if (attempt.phase === 'answered' && (event.type === 'attemptHungUp' || event.type === 'attemptVanished')) {
    const end = { at, sipStatus: 200, cause: event.cause, reason: null };
    return { facts: withAttempt(facts, closeAttempt(attempt, end)), effects: [] };
  }
  return undefined;
}
