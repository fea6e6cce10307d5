import { describe, expect, test } from 'vitest';
import { locationOf, noPlaces, PlanBuilder, usageOf } from '../../../test/support/routing-plan.ts';
import type { CampaignId, DestinationId, PublisherId, RouteId } from '../ids.ts';
import type { Ani, E164 } from '../numbers/e164.ts';
import type { EpochMs } from '../time.ts';
import { type CallOffer, explainSelection, routeCall, selectRoutes } from './route-call.ts';
import { buildRoutingSnapshot } from './routing-snapshot.ts';

/** A Saturday noon in New York. */
const NOON = Date.parse('2026-11-21T17:00:00Z') as EpochMs;

const CALIFORNIAN = {
  ani: '+14155550100' as Ani,
  location: locationOf({ source: 'number', country: 'US', state: 'CA', npa: '415', npaNxx: '415555' }),
};

function offerFor(campaignId: CampaignId, fields: Partial<CallOffer> = {}): CallOffer {
  return { did: '+18005550100' as E164, campaignId, ...CALIFORNIAN, usage: usageOf(), ...fields };
}

function decide(builder: PlanBuilder, campaignId: CampaignId, fields: Partial<CallOffer> = {}, seed = 1) {
  return routeCall(offerFor(campaignId, fields), buildRoutingSnapshot(builder.build(3), noPlaces), NOON, seed);
}

/** A plan with one campaign of price 30 and one destination, to add to. */
function world() {
  const builder = new PlanBuilder();
  const campaign = builder.campaign({ priceMicros: 30 });
  const buyer = builder.buyer();
  const destination = builder.destination(buyer);
  return { builder, campaign, buyer, destination };
}

describe('a decision', () => {
  test('says of a selected route its place and what speaks for it', () => {
    const { builder, campaign, destination } = world();
    const areaId = builder.area({ name: 'Bay', include: [{ npa: '415' }] });
    const scheduleId = builder.schedule({ timezone: 'America/New_York', weekly: { sat: [['09:00', '17:00']] } });
    const routeId = builder.route(campaign, destination, {
      areaId,
      scheduleId,
      priority: 2,
      weight: 50,
      priceMicros: 40,
    });
    expect(decide(builder, campaign)).toEqual({
      seed: 1,
      snapshotVersion: 3,
      at: '2026-11-21T17:00:00.000Z',
      location: CALIFORNIAN.location,
      candidates: [
        {
          routeId,
          destinationId: destination,
          verdict: 'selected',
          place: 1,
          reason: null,
          values: { priority: 2, weight: 50, area: 'Bay', priceMicros: 40, closesAt: '2026-11-21T22:00:00.000Z' },
        },
      ],
    });
  });

  test('lists the selected in their order, then the rejected by route id', () => {
    const { builder, campaign, destination } = world();
    const off = builder.route(campaign, destination, { enabled: false });
    const second = builder.route(campaign, destination, { priority: 2 });
    const alsoOff = builder.route(campaign, destination, { enabled: false });
    const first = builder.route(campaign, destination, { priority: 1 });
    const { candidates } = decide(builder, campaign);
    expect(candidates.map(({ routeId }) => routeId)).toEqual([first, second, off, alsoOff]);
    expect(candidates.map((candidate) => ('place' in candidate ? candidate.place : null))).toEqual([1, 2, null, null]);
  });

  test('explains an order by expected revenue with its estimate', () => {
    const builder = new PlanBuilder();
    const campaign = builder.campaign({ order: 'expected-revenue', priceMicros: 1_000_000 });
    const routeId = builder.route(campaign, builder.destination(builder.buyer()));
    const records = new Map([[routeId, { calls: 98, billable: 49 }]]);
    expect(decide(builder, campaign, { records }).candidates[0]?.values).toMatchObject({
      qualifiedRate: 0.5,
      expectedMicros: 500_000,
    });
  });

  test('of a campaign that is unknown or has no routes is empty', () => {
    const { builder, campaign } = world();
    expect(decide(builder, campaign).candidates).toEqual([]);
    expect(decide(builder, 'cmp_x' as CampaignId).candidates).toEqual([]);
  });

  test('draws by its seed: other seeds give other orders', () => {
    const { builder, campaign, destination } = world();
    for (let route = 0; route < 5; route++) builder.route(campaign, destination);
    const orders = new Set(
      Array.from({ length: 50 }, (_, seed) =>
        decide(builder, campaign, {}, seed)
          .candidates.map(({ routeId }) => routeId)
          .join(),
      ),
    );
    expect(orders.size).toBeGreaterThan(20);
  });

  test('looks the same whatever order the location’s fields came in', () => {
    const { builder, campaign, destination } = world();
    builder.route(campaign, destination);
    const shuffled = Object.fromEntries(Object.entries(CALIFORNIAN.location).reverse()) as typeof CALIFORNIAN.location;
    expect(JSON.stringify(decide(builder, campaign, { location: shuffled }))).toBe(
      JSON.stringify(decide(builder, campaign)),
    );
  });
});

describe('a rejection names its reason and what it compared', () => {
  const reasonOf = (build: (world_: ReturnType<typeof world>) => Partial<CallOffer> | void) => {
    const made = world();
    const fields = build(made) ?? {};
    const [candidate] = decide(made.builder, made.campaign, fields).candidates;
    return { reason: candidate?.reason, values: candidate?.values };
  };

  test('route-disabled', () => {
    expect(
      reasonOf(({ builder, campaign, destination }) => void builder.route(campaign, destination, { enabled: false })),
    ).toEqual({
      reason: 'route-disabled',
      values: { enabled: false },
    });
  });

  test('destination-disabled', () => {
    const build = ({ builder, campaign, buyer }: ReturnType<typeof world>) =>
      void builder.route(campaign, builder.destination(buyer, { enabled: false }));
    expect(reasonOf(build)).toEqual({ reason: 'destination-disabled', values: { enabled: false } });
  });

  test('buyer-paused', () => {
    expect(
      reasonOf(
        ({ builder, campaign }) =>
          void builder.route(campaign, builder.destination(builder.buyer({ status: 'paused' }))),
      ),
    ).toMatchObject({ reason: 'buyer-paused', values: { status: 'paused' } });
  });

  test('out-of-area, by what is not included and by what is excluded', () => {
    const withArea = (include: { npa: string }[], exclude: { state: string }[]) =>
      reasonOf(({ builder, campaign, destination }) => {
        const areaId = builder.area({ name: 'Town', include, exclude });
        builder.route(campaign, destination, { areaId });
      });
    expect(withArea([{ npa: '212' }], [])).toEqual({
      reason: 'out-of-area',
      values: { locationSource: 'number', country: 'US', state: 'CA', zip: null, npa: '415', area: 'Town' },
    });
    expect(withArea([], [{ state: 'CA' }])).toMatchObject({
      reason: 'out-of-area',
      values: { area: 'Town', excludedBy: 'state:CA' },
    });
  });

  test('location-unknown', () => {
    expect(
      reasonOf(({ builder, campaign, destination }) => {
        builder.route(campaign, destination, { areaId: builder.area({ name: 'Town', include: [{ zip: '94107' }] }) });
      }),
    ).toMatchObject({ reason: 'location-unknown', values: { area: 'Town', undecided: 'zip' } });
  });

  test('closed, with the next opening', () => {
    expect(
      reasonOf(({ builder, campaign, destination }) => {
        const scheduleId = builder.schedule({
          name: 'Office',
          timezone: 'America/New_York',
          weekly: { mon: [['09:00', '17:00']] },
        });
        builder.route(campaign, destination, { scheduleId });
      }),
    ).toEqual({
      reason: 'closed',
      values: { schedule: 'Office', timezone: 'America/New_York', nextOpening: '2026-11-23T14:00:00.000Z' },
    });
  });

  test('daily-cap, with the buyer’s next midnight', () => {
    expect(
      reasonOf(({ builder, campaign, destination }) => {
        const routeId = builder.route(campaign, destination, { caps: { daily: 50 } });
        return { usage: usageOf({ [routeId]: { settled: 49, pending: 1 } }) };
      }),
    ).toEqual({
      reason: 'daily-cap',
      values: { owner: 'route', used: 50, cap: 50, resetsAt: '2026-11-22T05:00:00.000Z' },
    });
  });

  test('insufficient-balance, for the dearest tier the call could reach', () => {
    const builder = new PlanBuilder();
    const campaign = builder.campaign({ priceMicros: 30, tiers: [{ minTalkS: 90, priceMicros: 45 }] });
    const buyer = builder.buyer({ prepaid: true });
    builder.route(campaign, builder.destination(buyer));
    const verdictWith = (balanceMicros: number) =>
      decide(builder, campaign, { usage: usageOf({ [buyer]: { balanceMicros } }) }).candidates[0]?.reason;
    expect(verdictWith(44)).toBe('insufficient-balance');
    expect(verdictWith(45)).toBeNull();
  });

  test('insufficient-balance never in a campaign in test, which costs nothing', () => {
    const builder = new PlanBuilder();
    const campaign = builder.campaign({ status: 'test' });
    builder.route(campaign, builder.destination(builder.buyer({ prepaid: true })));
    expect(decide(builder, campaign).candidates[0]?.verdict).toBe('selected');
  });

  test('duplicate-excluded and already-tried, by destination', () => {
    const { builder, campaign, destination } = world();
    builder.route(campaign, destination);
    const values = { destinationId: destination };
    expect(decide(builder, campaign, { excludedDestinations: [destination] }).candidates).toMatchObject([
      { reason: 'duplicate-excluded', values },
    ]);
    expect(decide(builder, campaign, { alreadyTried: [destination] }).candidates).toMatchObject([
      { reason: 'already-tried', values },
    ]);
    const other = 'dst_x' as DestinationId;
    expect(
      decide(builder, campaign, { alreadyTried: [other], excludedDestinations: [other] }).candidates,
    ).toMatchObject([{ verdict: 'selected' }]);
  });

  test('duplicate-excluded, by buyer: whichever place of theirs the caller reached', () => {
    const { builder, campaign, buyer, destination } = world();
    const routes = [
      builder.route(campaign, destination),
      builder.route(campaign, builder.destination(buyer)),
      builder.route(campaign, builder.destination(builder.buyer())),
    ];
    const said = (routeId: RouteId | undefined) =>
      decide(builder, campaign, { excludedBuyers: [buyer] }).candidates.find((each) => each.routeId === routeId);
    expect(said(routes[0])).toMatchObject({ reason: 'duplicate-excluded', values: { buyerId: buyer } });
    expect(said(routes[1])).toMatchObject({ reason: 'duplicate-excluded', values: { buyerId: buyer } });
    expect(said(routes[2])).toMatchObject({ verdict: 'selected' });
  });

  test('source-excluded, when a route accepts other publishers alone', () => {
    const { builder, campaign, destination } = world();
    const [accepted, other] = [builder.publisher(), builder.publisher()];
    builder.route(campaign, destination, { acceptedPublisherIds: [accepted] });
    const verdictFor = (publisherId: PublisherId | null) => decide(builder, campaign, { publisherId }).candidates[0];
    expect(verdictFor(accepted)).toMatchObject({ verdict: 'selected' });
    expect(verdictFor(other)).toMatchObject({
      reason: 'source-excluded',
      values: { publisherId: other, acceptedPublishers: 1 },
    });
    expect(verdictFor(null)).toMatchObject({ reason: 'source-excluded', values: { publisherId: null } });
  });

  test('source-excluded, when a route takes other categories alone', () => {
    const { builder, campaign, destination } = world();
    builder.route(campaign, destination, { categories: ['roofing', 'gutters'] });
    const verdictFor = (category: string | null) => decide(builder, campaign, { category }).candidates[0];
    expect(verdictFor('gutters')).toMatchObject({ verdict: 'selected' });
    const accepts = 'roofing, gutters';
    expect(verdictFor('plumbing')).toMatchObject({
      reason: 'source-excluded',
      values: { category: 'plumbing', accepts },
    });
    expect(verdictFor(null)).toMatchObject({ reason: 'source-excluded', values: { category: null, accepts } });
    expect(verdictFor('Gutters')).toMatchObject({ verdict: 'rejected' });
    expect(decide(builder, campaign).candidates[0]).toEqual(verdictFor(null));
  });

  test('a route without categories takes calls of every category, and of none', () => {
    const { builder, campaign, destination } = world();
    builder.route(campaign, destination);
    for (const category of ['plumbing', null]) {
      expect(decide(builder, campaign, { category }).candidates[0]).toMatchObject({ verdict: 'selected' });
    }
  });

  test('source-excluded, when a cap of the publisher is full', () => {
    const { builder, campaign, destination } = world();
    builder.route(campaign, destination);
    const publisherId = builder.publisher({
      caps: { daily: 5, spendDailyMicros: 100 },
      payout: { kind: 'percent', percent: 50 },
    });
    const verdictWith = (used: Parameters<typeof usageOf>[0], sender: CallOffer['publisherId'] = publisherId) =>
      decide(builder, campaign, { publisherId: sender, usage: usageOf(used) }).candidates[0];
    expect(verdictWith({ [publisherId]: { settled: 5 } })).toMatchObject({
      reason: 'source-excluded',
      values: { publisherId, limit: 'daily-cap', owner: 'publisher', used: 5, cap: 5 },
    });
    expect(verdictWith({ [publisherId]: { settledMicros: 86 } })).toMatchObject({
      values: { limit: 'spend-cap', costMicros: 15 },
    });
    expect(verdictWith({ [publisherId]: { settledMicros: 85 } })).toMatchObject({ verdict: 'selected' });
    expect(verdictWith({ [publisherId]: { settled: 5 } }, null)).toMatchObject({ verdict: 'selected' });
  });
});

describe('a campaign of many routes', () => {
  const builder = new PlanBuilder();
  const campaign = builder.campaign();
  const destination = builder.destination(builder.buyer());
  const routes: RouteId[] = [];
  for (let npa = 200; npa < 600; npa++) {
    const areaId = builder.area({ include: [{ npa: String(npa) }] });
    routes.push(builder.route(campaign, destination, { areaId, enabled: npa !== 300 }));
  }
  const snapshot = buildRoutingSnapshot(builder.build(), noPlaces);

  test('looks only at those that may serve the caller', () => {
    const selection = selectRoutes(offerFor(campaign), snapshot, NOON, 1);
    expect(selection.judged).toHaveLength(1);
    expect(selection.selected.map((line) => line.route.id)).toEqual([routes[415 - 200]]);
  });

  test('is explained in full all the same, later as at once', () => {
    let used = 0;
    const usage = { ...usageOf(), concurrent: () => used };
    const selection = selectRoutes(offerFor(campaign, { usage }), snapshot, NOON, 1);
    const atOnce = JSON.stringify(explainSelection(selection));
    used = 1_000;
    const later = explainSelection(selection);
    expect(JSON.stringify(later)).toBe(atOnce);
    expect(later.candidates).toHaveLength(400);
    expect(later.candidates[0]).toMatchObject({ verdict: 'selected', routeId: routes[415 - 200] });
    const rest = later.candidates.slice(1);
    expect(rest.map(({ routeId }) => routeId)).toEqual(routes.filter((id) => id !== routes[415 - 200]));
    expect(rest.filter(({ reason }) => reason !== 'out-of-area')).toMatchObject([{ reason: 'route-disabled' }]);
  });
});
