import type { RouteDecision } from '../routing/route-decision.ts';
import type { Outcome } from './cdr.ts';
import type { DialTarget } from './dial-target.ts';

/** How a campaign wants its attempts made. */
export interface DialPolicy {
  readonly simultaneous: boolean;
  readonly maxAttempts: number;
  readonly setupBudgetS: number;
  readonly maxCallS: number;
}

/** A call that goes no further, and what its caller is told. */
export interface Refusal {
  readonly kind: 'refuse';
  readonly outcome: Outcome;
  readonly sipStatus: number;
  /** One word for the CDR's `hangupCause`: `blocklist`, `anonymous`, `unknown-did`, `no-route` … */
  readonly cause: string;
  readonly decision: RouteDecision | null;
}

/** A call with somewhere to go: the first attempts, their places already held. */
export interface Dialling {
  readonly kind: 'dial';
  readonly decision: RouteDecision;
  readonly policy: DialPolicy;
  /** One target, or a whole tier where the campaign rings simultaneously. */
  readonly targets: readonly DialTarget[];
}

/** What admission decided for a call. */
export type AdmissionPlan = Refusal | Dialling;
