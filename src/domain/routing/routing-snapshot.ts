import type { CampaignId, BuyerId, DestinationId, PublisherId, RouteId, TrunkId } from '../ids.ts';
import type { E164 } from '../numbers/e164.ts';
import type { Gazetteer } from '../numbers/location.ts';
import type { Campaign } from '../plan/campaign.ts';
import type { Did } from '../plan/did.ts';
import type { Buyer, Destination, Publisher } from '../plan/party.ts';
import type { Route } from '../plan/route.ts';
import type { RoutingPlan } from '../plan/routing-plan.ts';
import type { Trunk } from '../plan/trunk.ts';

/** A route with everything a decision and an attempt need of it. */
export interface RouteLine {
  readonly route: Route;
  readonly campaign: Campaign;
  readonly destination: Destination;
  readonly buyer: Buyer;
}

/** Something in the plan that a decision can't use, and what was left out because of it. */
export interface SnapshotProblem {
  readonly kind: 'route' | 'did' | 'campaign' | 'destination' | 'publisher';
  readonly id: string;
  readonly message: string;
}

/** The plan, joined and indexed for deciding; immutable, replaced whole at each change. */
export interface RoutingSnapshot {
  readonly version: number;
  readonly gazetteer: Gazetteer;
  readonly didByNumber: ReadonlyMap<E164, Did>;
  readonly trunkById: ReadonlyMap<TrunkId, Trunk>;
  readonly campaignById: ReadonlyMap<CampaignId, Campaign>;
  readonly publisherById: ReadonlyMap<PublisherId, Publisher>;
  readonly buyerById: ReadonlyMap<BuyerId, Buyer>;
  readonly destinationById: ReadonlyMap<DestinationId, Destination>;
  readonly routeById: ReadonlyMap<RouteId, RouteLine>;
  readonly problems: readonly SnapshotProblem[];
}

/** Joins and indexes a plan. Never throws: what refers to something missing is left out and named in `problems`. */
export declare function buildRoutingSnapshot(plan: RoutingPlan, gazetteer: Gazetteer): RoutingSnapshot;
