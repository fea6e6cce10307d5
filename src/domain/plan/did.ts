import type { CampaignId, DidId, PublisherId } from '../ids.ts';
import type { E164 } from '../numbers/e164.ts';

/** A number we own. It belongs to one campaign and at most one publisher. */
export interface Did {
  readonly id: DidId;
  readonly number: E164;
  readonly campaignId: CampaignId;
  readonly publisherId?: PublisherId;
  readonly label?: string;
  readonly enabled: boolean;
}
