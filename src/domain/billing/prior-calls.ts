import type { BuyerId, CallId, CampaignId, DestinationId } from '../ids.ts';
import type { Ani } from '../numbers/e164.ts';
import type { EpochMs } from '../time.ts';

/** Which earlier calls of a caller count against the duplicate rule. */
export interface PriorCallQuery {
  readonly ani: Ani;
  /** Not this call itself. */
  readonly excluding: CallId;
  /** Connected at or after this instant. */
  readonly since: EpochMs;
  /** Connected before this instant. */
  readonly before: EpochMs;
  /** One that connected at `before` itself counts too, where it was admitted before the call that is excluded. */
  readonly firstOfTie: boolean;
  /** `connected` takes calls that are still going on, too; which of those will be billed nobody knows yet. */
  readonly trigger: 'connected' | 'billable';
  /** Null looks at every campaign and buyer (`scope: 'all'`). */
  readonly campaignId: CampaignId | null;
  readonly buyerId: BuyerId | null;
}

export interface PriorCall {
  readonly callId: CallId;
  readonly destinationId: DestinationId;
}

/** Earlier calls of a caller, as the duplicate rule asks for them. */
export interface PriorCalls {
  /** The latest that matches, or undefined. Anonymous callers never match. */
  latestPriorCall(query: PriorCallQuery): PriorCall | undefined;
  /** Every destination the caller reached in matching calls (`routing: 'exclude-destination'`). */
  priorDestinations(query: PriorCallQuery): readonly DestinationId[];
}
