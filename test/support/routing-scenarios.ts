import * as fc from 'fast-check';

import type { AreaId, DestinationId, PublisherId, RouteId, ScheduleId } from '../../src/domain/ids.ts';
import type { Ani, E164 } from '../../src/domain/numbers/e164.ts';
import type { Gazetteer, LatLon } from '../../src/domain/numbers/location.ts';
import type { AreaEntry } from '../../src/domain/plan/area.ts';
import type { Caps } from '../../src/domain/plan/caps.ts';
import type { RoutingPlan } from '../../src/domain/plan/routing-plan.ts';
import type { RouteRecord } from '../../src/domain/routing/order.ts';
import type { CallOffer } from '../../src/domain/routing/route-call.ts';
import type { EpochMs } from '../../src/domain/time.ts';
import { locationOf, PlanBuilder, type Used, usageOf } from './routing-plan.ts';

const numbers = ['+14155550100', '+12125550100', '+442071838750', 'anonymous'] as Ani[];
const zips = ['94107', '94110', '10001', null];
const CENTROIDS: Readonly<Record<string, LatLon>> = {
  '94107': { lat: 37.766, lon: -122.396 },
  '94110': { lat: 37.749, lon: -122.415 },
  '10001': { lat: 40.751, lon: -73.997 },
};

/** Knows where the ZIPs of the scenarios are: two next to each other, and one across the country. */
export const scenarioPlaces: Gazetteer = {
  byZip(zip) {
    const centroid = CENTROIDS[zip];
    return centroid && { country: 'US', state: zip === '10001' ? 'NY' : 'CA', timezone: null, centroid };
  },
  byNpaNxx: () => undefined,
  byCallingCode: () => undefined,
};

const entries: fc.Arbitrary<AreaEntry> = fc.oneof(
  fc.constantFrom('US', 'GB', 'CA').map((country) => ({ country })),
  fc.constantFrom('CA', 'NY', 'TX').map((state) => ({ state })),
  fc.constantFrom('415', '212').map((npa) => ({ npa })),
  fc.constantFrom('415555', '212555').map((npaNxx) => ({ npaNxx })),
  fc.constantFrom('94107', '10001').map((zip) => ({ zip })),
  fc.constantFrom('9', '941', '100').map((zipPrefix) => ({ zipPrefix })),
  fc.constantFrom('+1', '+1415', '+44').map((prefix) => ({ prefix })),
  fc.constant({ radius: { zip: '94107', miles: 10 } }),
);
const areas = fc.record({
  include: fc.array(entries, { maxLength: 2 }),
  exclude: fc.array(entries, { maxLength: 1 }),
  acceptInferred: fc.boolean(),
});
const windows = fc.constantFrom<readonly (readonly [string, string])[]>([], [['00:00', '24:00']], [['09:00', '12:00']]);
const schedules = fc.record({
  timezone: fc.constantFrom('America/New_York', 'Asia/Kolkata'),
  weekly: fc.record({ thu: windows, fri: windows }),
  holidays: fc.constant('US' as const),
});
const limit = fc.integer({ min: 0, max: 6 });
const caps: fc.Arbitrary<Caps> = fc.record(
  {
    concurrent: limit,
    hourly: limit,
    daily: limit,
    monthly: limit,
    total: limit,
    spendDailyMicros: fc.integer({ min: 0, max: 200 }),
    mode: fc.constantFrom('strict' as const, 'soft' as const),
  },
  { requiredKeys: [] },
);
/** Limits are mostly absent, or hardly a route would be selected. */
const fewCaps = fc.oneof({ weight: 4, arbitrary: fc.constant({}) }, { weight: 1, arbitrary: caps });
const used: fc.Arbitrary<Used> = fc.record({
  concurrent: fc.integer({ min: 0, max: 3 }),
  settled: fc.integer({ min: 0, max: 3 }),
  pending: fc.integer({ min: 0, max: 3 }),
  settledMicros: fc.integer({ min: 0, max: 60 }),
  pendingMicros: fc.integer({ min: 0, max: 60 }),
  balanceMicros: fc.integer({ min: -100, max: 300 }),
});
const mostly = fc.integer({ min: 0, max: 9 }).map((die) => die > 0);
const some = fc.option(fc.nat({ max: 2 }), { nil: undefined });

/** A plan of one campaign, how full its caps are, and a call to it: all that can bear on a decision, in small numbers. */
export const routingScenarios = fc.record({
  areas: fc.array(areas, { minLength: 3, maxLength: 3 }),
  schedules: fc.array(schedules, { minLength: 3, maxLength: 3 }),
  buyers: fc.array(
    fc.record({
      caps: fewCaps,
      active: mostly,
      prepaid: fc.boolean(),
      creditLimitMicros: fc.option(fc.nat({ max: 100 })),
      used,
    }),
    { minLength: 2, maxLength: 2 },
  ),
  destinations: fc.array(fc.record({ caps: fewCaps, enabled: mostly, used }), { minLength: 4, maxLength: 4 }),
  routes: fc.array(
    fc.record({
      area: some,
      schedule: some,
      destination: fc.nat({ max: 3 }),
      caps: fewCaps,
      enabled: mostly,
      priority: fc.integer({ min: 1, max: 3 }),
      weight: fc.integer({ min: 1, max: 100 }),
      priceMicros: fc.option(fc.nat({ max: 80 })),
      accepted: fc.constantFrom<'everyone' | 'publisher' | 'others'>('everyone', 'everyone', 'publisher', 'others'),
      categories: fc.constantFrom<readonly string[] | null>(null, null, null, ['x'], ['y'], ['x', 'y']),
      record: fc.option(
        fc.tuple(fc.nat({ max: 90 }), fc.nat({ max: 90 })).map(([a, b]) => ({ calls: a + b, billable: b })),
      ),
      used,
    }),
    // Beyond sixteen routes the index chooses whom to look at.
    { maxLength: 40, size: 'max' },
  ),
  campaign: fc.record({
    order: fc.constantFrom('weight' as const, 'price' as const, 'expected-revenue' as const),
    status: fc.constantFrom('live' as const, 'live' as const, 'test' as const),
    tiers: fc.constantFrom([], [{ minTalkS: 90, priceMicros: 70 }]),
  }),
  publisher: fc.option(fc.record({ caps: fewCaps, used, percent: fc.integer({ min: 0, max: 100 }) })),
  call: fc.record({
    ani: fc.constantFrom(...numbers),
    zip: fc.constantFrom(...zips),
    state: fc.constantFrom('CA', 'NY', null),
    source: fc.constantFrom('entered' as const, 'number' as const),
    category: fc.constantFrom(null, 'x', 'y', 'z'),
    tried: some,
    duplicate: some,
    duplicateBuyer: fc.option(fc.nat({ max: 1 }), { nil: undefined, freq: 1 }),
    // The days round Thanksgiving 2026.
    now: fc.integer({ min: Date.UTC(2026, 10, 26), max: Date.UTC(2026, 10, 28) }).map((ms) => ms as EpochMs),
    seed: fc.integer({ min: 0, max: 2 ** 32 - 1 }),
  }),
});
export type RoutingScenario = typeof routingScenarios extends fc.Arbitrary<infer Value> ? Value : never;

/** A scenario as the domain sees it. */
export interface BuiltScenario {
  readonly plan: RoutingPlan;
  readonly offer: CallOffer;
  readonly usedById: Readonly<Record<string, Used>>;
}

/** Puts a scenario together. */
export function buildScenario(scenario: RoutingScenario): BuiltScenario {
  const builder = new PlanBuilder();
  const usedById: Record<string, Used> = {};
  const note = <Id extends string>(id: Id, its: Used): Id => {
    usedById[id] = its;
    return id;
  };
  const areaIds = scenario.areas.map((fields) => builder.area(fields));
  const scheduleIds = scenario.schedules.map((fields) => builder.schedule(fields));
  const buyers = scenario.buyers.map(({ active, creditLimitMicros, used: its, ...fields }) =>
    note(
      builder.buyer({
        ...fields,
        status: active ? 'active' : 'paused',
        ...(creditLimitMicros === null ? {} : { creditLimitMicros }),
      }),
      its,
    ),
  );
  const destinations = scenario.destinations.map(({ used: its, ...fields }, index) =>
    note(builder.destination(buyers[index % 2] ?? buyers[0]!, fields), its),
  );
  const campaignId = builder.campaign({ ...scenario.campaign, priceMicros: 30 });
  const { publisher, call } = scenario;
  const publisherId: PublisherId | null =
    publisher &&
    note(
      builder.publisher({ caps: publisher.caps, payout: { kind: 'percent', percent: publisher.percent } }),
      publisher.used,
    );
  const stranger = builder.publisher();
  const records = new Map<RouteId, RouteRecord>();
  for (const {
    area,
    schedule,
    destination,
    priceMicros,
    accepted,
    categories,
    record,
    used: its,
    ...fields
  } of scenario.routes) {
    const id = builder.route(campaignId, destinations[destination] as DestinationId, {
      ...fields,
      ...(area === undefined ? {} : { areaId: areaIds[area] as AreaId }),
      ...(schedule === undefined ? {} : { scheduleId: scheduleIds[schedule] as ScheduleId }),
      ...(priceMicros === null ? {} : { priceMicros }),
      ...(accepted === 'everyone'
        ? {}
        : { acceptedPublisherIds: accepted === 'others' ? [stranger] : [publisherId ?? stranger] }),
      ...(categories === null ? {} : { categories }),
    });
    note(id, its);
    if (record) records.set(id, record);
  }
  const { ani, zip, state, source, category } = call;
  const nanp = ani.startsWith('+1');
  return {
    plan: builder.build(),
    usedById,
    offer: {
      did: '+18005550100' as E164,
      campaignId,
      publisherId,
      ani,
      location: locationOf({
        source,
        zip: source === 'number' ? null : zip,
        state,
        country: state === null ? null : 'US',
        npa: nanp ? ani.slice(2, 5) : null,
        npaNxx: nanp ? ani.slice(2, 8) : null,
      }),
      category,
      usage: usageOf(usedById),
      alreadyTried: call.tried === undefined ? [] : [destinations[call.tried] as DestinationId],
      records,
      excludedBuyers: call.duplicateBuyer === undefined ? [] : [buyers[call.duplicateBuyer]!],
      excludedDestinations: call.duplicate === undefined ? [] : [destinations[call.duplicate] as DestinationId],
    },
  };
}
