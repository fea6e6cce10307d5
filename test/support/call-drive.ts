import type { AdmissionPlan, DialPolicy } from '../../src/domain/call/admission-plan.ts';
import type { CallEffect } from '../../src/domain/call/call-effect.ts';
import type { CallEvent } from '../../src/domain/call/call-event.ts';
import type { CallState } from '../../src/domain/call/call-state.ts';
import { cdrOfEndedCall } from '../../src/domain/call/cdr-of-call.ts';
import type { DialTarget } from '../../src/domain/call/dial-target.ts';
import { newCall, transition } from '../../src/domain/call/transition.ts';
import { at, someDecision, someFacts, somePolicy } from './call-builders.ts';

/** A call driven by hand, with a clock that moves a second with each event unless told otherwise. */
export class CallDrive {
  state: CallState = newCall(someFacts());
  readonly effects: CallEffect[] = [];
  #ms = 0;

  /** Gives an event and returns the effects it asked for. */
  on(event: CallEvent, afterMs = 1_000): CallEffect[] {
    this.#ms += afterMs;
    const step = transition(this.state, event, at(this.#ms));
    this.state = step.state;
    this.effects.push(...step.effects);
    return [...step.effects];
  }

  /** Admits it with these to dial. */
  admit(targets: readonly DialTarget[], policy: Partial<DialPolicy> = {}): CallEffect[] {
    const plan: AdmissionPlan = { kind: 'dial', decision: someDecision, policy: { ...somePolicy, ...policy }, targets };
    return this.on({ type: 'admitted', plan });
  }

  /** The CDR of a call that has been settled once. */
  settled() {
    const settle = this.effects.filter((effect) => effect.type === 'settle');
    if (settle.length !== 1) throw new Error(`the call was settled ${settle.length} times`);
    return cdrOfEndedCall(settle[0]!.ended);
  }
}

/** The names of effects, in order. */
export function types(effects: readonly CallEffect[]): string[] {
  return effects.map((effect) => effect.type);
}
