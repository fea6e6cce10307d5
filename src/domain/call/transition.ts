import type { CallEvent } from './call-event.ts';
import type { CallFacts } from './call-facts.ts';
import type { CallState } from './call-state.ts';
import type { CallStep } from './call-step.ts';
import type { Moment } from './moment.ts';
import { whileAdmitting } from './while-admitting.ts';
import { whileAttended } from './while-attended.ts';
import { whileDialing } from './while-dialing.ts';
import { whileEnded, whileEnding } from './while-ending.ts';
import { whileAnswering, whileConnected } from './while-talking.ts';

/**
 * The call machine: what an event means in a state. Pure and total; any event is allowed in any state. `at` is when the
 * event happened. Whatever the order of events, `settle` is asked for exactly once, on entering `ended`.
 */
export function transition(state: CallState, event: CallEvent, at: Moment): CallStep {
  switch (state.kind) {
    case 'admitting':
      return whileAdmitting(state, event, at);
    case 'attended':
      return whileAttended(state, event, at);
    case 'dialing':
    case 'routing':
      return whileDialing(state, event, at);
    case 'answering':
      return whileAnswering(state, event, at);
    case 'connected':
      return whileConnected(state, event, at);
    case 'ending':
      return whileEnding(state, event, at);
    case 'ended':
      return whileEnded(state, event, at);
    default: {
      const never: never = state;
      return never;
    }
  }
}

/** A call as it begins: the INVITE is here and its admission has been asked for. */
export function newCall(facts: CallFacts): CallState {
  return { kind: 'admitting', facts, callerLeg: 'inviting' };
}
