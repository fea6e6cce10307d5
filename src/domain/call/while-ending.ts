import { closeAttempt } from './attempt.ts';
import type { CallEvent } from './call-event.ts';
import type { Ended, Ending } from './call-state.ts';
import type { Moment } from './moment.ts';
import { straySettled } from './stray-attempt.ts';
import type { CallStep } from './call-step.ts';

/** How long a call waits for its legs to confirm their end before it is settled without them. */
export const ENDING_LIMIT_MS = 4_000;

/** The end is decided: legs report that they are gone, an ACK may still come, late answers are cleaned up. */
export function whileEnding(state: Ending, event: CallEvent, at: Moment): CallStep {
  const stray = straySettled(state.facts, event, at);
  if (stray) return withEffectsFirst(stray.effects, finishIfQuiet({ ...state, facts: stray.facts }));
  switch (event.type) {
    case 'callerLegClosed':
    case 'callerVanished':
      return finishIfQuiet({ ...state, callerLeg: 'closed' });
    case 'callerHungUp':
      // A BYE comes only in a confirmed dialog (RFC 3261 §15): it proves the 200 arrived as an ACK would.
      return finishIfQuiet({ ...confirmed(state, at), callerLeg: 'closed' });
    case 'callerAcked':
      if (state.callerLeg !== 'answered') return finishIfQuiet(confirmed(state, at));
      // The BYE that had to wait for this ACK (RFC 3261 §15).
      return {
        state: { ...confirmed(state, at), callerLeg: 'open' },
        effects: [
          { type: 'stopTimer', timer: { kind: 'ack' } },
          { type: 'hangUpCaller', cause: state.termination.cause },
          { type: 'startTimer', timer: { kind: 'ending' }, delayMs: ENDING_LIMIT_MS },
        ],
      };
    case 'timerFired':
      if (event.timer.kind === 'ack' && state.callerLeg === 'answered') {
        return withEffectsFirst([{ type: 'hangUpCaller', cause: 'caller-never-acked' }], finish(state, at));
      }
      // Until the ACK's own deadline no BYE may be sent to the caller, and whether they had a conversation is not known.
      if (event.timer.kind === 'ending' && state.callerLeg !== 'answered') return finish(state, at);
      return { state, effects: [] };
    case 'recordingStarted':
      return { state: { ...state, facts: { ...state.facts, recordingId: event.recordingId } }, effects: [] };
    default:
      return { state, effects: [] };
  }
}

/** Over and settled: nothing changes any more, but an answer that comes now must not leave a buyer on the line. */
export function whileEnded(state: Ended, event: CallEvent, at: Moment): CallStep {
  const stray = straySettled(state.facts, event, at);
  return stray ? { state: { ...state, facts: stray.facts }, effects: stray.effects } : { state, effects: [] };
}

/** Settles the call if no leg is up any more and nothing is left to learn; else stays in `ending`. */
export function finishIfQuiet(state: Ending): CallStep {
  const attemptsGone = state.facts.attempts.every((attempt) => attempt.phase === 'closed');
  return attemptsGone && state.callerLeg === 'closed' ? finish(state, state.endedAt) : { state, effects: [] };
}

/** The one place that makes `ended`, and so the one `settle`. */
function finish(state: Ending, at: Moment): CallStep {
  const attempts = state.facts.attempts.map((attempt) =>
    closeAttempt(attempt, { at, sipStatus: attempt.phase === 'answered' ? 200 : null, cause: null, reason: null }),
  );
  // Without the caller's ACK there was no call: nothing is billed, whatever ended it (RFC 3261 §13.3.1.4).
  const termination =
    state.talk.kind === 'unconfirmed'
      ? { ...state.termination, outcome: 'failed' as const, cause: 'caller-never-acked' }
      : state.termination;
  const ended = { facts: { ...state.facts, attempts }, termination, talk: state.talk, endedAt: state.endedAt };
  return { state: { kind: 'ended', ...ended }, effects: [{ type: 'settle', ended }] };
}

function confirmed(state: Ending, at: Moment): Ending {
  if (state.talk.kind !== 'unconfirmed') return state;
  return { ...state, talk: { kind: 'confirmed', conversation: state.talk.conversation, ackedAt: at } };
}

function withEffectsFirst(effects: CallStep['effects'], next: CallStep): CallStep {
  return { state: next.state, effects: [...effects, ...next.effects] };
}
