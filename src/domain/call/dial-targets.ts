import type { AttemptId } from '../ids.ts';
import type { Attempt } from './attempt.ts';
import type { CallEffect } from './call-effect.ts';
import type { Dialing, Routing } from './call-state.ts';
import type { DialTarget } from './dial-target.ts';
import type { Moment } from './moment.ts';

type Undialled = Omit<Dialing | Routing, 'kind'>;

/**
 * Sends an INVITE to each target's first address, as many as `maxAttempts` still allows. Each attempt rings on a timer
 * of ours: the SIP server's own limits are too long and its 408 may never come.
 */
export function dialTargets(
  state: Undialled,
  targets: readonly DialTarget[],
  at: Moment,
): { readonly state: Dialing; readonly effects: readonly CallEffect[] } {
  const left = Math.max(0, state.policy.maxAttempts - state.facts.attempts.length);
  return dialAddresses(
    state,
    targets.slice(0, left).map((target) => ({ target, addressIndex: 0 })),
    at,
  );
}

/** As `dialTargets`, at a given address of each target. */
export function dialAddresses(
  state: Undialled,
  places: readonly { readonly target: DialTarget; readonly addressIndex: number }[],
  at: Moment,
): { readonly state: Dialing; readonly effects: readonly CallEffect[] } {
  const { facts, policy, progress, callerLeg } = state;
  const attempts = places.map(({ target, addressIndex }, index): Attempt => {
    const seq = facts.attempts.length + index + 1;
    return {
      phase: 'inviting',
      attemptId: `${facts.origin.callId}.${seq}` as AttemptId,
      seq,
      target,
      addressIndex,
      startedAt: at,
      ringingAt: null,
    };
  });
  return {
    state: {
      kind: 'dialing',
      facts: { ...facts, attempts: [...facts.attempts, ...attempts] },
      policy,
      progress,
      callerLeg,
    },
    effects: attempts.flatMap((attempt): CallEffect[] => [
      { type: 'dial', attempt },
      {
        type: 'startTimer',
        timer: { kind: 'ring', attemptId: attempt.attemptId },
        delayMs: attempt.target.ringTimeoutS * 1_000,
      },
    ]),
  };
}
