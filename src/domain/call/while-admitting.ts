import { beginEnding } from './begin-ending.ts';
import type { CallEvent } from './call-event.ts';
import type { Admitting } from './call-state.ts';
import type { CallStep } from './call-step.ts';
import type { Moment } from './moment.ts';
import { takeUpPlan } from './take-up-plan.ts';
import { callerGaveUp, mediaFailure, requestedEnd } from './termination.ts';

/** One store transaction is screening, routing and reserving: all of it, or after the questions the latter two. */
export function whileAdmitting(state: Admitting, event: CallEvent, at: Moment): CallStep {
  const { facts, callerLeg } = state;
  switch (event.type) {
    case 'admitted': {
      if (facts.screenedAt !== null) return { state, effects: [] };
      return takeUpPlan({ ...facts, screenedAt: at, decision: event.plan.decision }, event.plan, { callerLeg, at });
    }
    case 'routed': {
      if (facts.inquiry === null) return { state, effects: [] };
      const inquiry = { ...facts.inquiry, location: event.location };
      return takeUpPlan({ ...facts, inquiry, decision: event.plan.decision }, event.plan, { callerLeg, at });
    }
    case 'admissionFailed':
      return beginEnding(
        facts,
        { outcome: 'capacity', hangupBy: 'system', sipStatus: 503, cause: 'store-unavailable' },
        { callerLeg, at },
      );
    case 'mediaLost':
      if (facts.inquiry === null) return { state, effects: [] };
      return beginEnding(facts, mediaFailure({ sipStatus: 503, cause: event.cause }), { callerLeg, at });
    case 'callerCancelled':
    case 'callerHungUp':
      return beginEnding(facts, callerGaveUp(event.cause), { callerLeg: 'closed', at });
    case 'callerVanished':
      return beginEnding(facts, { ...callerGaveUp(event.cause), hangupBy: 'system' }, { callerLeg: 'closed', at });
    case 'endRequested':
      return beginEnding(facts, requestedEnd(event.cause, false), { callerLeg, at });
    default:
      return { state, effects: [] };
  }
}
