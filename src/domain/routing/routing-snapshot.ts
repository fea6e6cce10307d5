import { mostACallCanCost } from '../billing/price-for-talk.ts';
import type { AreaId, BuyerId, CampaignId, DestinationId, PublisherId, RouteId, ScheduleId, TrunkId } from '../ids.ts';
import type { E164 } from '../numbers/e164.ts';
import type { Gazetteer } from '../numbers/location.ts';
import type { Campaign } from '../plan/campaign.ts';
import type { Did } from '../plan/did.ts';
import type { Buyer, Destination, Publisher } from '../plan/party.ts';
import type { Route } from '../plan/route.ts';
import type { RoutingPlan } from '../plan/routing-plan.ts';
import type { Trunk } from '../plan/trunk.ts';
import { type CompiledArea, compileArea } from './area.ts';
import { type BlocklistIndex, buildBlocklistIndex } from './blocklist.ts';
import { CapWindows } from './cap-windows.ts';
import { type CapCheck, capsOf, joinCaps } from './check-caps.ts';
import type { Rejection } from './route-decision.ts';
import { buildRouteIndex, type RouteIndex } from './route-index.ts';
import { type CompiledSchedule, compileSchedule } from './schedule.ts';
import { freezeTerms } from './terms-for-route.ts';
import { timeZone } from './time-zone.ts';

/** A route with everything a decision and an attempt need of it. */
export interface RouteLine {
  readonly route: Route;
  readonly campaign: Campaign;
  readonly destination: Destination;
  readonly buyer: Buyer;
  /** Null where route, destination and buyer are all switched on. */
  readonly switchedOff: Rejection | null;
  /** Null means everywhere. */
  readonly area: NamedArea | null;
  /** Null means always open. */
  readonly schedule: CompiledSchedule | null;
  /** Limits of the route, its destination and its buyer. */
  readonly caps: readonly CapCheck[];
  /** In the buyer's zone. */
  readonly windows: CapWindows;
  /** The route's price, or its campaign's. */
  readonly priceMicros: number;
  /** The most a call along it can cost. */
  readonly costMicros: number;
}

export interface NamedArea {
  readonly name: string;
  readonly compiled: CompiledArea;
}

/** A campaign's routes. */
export interface CampaignRoutes {
  /** In order of route id. */
  readonly lines: readonly RouteLine[];
  /** Of those lines that are switched on. */
  readonly index: RouteIndex;
}

/** Something in the plan that a decision can't use, and what that does. */
export interface SnapshotProblem {
  readonly kind: 'area' | 'buyer' | 'campaign' | 'destination' | 'did' | 'publisher' | 'route' | 'schedule';
  readonly id: string;
  readonly message: string;
}

/** The limits of a publisher. */
export interface PublisherCaps {
  readonly caps: readonly CapCheck[];
  /** Null where it has no zone: then its windows are those of each buyer. */
  readonly windows: CapWindows | null;
}

/** The plan, joined and indexed for deciding; immutable, replaced whole at each change. */
export interface RoutingSnapshot {
  readonly version: number;
  readonly gazetteer: Gazetteer;
  readonly didByNumber: ReadonlyMap<E164, Did>;
  readonly trunkById: ReadonlyMap<TrunkId, Trunk>;
  readonly campaignById: ReadonlyMap<CampaignId, Campaign>;
  readonly publisherById: ReadonlyMap<PublisherId, Publisher>;
  readonly publisherCapsById: ReadonlyMap<PublisherId, PublisherCaps>;
  readonly buyerById: ReadonlyMap<BuyerId, Buyer>;
  readonly destinationById: ReadonlyMap<DestinationId, Destination>;
  readonly routeById: ReadonlyMap<RouteId, RouteLine>;
  readonly routesByCampaign: ReadonlyMap<CampaignId, CampaignRoutes>;
  readonly blocklist: BlocklistIndex;
  readonly problems: readonly SnapshotProblem[];
}

/**
 * Joins and indexes a plan. Never throws for what the plan says: a route that refers to something missing or unusable is
 * left out of every decision (it would otherwise serve everywhere, or at all hours) and named in `problems`.
 */
export function buildRoutingSnapshot(plan: RoutingPlan, gazetteer: Gazetteer): RoutingSnapshot {
  const problems: SnapshotProblem[] = [];
  const parts: Parts = {
    campaignById: byId(plan.campaigns),
    destinationById: byId(plan.destinations),
    buyerById: byId(plan.buyers),
    areaById: new Map(
      plan.areas.map((area) => [area.id, { name: area.name, compiled: compileArea(area, gazetteer) }] as const),
    ),
    scheduleById: compileEach(plan.schedules, 'schedule', compileSchedule, problems),
    windowsByBuyer: compileEach(plan.buyers, 'buyer', windowsByZone(), problems),
    capsByBuyer: new Map(plan.buyers.map(({ id, caps }) => [id, capsOf({ kind: 'buyer', id }, caps)])),
  };
  const lines = plan.routes
    .toSorted((a, b) => (a.id < b.id ? -1 : 1))
    .flatMap((route) => joinRoute(route, parts, problems));
  reportForwards(plan, parts, problems);
  return {
    version: plan.version,
    gazetteer,
    didByNumber: indexDids(plan, parts, problems),
    trunkById: byId(plan.trunks),
    campaignById: parts.campaignById,
    publisherById: byId(plan.publishers),
    publisherCapsById: compileEach(plan.publishers, 'publisher', publisherCaps(), problems),
    buyerById: parts.buyerById,
    destinationById: parts.destinationById,
    routeById: new Map(lines.map((line) => [line.route.id, line])),
    routesByCampaign: groupByCampaign(lines),
    blocklist: buildBlocklistIndex(plan.blocklist),
    problems,
  };
}

/** Whether the operator switched the route off: itself, its destination, or its buyer. */
function switchedOffBy(route: Route, destination: Destination, { id, status }: Buyer): Rejection | null {
  if (!route.enabled) return { reason: 'route-disabled', values: { enabled: false } };
  if (!destination.enabled) return { reason: 'destination-disabled', values: { enabled: false } };
  return status === 'active' ? null : { reason: 'buyer-paused', values: { buyerId: id, status } };
}

/** What routes are joined from; what could not be compiled is missing. */
interface Parts {
  readonly campaignById: ReadonlyMap<CampaignId, Campaign>;
  readonly destinationById: ReadonlyMap<DestinationId, Destination>;
  readonly buyerById: ReadonlyMap<BuyerId, Buyer>;
  readonly areaById: ReadonlyMap<AreaId, NamedArea>;
  readonly scheduleById: ReadonlyMap<ScheduleId, CompiledSchedule>;
  readonly windowsByBuyer: ReadonlyMap<BuyerId, CapWindows>;
  readonly capsByBuyer: ReadonlyMap<BuyerId, readonly CapCheck[]>;
}

function joinRoute(route: Route, parts: Parts, problems: SnapshotProblem[]): RouteLine[] {
  const leaveOut = (message: string): [] => {
    problems.push({ kind: 'route', id: route.id, message: `${message}; the route is left out.` });
    return [];
  };
  const campaign = parts.campaignById.get(route.campaignId);
  if (!campaign) return leaveOut(`Its campaign ${route.campaignId} does not exist`);
  const destination = parts.destinationById.get(route.destinationId);
  if (!destination) return leaveOut(`Its destination ${route.destinationId} does not exist`);
  const buyer = parts.buyerById.get(destination.buyerId);
  if (!buyer) return leaveOut(`The buyer ${destination.buyerId} of its destination does not exist`);
  const windows = parts.windowsByBuyer.get(buyer.id);
  if (!windows) return leaveOut(`The time zone of its buyer ${buyer.id} can not be used`);
  const area = route.areaId === undefined ? null : parts.areaById.get(route.areaId);
  if (area === undefined) return leaveOut(`Its area ${route.areaId} does not exist`);
  const schedule = route.scheduleId === undefined ? null : parts.scheduleById.get(route.scheduleId);
  if (schedule === undefined) return leaveOut(`Its schedule ${route.scheduleId} does not exist or can not be used`);
  if (!Number.isSafeInteger(route.weight) || route.weight < 1) {
    return leaveOut(`Its weight ${route.weight} is no whole number of at least 1`);
  }
  const terms = freezeTerms(campaign, route, null);
  if (![terms.priceMicros, ...terms.tiers.map((tier) => tier.priceMicros)].every(Number.isSafeInteger)) {
    return leaveOut('One of its prices is no whole number of micros');
  }
  const caps = joinCaps(
    capsOf({ kind: 'route', id: route.id }, route.caps),
    capsOf({ kind: 'destination', id: destination.id }, destination.caps),
    parts.capsByBuyer.get(buyer.id) ?? [],
  );
  const switchedOff = switchedOffBy(route, destination, buyer);
  const { priceMicros } = terms;
  const costMicros = mostACallCanCost(terms);
  return [{ route, campaign, destination, buyer, switchedOff, area, schedule, caps, windows, priceMicros, costMicros }];
}

function groupByCampaign(lines: readonly RouteLine[]): ReadonlyMap<CampaignId, CampaignRoutes> {
  const routes = new Map<CampaignId, CampaignRoutes>();
  for (const [campaignId, ofCampaign] of Map.groupBy(lines, (line) => line.campaign.id)) {
    const switchedOn = ofCampaign
      .map((line, position) => ({ position, line }))
      .filter(({ line }) => line.switchedOff === null)
      .map(({ position, line }) => ({ position, area: line.area?.compiled ?? null }));
    routes.set(campaignId, { lines: ofCampaign, index: buildRouteIndex(switchedOn) });
  }
  return routes;
}

function indexDids(plan: RoutingPlan, parts: Parts, problems: SnapshotProblem[]): ReadonlyMap<E164, Did> {
  const publishers = byId(plan.publishers);
  const didByNumber = new Map<E164, Did>();
  for (const did of plan.dids) {
    const report = (message: string) => problems.push({ kind: 'did', id: did.id, message });
    const { publisherId } = did;
    if (didByNumber.has(did.number)) report(`Its number ${did.number} belongs to another DID; this one is left out.`);
    else if (!parts.campaignById.has(did.campaignId)) {
      report(`Its campaign ${did.campaignId} does not exist; calls to it are answered as for an unknown number.`);
    } else {
      if (publisherId !== undefined && !publishers.has(publisherId)) {
        report(`Its publisher ${publisherId} does not exist; nobody earns its calls.`);
      }
      didByNumber.set(did.number, did);
    }
  }
  return didByNumber;
}

/** Destinations are used by routes, which report their own troubles, and by forwarding after hours. */
function reportForwards(plan: RoutingPlan, parts: Parts, problems: SnapshotProblem[]): void {
  const trunks = byId(plan.trunks);
  for (const { id, trunkId } of plan.destinations) {
    if (trunkId === undefined || trunks.has(trunkId)) continue;
    problems.push({ kind: 'destination', id, message: `Its trunk ${trunkId} does not exist; it can not be dialled.` });
  }
  for (const { id, afterHours } of plan.campaigns) {
    if (afterHours.action !== 'forward' || parts.destinationById.has(afterHours.destinationId)) continue;
    const message = `After hours it forwards to ${afterHours.destinationId}, which does not exist; such calls are refused.`;
    problems.push({ kind: 'campaign', id, message });
  }
}

/** Compiles what can be; what throws RangeError, as compilers do for values they can't use, becomes a problem. */
function compileEach<Source extends { readonly id: string }, Compiled>(
  sources: readonly Source[],
  kind: SnapshotProblem['kind'],
  compile: (source: Source) => Compiled,
  problems: SnapshotProblem[],
): ReadonlyMap<Source['id'], Compiled> {
  const compiled = new Map<Source['id'], Compiled>();
  for (const source of sources) {
    try {
      compiled.set(source.id, compile(source));
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      problems.push({ kind, id: source.id, message: error.message });
    }
  }
  return compiled;
}

/** Buyers of one zone share its windows, and so what was last computed of them. */
function windowsByZone(): (party: { readonly timezone: string }) => CapWindows {
  const windows = new Map<string, CapWindows>();
  return ({ timezone }) => {
    const known = windows.get(timezone) ?? new CapWindows(timeZone(timezone));
    windows.set(timezone, known);
    return known;
  };
}

/** Publishers of the same zone share its windows. */
function publisherCaps(): (publisher: Publisher) => PublisherCaps {
  const windowsIn = windowsByZone();
  return ({ id, caps, timezone }) => ({
    caps: capsOf({ kind: 'publisher', id }, caps),
    windows: timezone === undefined ? null : windowsIn({ timezone }),
  });
}

function byId<Item extends { readonly id: string }>(items: readonly Item[]): ReadonlyMap<Item['id'], Item> {
  return new Map(items.map((item) => [item.id, item]));
}
