import { describe, expect, test } from 'vitest';
import { noPlaces, PlanBuilder } from '../../../test/support/routing-plan.ts';
import type { AreaId, BuyerId, CampaignId, DestinationId, PublisherId, RouteId, ScheduleId, TrunkId } from '../ids.ts';
import type { E164 } from '../numbers/e164.ts';
import type { Route } from '../plan/route.ts';
import { buildRoutingSnapshot, type RoutingSnapshot } from './routing-snapshot.ts';

function snapshotOf(build: (builder: PlanBuilder) => void): RoutingSnapshot {
  const builder = new PlanBuilder();
  build(builder);
  return buildRoutingSnapshot(builder.build(7), noPlaces);
}

const routeIds = (snapshot: RoutingSnapshot) => Array.from(snapshot.routeById.keys());

describe('a routing snapshot', () => {
  test('joins each route with its campaign, destination, buyer, area and schedule', () => {
    let routeId = '' as RouteId;
    const snapshot = snapshotOf((builder) => {
      const campaign = builder.campaign({
        name: 'Roofing',
        priceMicros: 30,
        tiers: [{ minTalkS: 90, priceMicros: 45 }],
      });
      const destination = builder.destination(builder.buyer({ name: 'Acme' }), { name: 'Desk' });
      const areaId = builder.area({ name: 'Bay', include: [{ npa: '415' }] });
      const scheduleId = builder.schedule({ name: 'Office', weekly: { mon: [['09:00', '17:00']] } });
      routeId = builder.route(campaign, destination, { areaId, scheduleId });
    });
    expect(snapshot.version).toBe(7);
    expect(snapshot.problems).toEqual([]);
    expect(snapshot.routeById.get(routeId)).toMatchObject({
      campaign: { name: 'Roofing' },
      destination: { name: 'Desk' },
      buyer: { name: 'Acme' },
      area: { name: 'Bay' },
      schedule: { name: 'Office' },
      switchedOff: null,
      priceMicros: 30,
      costMicros: 45,
    });
  });

  test('keeps a campaign’s routes in order of id, however the plan lists them', () => {
    const builder = new PlanBuilder();
    const campaign = builder.campaign();
    const destination = builder.destination(builder.buyer());
    const ids = [1, 2, 3].map(() => builder.route(campaign, destination));
    const plan = builder.build();
    const snapshot = buildRoutingSnapshot({ ...plan, routes: plan.routes.toReversed() }, noPlaces);
    expect(snapshot.routesByCampaign.get(campaign)?.lines.map((line) => line.route.id)).toEqual(ids);
  });

  test('finds DIDs by number and trunks by id', () => {
    let campaign = '' as CampaignId;
    let trunk = '' as TrunkId;
    const snapshot = snapshotOf((builder) => {
      campaign = builder.campaign();
      trunk = builder.trunk({ name: 'Carrier One' });
      builder.did(campaign, { number: '+14155550100' as E164 });
    });
    expect(snapshot.didByNumber.get('+14155550100' as E164)?.campaignId).toBe(campaign);
    expect(snapshot.trunkById.get(trunk)?.name).toBe('Carrier One');
  });
});

describe('a route that can’t be used is left out and reported', () => {
  test.each<
    [string, (builder: PlanBuilder, campaign: CampaignId, destination: DestinationId) => Partial<Route>, string]
  >([
    ['an unknown campaign', () => ({ campaignId: 'cmp_x' as CampaignId }), 'campaign cmp_x does not exist'],
    ['an unknown destination', () => ({ destinationId: 'dst_x' as DestinationId }), 'destination dst_x does not exist'],
    [
      'an unknown buyer',
      (builder) => ({ destinationId: builder.destination('byr_x' as BuyerId) }),
      'buyer byr_x of its destination does not exist',
    ],
    ['an unknown area', () => ({ areaId: 'area_x' as AreaId }), 'area area_x does not exist'],
    ['an unknown schedule', () => ({ scheduleId: 'sch_x' as ScheduleId }), 'schedule sch_x does not exist'],
    [
      'a schedule in no zone',
      (builder) => ({ scheduleId: builder.schedule({ timezone: 'Mars/Olympus' }) }),
      'does not exist or can not be used',
    ],
    [
      'a buyer in no zone',
      (builder) => ({ destinationId: builder.destination(builder.buyer({ timezone: '+05:00' })) }),
      'time zone of its buyer',
    ],
    ['a weight of nothing', () => ({ weight: 0 }), 'weight 0 is no whole number'],
    ['a broken weight', () => ({ weight: 1.5 }), 'weight 1.5 is no whole number'],
    ['a price in fractions of a micro', () => ({ priceMicros: 0.5 }), 'no whole number of micros'],
  ])('%s', (_, fieldsOf, message) => {
    let good = '' as RouteId;
    let bad = '' as RouteId;
    const snapshot = snapshotOf((builder) => {
      const campaign = builder.campaign();
      const destination = builder.destination(builder.buyer());
      bad = builder.route(campaign, destination, fieldsOf(builder, campaign, destination));
      good = builder.route(campaign, destination);
    });
    expect(routeIds(snapshot)).toEqual([good]);
    expect(snapshot.problems.find(({ id }) => id === bad)).toMatchObject({
      kind: 'route',
      message: expect.stringContaining(message) as string,
    });
  });
});

describe('what else a plan gets wrong is reported', () => {
  test('a DID of an unknown campaign is left out, one of an unknown publisher kept', () => {
    const snapshot = snapshotOf((builder) => {
      builder.did('cmp_x' as CampaignId, { number: '+14155550100' as E164 });
      builder.did(builder.campaign(), { number: '+14155550101' as E164, publisherId: 'pub_x' as PublisherId });
    });
    expect(Array.from(snapshot.didByNumber.keys())).toEqual(['+14155550101']);
    expect(snapshot.problems.map(({ kind, message }) => `${kind}: ${message}`)).toEqual([
      'did: Its campaign cmp_x does not exist; calls to it are answered as for an unknown number.',
      'did: Its publisher pub_x does not exist; nobody earns its calls.',
    ]);
  });

  test('a number given to two DIDs stays with the first', () => {
    const snapshot = snapshotOf((builder) => {
      const number = '+14155550100' as E164;
      builder.did(builder.campaign(), { number, label: 'first' });
      builder.did(builder.campaign(), { number, label: 'second' });
    });
    expect(snapshot.didByNumber.get('+14155550100' as E164)?.label).toBe('first');
    expect(snapshot.problems).toHaveLength(1);
  });

  test('a destination without its trunk, and a forward to nowhere', () => {
    const snapshot = snapshotOf((builder) => {
      builder.destination(builder.buyer(), { trunkId: 'trk_x' as TrunkId });
      builder.campaign({ afterHours: { action: 'forward', destinationId: 'dst_x' as DestinationId } });
    });
    expect(snapshot.problems.map(({ kind }) => kind)).toEqual(['destination', 'campaign']);
  });

  test('a zone that is no longer accepted is none of it: what was kept with one goes on', () => {
    const snapshot = snapshotOf((builder) => {
      const destination = builder.destination(builder.buyer({ timezone: 'PST' }));
      const scheduleId = builder.schedule({ timezone: 'BST' });
      builder.route(builder.campaign(), destination, { scheduleId });
    });
    expect(snapshot.problems).toEqual([]);
    expect(snapshot.routeById.size).toBe(1);
  });

  test('a schedule is named with what is wrong with it', () => {
    const snapshot = snapshotOf((builder) => builder.schedule({ weekly: { mon: [['09:00', '09:00']] } }));
    expect(snapshot.problems).toMatchObject([
      { kind: 'schedule', message: expect.stringContaining('09:00–09:00') as string },
    ]);
  });
});
