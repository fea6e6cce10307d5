import type { PriceTier, DuplicateRule } from '../plan/campaign.ts';
import type { Payout } from '../plan/party.ts';

/**
 * What a call is worth, frozen onto its attempt when the route is chosen: an edit made during the call, or later, never
 * changes it.
 */
export interface Terms {
  readonly priceMicros: number;
  readonly minTalkS: number;
  readonly tiers: readonly PriceTier[];
  readonly duplicates: DuplicateRule;
  /** The campaign was in test when the route was chosen: nothing is billed. */
  readonly test: boolean;
  /** The call was forwarded past all routes, and its campaign does not bill such calls; absent where it is billed as any. */
  readonly unbilled?: true;
  /** Null where the DID has no publisher. */
  readonly payout: Payout | null;
}
