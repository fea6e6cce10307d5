import type { CallId } from '../ids.ts';

export const VERDICT_REASONS = [
  'billable',
  'not-connected',
  'below-min-talk',
  'duplicate-caller',
  'source-not-accepted',
  'out-of-area',
  'test-campaign',
  'over-cap',
  'estimated-needs-review',
  'adjusted',
] as const;
export type VerdictReason = (typeof VERDICT_REASONS)[number];

/** What one party owes or earns for a call, with the one reason. */
export interface Verdict {
  readonly billable: boolean;
  readonly reason: VerdictReason;
  readonly amountMicros: number;
  /** The earlier call, where the reason is `duplicate-caller`. */
  readonly duplicateOfCallId?: CallId;
}
