import type { Terms } from '../billing/terms.ts';
import type { Campaign } from '../plan/campaign.ts';
import type { Publisher } from '../plan/party.ts';
import type { Route } from '../plan/route.ts';

/** The terms of a call sent along this route, as they are now. The route's own price and minimum beat the campaign's. */
export function freezeTerms(campaign: Campaign, route: Route, publisher: Publisher | null): Terms {
  return {
    priceMicros: route.priceMicros ?? campaign.priceMicros,
    minTalkS: route.minTalkS ?? campaign.minTalkS,
    tiers: campaign.tiers,
    duplicates: campaign.duplicates,
    test: campaign.status === 'test',
    payout: publisher?.payout ?? null,
  };
}
