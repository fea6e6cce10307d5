import { describe, expect, test } from 'vitest';
import { noPlaces, PlanBuilder } from '../../../test/support/routing-plan.ts';
import type { RouteId } from '../ids.ts';
import type { Route } from '../plan/route.ts';
import { estimateRevenue, orderRoutes, type RouteRecord } from './order.ts';
import { buildRoutingSnapshot, type RouteLine } from './routing-snapshot.ts';
import { seededRandom } from './seeded-random.ts';

/** Lines of one campaign that pays 30, named by their position. */
function linesOf(...fields: readonly Partial<Route>[]): readonly RouteLine[] {
  const builder = new PlanBuilder();
  const campaign = builder.campaign({ priceMicros: 30 });
  const destination = builder.destination(builder.buyer());
  for (const route of fields) builder.route(campaign, destination, route);
  return buildRoutingSnapshot(builder.build(), noPlaces).routesByCampaign.get(campaign)?.lines ?? [];
}

const NO_RECORDS = new Map<RouteId, RouteRecord>();

function orderOf(
  lines: readonly RouteLine[],
  order: 'weight' | 'price' | 'expected-revenue',
  seed: number,
  records: ReadonlyMap<RouteId, RouteRecord> = NO_RECORDS,
): readonly number[] {
  return orderRoutes(lines, order, seededRandom(seed), records).lines.map((line) => lines.indexOf(line));
}

const seeds = Array.from({ length: 200 }, (_, seed) => seed);

describe('the order of routes', () => {
  test.each(['weight', 'price', 'expected-revenue'] as const)('by %s keeps the tiers of priority', (order) => {
    const lines = linesOf({ priority: 10, priceMicros: 90 }, { priority: 2 }, { priority: 10 }, { priority: 1 });
    for (const seed of seeds) {
      const [first, second, ...rest] = orderOf(lines, order, seed);
      expect([first, second]).toEqual([3, 1]);
      expect(new Set(rest)).toEqual(new Set([0, 2]));
    }
  });

  test('by weight begins with each route as often as its share says', () => {
    const lines = linesOf({ weight: 70 }, { weight: 20 }, { weight: 10 });
    const counts = [0, 0, 0];
    for (let seed = 0; seed < 10_000; seed++) {
      const [first = -1] = orderOf(lines, 'weight', seed);
      counts[first] = (counts[first] ?? 0) + 1;
    }
    const chiSquare = [7_000, 2_000, 1_000].reduce((sum, want, at) => sum + ((counts[at] ?? 0) - want) ** 2 / want, 0);
    // Two degrees of freedom: 99.9 % of fair draws stay below 13.8.
    expect(chiSquare).toBeLessThan(13.8);
  });

  test('by price puts the dearest first, the campaign’s price standing in for an absent one', () => {
    const lines = linesOf({ priceMicros: 20 }, {}, { priceMicros: 40 }, { weight: 1_000, priceMicros: 10 });
    for (const seed of seeds) expect(orderOf(lines, 'price', seed)).toEqual([2, 1, 0, 3]);
  });

  test('by price draws evenly between equals, whatever their weight', () => {
    const lines = linesOf({ weight: 1_000 }, { weight: 1 });
    const begunBySecond = seeds.filter((seed) => orderOf(lines, 'price', seed)[0] === 1).length;
    expect(begunBySecond).toBeGreaterThan(70);
    expect(begunBySecond).toBeLessThan(130);
  });

  test('by expected revenue prefers a lower price that is earned more often', () => {
    const lines = linesOf({ priceMicros: 40 }, { priceMicros: 30 });
    const records = new Map([
      [lines[0]?.route.id as RouteId, { calls: 200, billable: 80 }],
      [lines[1]?.route.id as RouteId, { calls: 200, billable: 160 }],
    ]);
    for (const seed of seeds) expect(orderOf(lines, 'expected-revenue', seed, records)).toEqual([1, 0]);
  });

  test('by expected revenue goes by price where nobody has a record', () => {
    const lines = linesOf({ priceMicros: 20 }, { priceMicros: 40 });
    expect(orderOf(lines, 'expected-revenue', 1)).toEqual([1, 0]);
  });
});

describe('expected revenue', () => {
  const lines = linesOf({ priceMicros: 1_000_000 }, { priceMicros: 1_000_000 }, { priceMicros: 1_000_000 });
  const [veteran, lucky, newcomer] = lines as [RouteLine, RouteLine, RouteLine];
  const estimate = estimateRevenue(
    lines,
    new Map([
      [veteran.route.id, { calls: 400, billable: 200 }],
      [lucky.route.id, { calls: 2, billable: 2 }],
    ]),
  );

  test('takes a newcomer for the average of its rivals', () => {
    // (202 + 1) / (402 + 2)
    expect(estimate(newcomer)).toEqual({ qualifiedRate: 0.5025, expectedMicros: 502_475 });
  });

  test('moves but little for two lucky calls, and follows a long record', () => {
    // (2 + 20 · 0.50248) / 22 and (200 + 20 · 0.50248) / 420
    expect(estimate(lucky)).toEqual({ qualifiedRate: 0.5477, expectedMicros: 547_705 });
    expect(estimate(veteran)).toEqual({ qualifiedRate: 0.5001, expectedMicros: 500_118 });
  });
});
