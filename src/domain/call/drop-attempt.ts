import type { Attempt, AttemptReason, PendingAttempt } from './attempt.ts';
import { closeAttempt } from './attempt.ts';
import type { CallEffect } from './call-effect.ts';
import type { Moment } from './moment.ts';

/** Lets go of a destination that isn't wanted any more: CANCEL while it rings, BYE once somebody has answered. */
export function dropAttempt(
  attempt: PendingAttempt,
  reason: AttemptReason,
  at: Moment,
): { readonly attempt: Attempt; readonly effect: CallEffect } {
  const { attemptId } = attempt;
  if (attempt.phase === 'accepting') {
    return {
      attempt: closeAttempt(attempt, { at, sipStatus: 200, cause: null, reason }),
      effect: { type: 'hangUpAttempt', attemptId, cause: reason },
    };
  }
  return {
    attempt: { ...attempt, phase: 'cancelling', cancelledFor: reason },
    effect: { type: 'cancelAttempt', attemptId, reason },
  };
}
