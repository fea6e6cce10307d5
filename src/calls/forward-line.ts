import type { RouteId } from '../domain/ids.ts';
import type { Campaign } from '../domain/plan/campaign.ts';
import type { Buyer, Destination } from '../domain/plan/party.ts';
import { compileCaps } from '../domain/routing/check-caps.ts';
import { CapWindows } from '../domain/routing/cap-windows.ts';
import { mostACallCanCost } from '../domain/billing/price-for-talk.ts';
import type { RouteLine, RoutingSnapshot } from '../domain/routing/routing-snapshot.ts';
import { freezeTerms } from '../domain/routing/terms-for-route.ts';
import { timeZone } from '../domain/routing/time-zone.ts';

/** The id of no route. */
export const NO_ROUTE = '' as RouteId;

/**
 * Where a campaign sends its calls after hours, as a line like a route's, so that the caps of destination and buyer hold
 * there too. Null where it forwards nowhere, or its destination is switched off.
 */
export function forwardLine(campaign: Campaign, snapshot: RoutingSnapshot): RouteLine | null {
  const { afterHours } = campaign;
  if (afterHours.action !== 'forward') return null;
  const destination = snapshot.destinationById.get(afterHours.destinationId);
  const buyer = destination && snapshot.buyerById.get(destination.buyerId);
  if (!destination?.enabled || buyer?.status !== 'active') return null;
  const route = {
    id: NO_ROUTE,
    campaignId: campaign.id,
    destinationId: destination.id,
    priority: 1,
    weight: 1,
    caps: {},
    enabled: true,
  };
  const terms = freezeTerms(campaign, route, null);
  return {
    route,
    campaign,
    destination,
    buyer,
    switchedOff: null,
    area: null,
    schedule: null,
    ...partyCaps(destination, buyer),
    priceMicros: terms.priceMicros,
    costMicros: afterHours.billable === true ? mostACallCanCost(terms) : 0,
  };
}

/** The limits of a destination and its buyer, and the buyer's windows. */
export type PartyCaps = Pick<RouteLine, 'caps' | 'windows'>;

export function partyCaps(destination: Destination, buyer: Buyer): PartyCaps {
  const caps = compileCaps([
    { owner: { kind: 'destination', id: destination.id }, caps: destination.caps },
    { owner: { kind: 'buyer', id: buyer.id }, caps: buyer.caps },
  ]);
  return { caps, windows: new CapWindows(timeZone(buyer.timezone)) };
}
