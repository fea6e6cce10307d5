import { buildRoutingSnapshot } from '../src/domain/routing/routing-snapshot.ts';
import { type CallOffer, explainSelection, selectRoutes } from '../src/domain/routing/route-call.ts';
import type { EpochMs } from '../src/domain/time.ts';
import { noPlaces } from '../test/support/routing-plan.ts';
import type { Bench, BenchResult } from './bench-result.ts';
import { measureRates, type Work } from './measure-rates.ts';
import { manyCampaigns, OFFERS, oneCampaign, type RoutingCase } from './routing-plans.ts';

const SIZES = [10, 100, 1_000, 10_000];
const SHAPES = { 'campaigns of ten': manyCampaigns, 'one campaign': oneCampaign };

/** A Tuesday noon in New York, so that schedules are open. */
const NOON = Date.parse('2026-11-24T17:00:00Z') as EpochMs;

/** How fast calls are decided as routes grow, in many campaigns and in one. */
export const routing: Bench = {
  name: 'routing',
  description: 'decisions a second with 10 to 10 000 routes, against 10 routes of the same shape',
  run: () => Promise.resolve(measure()),
};

function measure(): BenchResult {
  const cases = Object.entries(SHAPES).flatMap(([shape, make]) =>
    SIZES.map((routes) => ({ shape, routes, works: worksFor(make(routes)) })),
  );
  const rates = measureRates(
    Object.fromEntries(
      cases.flatMap((one) => [
        [`select ${nameOf(one)}`, one.works.select],
        [`explain ${nameOf(one)}`, one.works.explain],
      ]),
    ),
  );
  const selections = ({ shape, routes }: Case) => rates[`select ${nameOf({ shape, routes })}`] ?? NaN;
  const slowdown = ({ shape, routes }: Case) =>
    round(selections({ shape, routes: 10 }) / selections({ shape, routes }));
  return {
    name: 'routing',
    rows: cases.map((one) => ({
      shape: one.shape,
      routes: one.routes,
      'decided/s': Math.round(selections(one)),
      'time against 10': slowdown(one),
      'decided and explained/s': Math.round(rates[`explain ${nameOf(one)}`] ?? NaN),
    })),
    ratios: Object.fromEntries(
      cases
        .filter(({ routes }) => routes > 10)
        .map((one) => [`${one.shape}: time at ${one.routes} routes against 10`, slowdown(one)]),
    ),
    notes: [
      'Decided: whom to dial, in order, with the reason of each route that was looked at. A caller waits for this.',
      'Explained: the record of every route of the campaign, which grows with the campaign; it is made once a call.',
      `Calls come from ${OFFERS} places in turn. One campaign of 10 000 routes serves 20 000 places: routes of the others stay cold.`,
    ],
  };
}

function worksFor({ plan, offers }: RoutingCase): { readonly select: Work; readonly explain: Work } {
  const snapshot = buildRoutingSnapshot(plan, noPlaces);
  let calls = 0;
  const select = () => {
    calls++;
    return selectRoutes(offers[calls % offers.length] as CallOffer, snapshot, (NOON + calls) as EpochMs, calls);
  };
  return { select, explain: () => explainSelection(select()) };
}

interface Case {
  readonly shape: string;
  readonly routes: number;
}

function nameOf({ shape, routes }: Case): string {
  return `${shape} ${routes}`;
}

function round(ratio: number): number {
  return Math.round(ratio * 100) / 100;
}
