import type { CampaignId, DestinationId, PublisherId, RouteId } from '../ids.ts';
import type { Ani, E164 } from '../numbers/e164.ts';
import type { CallerLocation } from '../numbers/location.ts';
import type { EpochMs } from '../time.ts';
import type { CapUsage } from './caps.ts';
import type { Candidate, RouteDecision } from './route-decision.ts';
import type { RouteLine, RoutingSnapshot } from './routing-snapshot.ts';

/** How a route did over the recent window, for `order: 'expected-revenue'`. */
export interface RouteRecord {
  /** Calls sent to it. */
  readonly calls: number;
  /** Those that became billable. */
  readonly billable: number;
}

/** A call in search of a destination: all that may differ between two decisions on one snapshot. */
export interface CallOffer {
  readonly did: E164;
  readonly campaignId: CampaignId;
  /** Who sent it; null for a DID without a publisher. */
  readonly publisherId?: PublisherId | null;
  readonly ani: Ani;
  readonly location: CallerLocation;
  readonly usage: CapUsage;
  /** Destinations this call has rung already. */
  readonly alreadyTried?: readonly DestinationId[];
  /** Destinations the caller reached within the duplicate window (`routing: 'exclude-destination'`). */
  readonly excludedDestinations?: readonly DestinationId[];
  /** For `order: 'expected-revenue'`; routes it doesn't name are newcomers. */
  readonly records?: ReadonlyMap<RouteId, RouteRecord>;
}

/** The part of a decision that an INVITE waits for. All that depends on caps and clock is settled in it. */
export interface RouteSelection {
  readonly offer: CallOffer;
  readonly snapshot: RoutingSnapshot;
  readonly now: EpochMs;
  readonly seed: number;
  /** Whom to dial, in order. */
  readonly selected: readonly RouteLine[];
  /** What was said of each route that serves the caller's area: the selected in order, then the rejected by id. */
  readonly judged: readonly Candidate[];
}

/** Decides who gets the call. Visits only the routes that may serve the caller. `seed` is a 32-bit integer. */
export declare function selectRoutes(
  offer: CallOffer,
  snapshot: RoutingSnapshot,
  now: EpochMs,
  seed: number,
): RouteSelection;

/** The whole decision: adds every other route with its reason. Gives the same bytes whenever it is called. */
export declare function explainSelection(selection: RouteSelection): RouteDecision;

/** Decides who gets the call and says why, of every route of the campaign. `seed` is a 32-bit integer. */
export declare function routeCall(
  offer: CallOffer,
  snapshot: RoutingSnapshot,
  now: EpochMs,
  seed: number,
): RouteDecision;
