import type { AreaId, BuyerId, CampaignId, PublisherId, ScheduleId } from '../src/domain/ids.ts';
import type { Ani, E164 } from '../src/domain/numbers/e164.ts';
import type { AreaEntry } from '../src/domain/plan/area.ts';
import type { RoutingPlan } from '../src/domain/plan/routing-plan.ts';
import type { CapUsage } from '../src/domain/routing/caps.ts';
import type { CallOffer } from '../src/domain/routing/route-call.ts';
import { locationOf, PlanBuilder } from '../test/support/routing-plan.ts';

/** A plan, and calls that arrive for it. */
export interface RoutingCase {
  readonly plan: RoutingPlan;
  readonly offers: readonly CallOffer[];
}

/** How many calls take turns, each from a place of its own where there are as many. */
export const OFFERS = 512;
const ROUTES_PER_CAMPAIGN = 10;
/** How many of a campaign's routes serve a place. */
const ROUTES_PER_PLACE = 3;
const PLACES_PER_ROUTE = 6;

/** Nothing is used yet, and to say so costs nothing: what the store's answers cost is measured where calls are settled. */
const usage: CapUsage = {
  concurrent: () => 0,
  counted: () => ({ settled: 0, pending: 0 }),
  spent: () => ({ settledMicros: 0, pendingMicros: 0 }),
  balance: () => ({ balanceMicros: 0, pendingMicros: 0 }),
};

/** Campaigns of ten routes each, of which three serve the caller's state: what a call network looks like. */
export function manyCampaigns(routes: number): RoutingCase {
  const builder = new PlanBuilder();
  const world = addWorld(builder);
  const areas = ['CA', 'NY', 'TX'].map((state) => builder.area({ name: state, include: [{ state }] }));
  const campaigns: CampaignId[] = [];
  for (let route = 0; route < routes; route++) {
    if (route % ROUTES_PER_CAMPAIGN === 0) campaigns.push(builder.campaign());
    addRoute(builder, campaigns.at(-1) as CampaignId, world, areas[route % areas.length] as AreaId, route);
  }
  const offers = Array.from({ length: OFFERS }, (_, call): CallOffer => {
    const campaignId = campaigns[call % campaigns.length] as CampaignId;
    return offerFrom(call, campaignId, world, call % 2 === 0 ? 'CA' : 'NY', '00000');
  });
  return { plan: builder.build(), offers };
}

/** One campaign whose routes each serve six ZIPs or exchanges, three routes to a place: a nation of local businesses. */
export function oneCampaign(routes: number): RoutingCase {
  const builder = new PlanBuilder();
  const world = addWorld(builder);
  const campaignId = builder.campaign();
  const places = Math.max(1, Math.floor((routes * PLACES_PER_ROUTE) / ROUTES_PER_PLACE));
  for (let route = 0; route < routes; route++) {
    const include = Array.from({ length: PLACES_PER_ROUTE }, (_, nth) =>
      entryFor((route * PLACES_PER_ROUTE + nth) % places),
    );
    addRoute(builder, campaignId, world, builder.area({ include }), route);
  }
  const offers = Array.from({ length: OFFERS }, (_, call) => {
    const place = (call * 7_919) % places;
    return offerFrom(place, campaignId, world, 'CA', zipOf(place));
  });
  return { plan: builder.build(), offers };
}

interface World {
  readonly buyers: readonly BuyerId[];
  readonly publisherId: PublisherId;
  readonly scheduleId: ScheduleId;
}

function addWorld(builder: PlanBuilder): World {
  const buyers = ['America/New_York', 'America/Chicago', 'America/Los_Angeles'].map((timezone) =>
    builder.buyer({ timezone, caps: { concurrent: 5 }, prepaid: true, creditLimitMicros: 1_000_000_000 }),
  );
  const open: readonly [string, string][] = [['08:00', '20:00']];
  const scheduleId = builder.schedule({
    timezone: 'America/New_York',
    weekly: { mon: open, tue: open, wed: open, thu: open, fri: open },
    holidays: 'US',
  });
  return { buyers, publisherId: builder.publisher(), scheduleId };
}

function addRoute(builder: PlanBuilder, campaignId: CampaignId, world: World, areaId: AreaId, nth: number): void {
  const buyer = world.buyers[nth % world.buyers.length] as BuyerId;
  const destination = builder.destination(buyer);
  builder.route(campaignId, destination, { areaId, scheduleId: world.scheduleId, caps: { daily: 50 } });
}

function entryFor(place: number): AreaEntry {
  return place % 2 === 0 ? { zip: zipOf(place) } : { npaNxx: npaNxxOf(place) };
}

function zipOf(place: number): string {
  return String(10_000 + place);
}

function npaNxxOf(place: number): string {
  return `${200 + Math.floor(place / 700)}${200 + (place % 700)}`;
}

function offerFrom(
  place: number,
  campaignId: CampaignId,
  { publisherId }: World,
  state: string,
  zip: string,
): CallOffer {
  const npaNxx = npaNxxOf(place);
  return {
    did: '+18005550100' as E164,
    campaignId,
    publisherId,
    ani: `+1${npaNxx}0100` as Ani,
    location: locationOf({ source: 'entered', country: 'US', state, zip, npa: npaNxx.slice(0, 3), npaNxx }),
    usage,
  };
}
