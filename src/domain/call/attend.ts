import type { CallFacts } from './call-facts.ts';
import type { WaitingCaller } from './call-state.ts';
import type { CallStep } from './call-step.ts';
import type { Program } from './program.ts';

/** Begins a program: a media server is to have the caller first, unless it has them already. */
export function attend(facts: CallFacts, program: Program, callerLeg: WaitingCaller): CallStep {
  return {
    state: { kind: 'attended', facts, program, stage: 'opening', callerLeg },
    effects: [{ type: 'openMedia' }],
  };
}
