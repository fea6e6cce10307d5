import type { AttemptReason, Attempt } from './attempt.ts';
import { isPending } from './attempt.ts';
import type { CallEffect } from './call-effect.ts';
import type { CallFacts } from './call-facts.ts';
import type { CallerLeg, Ending, Talk } from './call-state.ts';
import { dropAttempt } from './drop-attempt.ts';
import type { Moment } from './moment.ts';
import type { Termination } from './termination.ts';
import { ENDING_LIMIT_MS, finishIfQuiet } from './while-ending.ts';
import type { CallStep } from './call-step.ts';

/**
 * The one way into `ending`: takes down whatever is up, tells the caller, and settles at once where nothing is left to
 * wait for. `callerLeg` is how the caller stands as the end begins. `endedAt` is when talk stopped, where that is earlier
 * than `at`, when we learnt of it.
 */
export function beginEnding(
  facts: CallFacts,
  termination: Termination,
  options: {
    readonly talk?: Talk;
    readonly callerLeg: CallerLeg;
    readonly cancelReason?: AttemptReason;
    readonly at: Moment;
    readonly endedAt?: Moment;
  },
): CallStep {
  const { talk = { kind: 'none' }, callerLeg, cancelReason = 'cancelled', at, endedAt = at } = options;
  const effects: CallEffect[] = [];
  const attempts = facts.attempts.map((attempt): Attempt => {
    if (isPending(attempt)) {
      const dropped = dropAttempt(attempt, cancelReason, at);
      effects.push(dropped.effect);
      return dropped.attempt;
    }
    if (attempt.phase === 'answered') {
      effects.push({ type: 'hangUpAttempt', attemptId: attempt.attemptId, cause: termination.cause });
    }
    return attempt;
  });
  if (callerLeg === 'inviting') {
    effects.push({ type: 'rejectCaller', status: termination.sipStatus ?? 500, cause: termination.cause });
  } else if (callerLeg === 'open') {
    effects.push({ type: 'hangUpCaller', cause: termination.cause });
  }
  const ending: Ending = {
    kind: 'ending',
    facts: { ...facts, attempts },
    // A caller who was answered before there was anyone to talk to has seen that 200, and no other status.
    termination: facts.answeredAt === null ? termination : { ...termination, sipStatus: 200 },
    talk,
    callerLeg: callerLeg === 'inviting' ? 'closed' : callerLeg,
    endedAt,
  };
  const next = finishIfQuiet(ending);
  if (next.state.kind === 'ended') return { state: next.state, effects: [...effects, ...next.effects] };
  return {
    state: ending,
    effects: [...effects, { type: 'startTimer', timer: { kind: 'ending' }, delayMs: ENDING_LIMIT_MS }],
  };
}
