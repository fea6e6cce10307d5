import type { RouteId } from '../ids.ts';
import type { Campaign } from '../plan/campaign.ts';
import type { RouteLine } from './routing-snapshot.ts';
import { weightedShuffle } from './weighted-shuffle.ts';

/** How a route did over the recent window, for `order: 'expected-revenue'`. */
export interface RouteRecord {
  /** Calls sent to it. */
  readonly calls: number;
  /** Those that became billable. */
  readonly billable: number;
}

/** The records of routes; undefined for a newcomer. A map is one. */
export interface RouteRecords {
  get(routeId: RouteId): RouteRecord | undefined;
}

/** What a route is expected to earn with a call. */
export interface RevenueEstimate {
  /** Share of its calls that become billable, 0…1. */
  readonly qualifiedRate: number;
  readonly expectedMicros: number;
}

/** Routes in the order to dial them, and what their order rests on where they are ordered by expected revenue. */
export interface RouteOrder {
  readonly lines: readonly RouteLine[];
  readonly estimates: ReadonlyMap<RouteLine, RevenueEstimate> | null;
}

/**
 * Orders routes: the lowest priority number first, and within such a tier as the campaign wishes.
 *
 * - `weight`: drawn by weight, without replacement, so the first is each with a chance of its weight over the tier's;
 * - `price`: the dearest first, ties drawn evenly;
 * - `expected-revenue`: the highest price × qualified rate first, ties drawn evenly.
 *
 * @param lines in order of route id, so that the same draws give the same order
 * @param draw gives numbers in [0, 1) from the call's seed
 * @param records routes they don't name are newcomers
 */
export function orderRoutes(
  lines: readonly RouteLine[],
  order: Campaign['order'],
  draw: () => number,
  records: RouteRecords,
): RouteOrder {
  const estimates = order === 'expected-revenue' ? new Map<RouteLine, RevenueEstimate>() : null;
  const ordered = tiersOf(lines).flatMap((tier) => {
    switch (order) {
      case 'weight':
        return weightedShuffle(tier, tier.map(weightOf), draw);
      case 'price':
        return byWorth(tier, (line) => line.priceMicros, draw);
      case 'expected-revenue': {
        const estimate = estimateRevenue(tier, records);
        for (const line of tier) estimates?.set(line, estimate(line));
        return byWorth(tier, (line) => estimate(line).expectedMicros, draw);
      }
    }
  });
  return { lines: ordered, estimates };
}

/** A newcomer is believed to do as its rivals until this many calls of its own count as much as the belief. */
const PRIOR_CALLS = 20;

/**
 * What each route of a tier is expected to earn with a call: price × qualified rate, where
 *
 *     rate  = (billable + 20 · prior) / (calls + 20)
 *     prior = (all billable + 1) / (all calls + 2), of the tier together
 *
 * So a newcomer starts at its rivals' average and not at nothing, two lucky calls make no star, and after some hundred
 * calls a route's own record decides. Where nobody has a record every rate is ½ and the price decides.
 */
export function estimateRevenue(
  tier: readonly RouteLine[],
  records: RouteRecords,
): (line: RouteLine) => RevenueEstimate {
  let calls = 0;
  let billable = 0;
  for (const { route } of tier) {
    const record = records.get(route.id);
    calls += record?.calls ?? 0;
    billable += record?.billable ?? 0;
  }
  const prior = (billable + 1) / (calls + 2);
  return ({ route, priceMicros }) => {
    const record = records.get(route.id) ?? { calls: 0, billable: 0 };
    const rate = (record.billable + PRIOR_CALLS * prior) / (record.calls + PRIOR_CALLS);
    return { qualifiedRate: Math.round(rate * 10_000) / 10_000, expectedMicros: Math.round(priceMicros * rate) };
  };
}

function tiersOf(lines: readonly RouteLine[]): readonly (readonly RouteLine[])[] {
  const first = lines[0]?.route.priority;
  if (lines.every((line) => line.route.priority === first)) return [lines];
  const tiers = Map.groupBy(lines, (line) => line.route.priority);
  return Array.from(tiers)
    .sort(([a], [b]) => a - b)
    .map(([, tier]) => tier);
}

/** Sorting is stable, so that an even shuffle before it decides between equals. */
function byWorth(tier: readonly RouteLine[], worth: (line: RouteLine) => number, draw: () => number): RouteLine[] {
  const shuffled = weightedShuffle(
    tier,
    tier.map(() => 1),
    draw,
  );
  return shuffled.toSorted((a, b) => worth(b) - worth(a));
}

function weightOf(line: RouteLine): number {
  return line.route.weight;
}
