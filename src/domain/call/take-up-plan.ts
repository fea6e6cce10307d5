import type { AdmissionPlan, Welcoming } from './admission-plan.ts';
import { attend } from './attend.ts';
import { beginEnding } from './begin-ending.ts';
import type { CallFacts } from './call-facts.ts';
import type { WaitingCaller } from './call-state.ts';
import type { CallStep } from './call-step.ts';
import { dialTargets } from './dial-targets.ts';
import type { Moment } from './moment.ts';
import type { Program } from './program.ts';
import type { Termination } from './termination.ts';

/** Does what the store decided for a call: dial, ask, take a message, or end it, with or without a word. */
export function takeUpPlan(
  facts: CallFacts,
  plan: AdmissionPlan,
  { callerLeg, at }: { readonly callerLeg: WaitingCaller; readonly at: Moment },
): CallStep {
  switch (plan.kind) {
    case 'refuse': {
      const { outcome, sipStatus, cause, announce } = plan;
      const termination: Termination = { outcome, sipStatus, cause, hangupBy: 'system' };
      if (announce === null) return beginEnding(facts, termination, { callerLeg, at });
      return attend(facts, { kind: 'announcement', promptId: announce, end: termination }, callerLeg);
    }
    case 'message':
      return attend(facts, { kind: 'message', promptId: plan.promptId, maxS: plan.maxS }, callerLeg);
    case 'welcome': {
      const inquiry = { startedAt: at, endedAt: null, zip: null, category: null, location: null };
      return attend({ ...facts, inquiry }, welcomeOf(plan), callerLeg);
    }
    case 'dial': {
      const { policy, targets } = plan;
      const dialled = dialTargets({ facts, policy, progress: 'trying', callerLeg }, targets, at);
      const budget = { kind: 'setup-budget' } as const;
      return {
        state: dialled.state,
        effects: [{ type: 'startTimer', timer: budget, delayMs: policy.setupBudgetS * 1_000 }, ...dialled.effects],
      };
    }
  }
}

function welcomeOf({ prompts, ivr, messageMaxS }: Welcoming): Program {
  return { kind: 'welcome', prompts, ivr, messageMaxS };
}
