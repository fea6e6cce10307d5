import type { BuyerId, CampaignId, DestinationId, PublisherId } from '../ids.ts';
import type { Ani, E164 } from '../numbers/e164.ts';
import type { CallerLocation } from '../numbers/location.ts';
import { toIso, type EpochMs } from '../time.ts';
import type { CapUsage } from './caps.ts';
import { type Circumstances, judgeAvailability, judgeService } from './judge-route.ts';
import { orderRoutes, type RevenueEstimate, type RouteRecords } from './order.ts';
import type { Candidate, ReasonValues, Rejection, RouteDecision } from './route-decision.ts';
import { findPositions } from './route-index.ts';
import type { CampaignRoutes, RouteLine, RoutingSnapshot } from './routing-snapshot.ts';
import { scheduleAt } from './schedule.ts';
import { seededRandom } from './seeded-random.ts';

/** A call in search of a destination: all that may differ between two decisions on one snapshot. */
export interface CallOffer {
  readonly did: E164;
  readonly campaignId: CampaignId;
  /** Who sent it; null for a DID without a publisher. */
  readonly publisherId?: PublisherId | null;
  readonly ani: Ani;
  readonly location: CallerLocation;
  /** What the caller wants, by what they said; null where that is not known. */
  readonly category?: string | null;
  readonly usage: CapUsage;
  /** Destinations this call has rung already. */
  readonly alreadyTried?: readonly DestinationId[];
  /** Destinations the caller reached within the duplicate window (`routing: 'exclude-destination'`). */
  readonly excludedDestinations?: readonly DestinationId[];
  /** Buyers the caller reached within it (`routing: 'reject'` where the rule's scope is the buyer). */
  readonly excludedBuyers?: readonly BuyerId[];
  /** For `order: 'expected-revenue'`, and asked for nothing else. */
  readonly records?: RouteRecords;
}

/** The part of a decision that an INVITE waits for. All that depends on clock and counters is settled in it. */
export interface RouteSelection {
  readonly offer: CallOffer;
  readonly snapshot: RoutingSnapshot;
  readonly now: EpochMs;
  readonly seed: number;
  /** Whom to dial, in order. */
  readonly selected: readonly RouteLine[];
  /** What was said of each route that was looked at: the selected in order, then the rejected by id. */
  readonly judged: readonly Candidate[];
}

/**
 * Decides who gets the call and says why, of every route of the campaign. The same offer, snapshot, instant and seed
 * give the same bytes of JSON: every object is built with its keys in one order.
 *
 * @param seed 32 bits; decides the draws between routes
 */
export function routeCall(offer: CallOffer, snapshot: RoutingSnapshot, now: EpochMs, seed: number): RouteDecision {
  return explainSelection(selectRoutes(offer, snapshot, now, seed));
}

/**
 * Decides who gets the call. Looks only at routes that are switched on and whose area may serve the caller, so that a
 * campaign of thousands of local routes is decided as fast as one of ten. A campaign that is unknown has no routes.
 */
export function selectRoutes(offer: CallOffer, snapshot: RoutingSnapshot, now: EpochMs, seed: number): RouteSelection {
  const routes = snapshot.routesByCampaign.get(offer.campaignId);
  if (!routes) return { offer, snapshot, now, seed, selected: [], judged: [] };
  const circumstances = circumstancesOf(offer, snapshot, now);
  const eligible: RouteLine[] = [];
  const rejected: Candidate[] = [];
  for (const position of positionsToJudge(routes, offer)) {
    const line = routes.lines[position] as RouteLine;
    const unserved = isSureToServe(routes, position) ? null : judgeService(line, offer, snapshot.gazetteer);
    const rejection = unserved ?? judgeAvailability(line, circumstances);
    if (rejection) rejected.push(rejectedCandidate(line, rejection));
    else eligible.push(line);
  }
  const order = snapshot.campaignById.get(offer.campaignId)?.order ?? 'weight';
  const { lines, estimates } = orderRoutes(eligible, order, seededRandom(seed), offer.records ?? NO_RECORDS);
  const selected = lines.map((line, index) => selectedCandidate(line, index + 1, now, estimates?.get(line)));
  return { offer, snapshot, now, seed, selected: lines, judged: [...selected, ...rejected] };
}

/**
 * The whole decision: adds each route that was not looked at, with its reason. Those rest on the snapshot and the caller
 * alone, so the bytes are the same whenever this is called.
 */
export function explainSelection(selection: RouteSelection): RouteDecision {
  const { offer, snapshot, now, seed } = selection;
  const { source, country, state, zip, npa, npaNxx, timezone } = offer.location;
  return {
    seed,
    snapshotVersion: snapshot.version,
    at: toIso(now),
    location: { source, country, state, zip, npa, npaNxx, timezone },
    candidates: allCandidates(selection),
  };
}

const NO_RECORDS: RouteRecords = new Map();
const NONE: readonly never[] = [];

/** Up to so many routes are looked at one by one: that costs less than the index, and all are explained at once. */
const FEW_ROUTES = 16;

function positionsToJudge({ lines, index }: CampaignRoutes, { ani, location }: CallOffer): Iterable<number> {
  return lines.length <= FEW_ROUTES ? lines.keys() : findPositions(index, ani, location);
}

/** Whether a route of those to judge needn't be asked if it serves the caller, as the index found it and that suffices. */
function isSureToServe({ lines, index }: CampaignRoutes, position: number): boolean {
  return lines.length > FEW_ROUTES && index.serving[position] === 1;
}

function circumstancesOf(offer: CallOffer, snapshot: RoutingSnapshot, now: EpochMs): Circumstances {
  const publisherId = offer.publisherId ?? null;
  const publisher = publisherId === null ? undefined : snapshot.publisherById.get(publisherId);
  const limits = publisher && snapshot.publisherCapsById.get(publisher.id);
  return {
    now,
    usage: offer.usage,
    duplicates: offer.excludedDestinations ?? NONE,
    duplicateBuyers: offer.excludedBuyers ?? NONE,
    tried: offer.alreadyTried ?? NONE,
    publisherId,
    category: offer.category ?? null,
    capped: publisher && limits && limits.caps.length > 0 ? { publisher, limits } : null,
  };
}

function allCandidates({ offer, snapshot, judged, selected }: RouteSelection): readonly Candidate[] {
  const lines = snapshot.routesByCampaign.get(offer.campaignId)?.lines ?? [];
  if (judged.length === lines.length) return judged;
  const candidates = judged.slice(0, selected.length);
  const known = new Map(judged.map((candidate) => [candidate.routeId, candidate]));
  for (const line of lines) {
    const candidate = known.get(line.route.id);
    if (candidate?.verdict === 'selected') continue;
    candidates.push(candidate ?? unservedCandidate(line, offer, snapshot));
  }
  return candidates;
}

/** A route the index passed over. */
function unservedCandidate(line: RouteLine, offer: CallOffer, snapshot: RoutingSnapshot): Candidate {
  const rejection = judgeService(line, offer, snapshot.gazetteer);
  if (rejection) return rejectedCandidate(line, rejection);
  throw new Error(`route ${line.route.id} serves the caller, but the area index passed over it`);
}

function rejectedCandidate({ route, destination }: RouteLine, { reason, values }: Rejection): Candidate {
  return { routeId: route.id, destinationId: destination.id, verdict: 'rejected', reason, values };
}

function selectedCandidate(
  line: RouteLine,
  place: number,
  now: EpochMs,
  estimate: RevenueEstimate | undefined,
): Candidate {
  const { route, destination } = line;
  const values = selectedValues(line, now);
  return {
    routeId: route.id,
    destinationId: destination.id,
    verdict: 'selected',
    place,
    reason: null,
    values: estimate ? { ...values, ...estimate } : values,
  };
}

/** What speaks for the route: its rank, its share, where and until when it serves, and what it pays. */
function selectedValues({ route, area, priceMicros, schedule }: RouteLine, now: EpochMs): ReasonValues {
  const { priority, weight } = route;
  const values = { priority, weight, area: area?.name ?? 'everywhere', priceMicros };
  const state = schedule && scheduleAt(schedule, now);
  return state?.open && state.closesAt !== null ? { ...values, closesAt: state.closesAt } : values;
}
