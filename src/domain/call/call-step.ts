import type { CallEffect } from './call-effect.ts';
import type { CallState } from './call-state.ts';

/** Where a call goes from here, and what the world is asked to do about it, in order. */
export interface CallStep {
  readonly state: CallState;
  readonly effects: readonly CallEffect[];
}
