import type { IvrFlow } from '../ivr/ivr-flow.ts';
import type { PromptId } from '../ids.ts';
import type { RouteDecision } from '../routing/route-decision.ts';
import type { Outcome } from './cdr.ts';
import type { DialTarget } from './dial-target.ts';

/** How a call's audio goes. */
export interface AudioPlan {
  /**
   * `direct` between the two parties; through a media server where one is `preferred`, but without it where there is
   * none; or not at all where what the campaign promises needs one.
   */
  readonly media: 'direct' | 'preferred' | 'required';
  /** What the caller hears while destinations ring; null for what the destination's network plays, or plain ringing. */
  readonly ringback: PromptId | null;
  /** The conversation is written to a file. */
  readonly record: boolean;
}

/** How a campaign wants its attempts made. */
export interface DialPolicy {
  readonly simultaneous: boolean;
  readonly maxAttempts: number;
  readonly setupBudgetS: number;
  readonly maxCallS: number;
  readonly audio: AudioPlan;
}

/** A call that goes no further, and what its caller is told. */
export interface Refusal {
  readonly kind: 'refuse';
  readonly outcome: Outcome;
  readonly sipStatus: number;
  /** One word for the CDR's `hangupCause`: `blocklist`, `anonymous`, `unknown-did`, `no-route` … */
  readonly cause: string;
  readonly decision: RouteDecision | null;
  /** What the caller hears first; null for nothing. */
  readonly announce: PromptId | null;
}

/** A call that nobody is there to take, and whose caller may leave a message. */
export interface TakingMessage {
  readonly kind: 'message';
  readonly promptId: PromptId | null;
  readonly maxS: number;
  readonly decision: RouteDecision;
}

/** A call whose caller is told or asked something before it is routed. */
export interface Welcoming {
  readonly kind: 'welcome';
  readonly prompts: readonly PromptId[];
  readonly ivr: IvrFlow | null;
  /** Longest message, where the questions lead to one, in seconds. */
  readonly messageMaxS: number;
  /** There is none yet. */
  readonly decision: null;
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
export type AdmissionPlan = Refusal | Dialling | Welcoming | TakingMessage;
