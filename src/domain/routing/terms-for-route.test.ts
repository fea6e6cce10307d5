import { describe, expect, test } from 'vitest';
import { sample } from '../../../test/support/sample-plan.ts';
import type { CampaignId, DestinationId, PublisherId, RouteId } from '../ids.ts';
import type { Campaign } from '../plan/campaign.ts';
import type { Route } from '../plan/route.ts';
import { freezeTerms } from './terms-for-route.ts';

const campaignOf = (fields: Partial<Campaign> = {}): Campaign => ({
  id: 'cmp_1' as CampaignId,
  ...sample.campaign({ priceMicros: 30, minTalkS: 60, tiers: [{ minTalkS: 90, priceMicros: 45 }], ...fields }),
});
const routeOf = (fields: Partial<Route> = {}): Route => ({
  id: 'rte_1' as RouteId,
  ...sample.route('cmp_1' as CampaignId, 'dst_1' as DestinationId, fields),
});

describe('the terms of a call', () => {
  test('are the campaign’s where the route has none of its own', () => {
    expect(freezeTerms(campaignOf(), routeOf(), null)).toEqual({
      priceMicros: 30,
      minTalkS: 60,
      tiers: [{ minTalkS: 90, priceMicros: 45 }],
      duplicates: campaignOf().duplicates,
      test: false,
      payout: null,
    });
  });

  test('are the route’s where it has some, a price of 0 included', () => {
    expect(freezeTerms(campaignOf(), routeOf({ priceMicros: 0, minTalkS: 0 }), null)).toMatchObject({
      priceMicros: 0,
      minTalkS: 0,
    });
  });

  test('say that a campaign is in test, and what its publisher earns', () => {
    const publisher = {
      id: 'pub_1' as PublisherId,
      ...sample.publisher({ payout: { kind: 'fixed', amountMicros: 9 } }),
    };
    expect(freezeTerms(campaignOf({ status: 'test' }), routeOf(), publisher)).toMatchObject({
      test: true,
      payout: { kind: 'fixed', amountMicros: 9 },
    });
  });
});
