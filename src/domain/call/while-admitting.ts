import { beginEnding } from './begin-ending.ts';
import type { CallEvent } from './call-event.ts';
import type { Admitting, Dialing } from './call-state.ts';
import { dialTargets } from './dial-targets.ts';
import type { Moment } from './moment.ts';
import { callerGaveUp, requestedEnd } from './termination.ts';
import type { CallStep } from './call-step.ts';

/** One store transaction is screening, routing and reserving. */
export function whileAdmitting(state: Admitting, event: CallEvent, at: Moment): CallStep {
  switch (event.type) {
    case 'admitted': {
      const { plan } = event;
      const facts = { ...state.facts, screenedAt: at, decision: plan.decision };
      if (plan.kind === 'refuse') {
        const { outcome, sipStatus, cause } = plan;
        return beginEnding(facts, { outcome, sipStatus, cause, hangupBy: 'system' }, { callerLeg: 'inviting', at });
      }
      const dialing: Dialing = { kind: 'dialing', facts, policy: plan.policy, progress: 'trying' };
      const dialled = dialTargets(dialing, plan.targets, at);
      const budget = { kind: 'setup-budget' } as const;
      return {
        state: dialled.state,
        effects: [{ type: 'startTimer', timer: budget, delayMs: plan.policy.setupBudgetS * 1_000 }, ...dialled.effects],
      };
    }
    case 'admissionFailed':
      return beginEnding(
        state.facts,
        { outcome: 'capacity', hangupBy: 'system', sipStatus: 503, cause: 'store-unavailable' },
        { callerLeg: 'inviting', at },
      );
    case 'callerCancelled':
    case 'callerHungUp':
      return beginEnding(state.facts, callerGaveUp(event.cause), { callerLeg: 'closed', at });
    case 'endRequested':
      return beginEnding(state.facts, requestedEnd(event.cause, false), { callerLeg: 'inviting', at });
    default:
      return { state, effects: [] };
  }
}
