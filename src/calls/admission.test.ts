import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';

import { noPlaces } from '../../test/support/routing-plan.ts';
import { RoutedCalls } from '../../test/support/routed-calls.ts';
import { SAMPLE_INSTANT } from '../../test/support/sample-call.ts';
import { sample } from '../../test/support/sample-plan.ts';
import { temporaryStore } from '../../test/support/temporary-store.ts';
import type { Cdr } from '../domain/call/cdr.ts';
import type { BuyerId, CallId, DestinationId, PromptId } from '../domain/ids.ts';
import type { Ani } from '../domain/numbers/e164.ts';
import type { Campaign, DuplicateRule } from '../domain/plan/campaign.ts';
import type { Caps } from '../domain/plan/caps.ts';
import { type DecidedCall, replayDecision } from '../domain/routing/replay-decision.ts';
import { buildRoutingSnapshot } from '../domain/routing/routing-snapshot.ts';
import { canonicalJson } from '../store/canonical-json.ts';
import { explainRoute } from './explain-route.ts';

const HOUR = 3_600_000;
const PROMPT = 'prm_default-after-hours' as PromptId;

/** A campaign that sells to Ann, then to Bob. */
async function sellers(duplicates: Partial<DuplicateRule>, fields: Partial<Campaign> = {}, caps: Caps = {}) {
  const store = temporaryStore();
  const { resources } = store;
  const rule = { windowDays: 30, scope: 'campaign', trigger: 'billable', routing: 'allow', ...duplicates } as const;
  const campaign = await resources.create('campaigns', sample.campaign({ ...fields, duplicates: rule }));
  const publisher = await resources.create('publishers', sample.publisher());
  const did = await resources.create('dids', sample.did(campaign.id, { publisherId: publisher.id }));
  const buyers: BuyerId[] = [];
  for (const [place, name] of ['Ann', 'Bob'].entries()) {
    const buyer = await resources.create('buyers', sample.buyer({ name }));
    const desk = await resources.create('destinations', sample.destination(buyer.id, { name }));
    await resources.create('routes', sample.route(campaign.id, desk.id, { priority: place + 1, caps }));
    buyers.push(buyer.id);
  }
  const [ann, bob] = buyers as [BuyerId, BuyerId];
  return { store, calls: new RoutedCalls(store), campaign, did, ann, bob };
}

const buyerOf = ({ buyerId }: Cdr) => buyerId;

describe('a caller who was sold before', () => {
  test('goes to the next buyer where the rule rejects by buyer, and is refused when none is left', async () => {
    const { calls, ann, bob } = await sellers({ routing: 'reject', scope: 'buyer' });
    expect(buyerOf(await calls.complete({ id: 'call_1' }))).toBe(ann);
    const second = await calls.complete({ id: 'call_2', at: SAMPLE_INSTANT + HOUR });
    expect(buyerOf(second)).toBe(bob);
    expect(second.decision?.candidates[1]).toMatchObject({ reason: 'duplicate-excluded', values: { buyerId: ann } });
    const third = await calls.admit({ id: 'call_3', at: SAMPLE_INSTANT + 2 * HOUR });
    expect(third).toMatchObject({ kind: 'refuse', outcome: 'blocked', sipStatus: 603, cause: 'duplicate-caller' });
    expect(third.decision?.candidates.map(({ reason }) => reason)).toEqual([
      'duplicate-excluded',
      'duplicate-excluded',
    ]);
  });

  test('is refused at once where the rule rejects by campaign', async () => {
    const { calls } = await sellers({ routing: 'reject', scope: 'campaign' });
    await calls.complete({ id: 'call_1' });
    const again = await calls.admit({ id: 'call_2', at: SAMPLE_INSTANT + HOUR });
    expect(again).toMatchObject({ outcome: 'blocked', sipStatus: 603, cause: 'duplicate-caller', decision: null });
  });

  test('is as new when the window is over', async () => {
    const { calls, ann } = await sellers({ routing: 'reject', scope: 'buyer', windowDays: 1 });
    await calls.complete({ id: 'call_1' });
    expect(buyerOf(await calls.complete({ id: 'call_2', at: SAMPLE_INSTANT + 26 * HOUR }))).toBe(ann);
  });

  test.each(['campaign', 'buyer', 'all'] as const)('passes the destination they know, scope %s', async (scope) => {
    const { calls, ann, bob } = await sellers({ routing: 'exclude-destination', scope, trigger: 'connected' });
    expect(buyerOf(await calls.complete({ id: 'call_1' }))).toBe(ann);
    expect(buyerOf(await calls.complete({ id: 'call_2', at: SAMPLE_INSTANT + HOUR }))).toBe(bob);
    // Nobody is left; the rule doesn't reject, so it is a call without a route.
    const third = await calls.admit({ id: 'call_3', at: SAMPLE_INSTANT + 2 * HOUR });
    expect(third).toMatchObject({ outcome: 'no-route', sipStatus: 480 });
  });

  test('is told the office hours, not that they were sold, where all is closed', async () => {
    const { store, calls } = await sellers({ routing: 'reject', scope: 'buyer' });
    const never = { name: 'Never', timezone: 'UTC', weekly: {}, exceptions: [] };
    const { id: scheduleId } = await store.resources.create('schedules', never);
    await calls.complete({ id: 'call_1' });
    for (const { id, ...route } of (await store.resources.list('routes', { limit: 9, filters: {} })).data) {
      await store.resources.replace('routes', id, { ...route, scheduleId });
    }
    const again = await calls.admit({ id: 'call_2', at: SAMPLE_INSTANT + HOUR });
    expect(again).toMatchObject({ outcome: 'after-hours', sipStatus: 480 });
  });
});

describe('where all is closed', () => {
  /** The sellers of a campaign, with its routes closed for ever. */
  async function closedSellers(afterHours: (deskId: DestinationId) => Campaign['afterHours'], deskCaps: Caps = {}) {
    const { store, calls, campaign } = await sellers({});
    const never = { name: 'Never', timezone: 'UTC', weekly: {}, exceptions: [] };
    const { id: scheduleId } = await store.resources.create('schedules', never);
    const routes = (await store.resources.list('routes', { limit: 9, filters: {} })).data;
    for (const { id, ...route } of routes) await store.resources.replace('routes', id, { ...route, scheduleId });
    const { id: deskId, ...desk } = await store.resources.get('destinations', routes[0]!.destinationId);
    await store.resources.replace('destinations', deskId, { ...desk, caps: deskCaps });
    const { id, ...fields } = campaign;
    await store.resources.replace('campaigns', id, { ...fields, afterHours: afterHours(deskId) });
    const explained = explainRoute(calls.questionOf({ id: 'call_1' }), await calls.snapshot(), store.readView());
    return { plan: await calls.admit({ id: 'call_1' }), explained };
  }

  test('the caller may leave a message', async () => {
    const { plan, explained } = await closedSellers(() => ({ action: 'voicemail', promptId: PROMPT }));
    expect(plan).toMatchObject({ kind: 'message', promptId: PROMPT, maxS: 120 });
    expect(explained?.outcome).toBe('voicemail');
  });

  test('the caller hears why', async () => {
    const { plan, explained } = await closedSellers(() => ({ action: 'hangup', promptId: PROMPT }));
    expect(plan).toMatchObject({ kind: 'refuse', outcome: 'after-hours', announce: PROMPT });
    expect(explained?.outcome).toBe('after-hours');
  });

  test.each([true, false])('the caller is sent on past all routes, billed: %s', async (billable) => {
    const { plan, explained } = await closedSellers((destinationId) => ({
      action: 'forward',
      destinationId,
      billable,
    }));
    expect(plan).toMatchObject({
      kind: 'dial',
      targets: [{ routeId: null, terms: billable ? {} : { unbilled: true } }],
    });
    expect(explained?.outcome).toBeNull();
  });

  test('nobody is rung where those it would be sent on to have no line free', async () => {
    const forward = (destinationId: DestinationId): Campaign['afterHours'] => ({ action: 'forward', destinationId });
    const { plan, explained } = await closedSellers(forward, { concurrent: 0 });
    expect(plan).toMatchObject({ kind: 'refuse', outcome: 'after-hours', sipStatus: 480 });
    expect(explained?.outcome).toBe('after-hours');
  });
});

describe('explaining a call', () => {
  test.each(['allow', 'exclude-destination', 'reject'] as const)(
    'says what the CDR of the same call says, where duplicates have routing %s',
    async (routing) => {
      const { store, calls } = await sellers({ routing, scope: 'buyer' }, { order: 'expected-revenue' });
      await calls.complete({ id: 'call_1' });
      const call = { id: 'call_2', at: SAMPLE_INSTANT + HOUR, seed: 77 };
      const explained = explainRoute(calls.questionOf(call), await calls.snapshot(), store.readView());
      const { decision } = await calls.admit(call);
      expect(JSON.stringify(explained)).toBe(JSON.stringify({ ...decision, outcome: null }));
    },
  );

  test('names the outcome of a call that would be refused, and still says of each route what there is to say', async () => {
    const { store, calls, did } = await sellers({ routing: 'reject', scope: 'all' });
    await calls.complete({ id: 'call_1' });
    const ask = async (question: object = {}) => {
      const call = { ...calls.questionOf({ id: '', at: SAMPLE_INSTANT + HOUR }), ...question };
      return explainRoute(call, await calls.snapshot(), store.readView());
    };
    expect(await ask()).toMatchObject({ outcome: 'blocked', candidates: [{ verdict: 'selected' }, {}] });
    expect(await ask({ ani: '+13105550100' })).toMatchObject({ outcome: null });
    await store.resources.create('blocklist', { match: '+1310' });
    expect(await ask({ ani: '+13105550100' })).toMatchObject({ outcome: 'blocked' });
    await store.resources.replace('dids', did.id, { ...did, enabled: false });
    expect(await ask()).toMatchObject({ outcome: 'unknown-did' });
  });
});

describe('the order by expected revenue', () => {
  test('follows how routes did, and is replayed on the records as they were', async () => {
    const { store, calls, bob } = await sellers(
      { windowDays: 0 },
      { order: 'expected-revenue', priceMicros: 10_000_000 },
    );
    for (const { id, ...route } of (await store.resources.list('routes', { limit: 9, filters: {} })).data) {
      await store.resources.replace('routes', id, { ...route, priority: 1 });
    }
    // Ann's callers hang up at once, Bob's stay: whoever is drawn, the records soon tell them apart.
    for (let call = 0; call < 40; call++) {
      const at = SAMPLE_INSTANT + call * 61_000;
      const plan = await calls.admit({ id: `probe_${call}`, at, seed: call });
      const first = plan.kind === 'dial' ? plan.targets[0]?.buyerId : undefined;
      await calls.complete({ id: `call_${call}`, at, seed: call, talkMs: first === bob ? 120_000 : 1_000 });
    }
    const at = SAMPLE_INSTANT + 3 * HOUR;
    const decisions = [];
    for (let seed = 0; seed < 8; seed++) decisions.push((await calls.admit({ id: `last_${seed}`, at, seed })).decision);
    const routes = decisions.map((decision) => decision?.candidates[0]);
    expect(new Set(routes.map((candidate) => candidate?.routeId)).size).toBe(1);
    expect(routes[0]?.values['qualifiedRate']).toBeGreaterThan(0.5);

    const kept = store.decisions.find('last_0' as CallId);
    expect(Object.keys(kept?.basis?.readings ?? {}).filter((question) => question.endsWith(' record'))).toHaveLength(2);
  });
});

describe('a decision over the store', () => {
  const caps: fc.Arbitrary<Caps> = fc.record(
    {
      concurrent: fc.integer({ min: 1, max: 4 }),
      hourly: fc.integer({ min: 1, max: 4 }),
      daily: fc.integer({ min: 1, max: 6 }),
      spendDailyMicros: fc.constantFrom(30_000_000, 120_000_000),
      mode: fc.constantFrom('strict' as const, 'soft' as const),
    },
    { requiredKeys: [] },
  );
  const made = fc.record({
    ani: fc.constantFrom('+12125550123', '+13105550100', 'anonymous') as fc.Arbitrary<Ani>,
    minutes: fc.integer({ min: 0, max: 40 }),
    seed: fc.nat(),
    settles: fc.boolean(),
    talkMs: fc.constantFrom(5_000, 90_000),
  });
  const world = fc.record({
    caps,
    routing: fc.constantFrom('allow' as const, 'exclude-destination' as const, 'reject' as const),
    scope: fc.constantFrom('campaign' as const, 'buyer' as const, 'all' as const),
    order: fc.constantFrom('weight' as const, 'price' as const, 'expected-revenue' as const),
    calls: fc.array(made, { minLength: 3, maxLength: 20 }),
  });

  test('is replayed byte for byte after everything has moved on: counters, records, callers and the plan', async () => {
    let replayed = 0;
    await fc.assert(
      fc.asyncProperty(world, async ({ caps: limits, routing, scope, order, calls: list }) => {
        const { store, calls, campaign } = await sellers({ routing, scope }, { order }, limits);
        let at: number = SAMPLE_INSTANT;
        for (const [index, { minutes, settles, ...call }] of list.entries()) {
          at += minutes * 60_000;
          const id = `call_${index}`;
          await (settles ? calls.complete({ ...call, id, at }) : calls.admit({ ...call, id, at }));
          if (index % 4 === 3) {
            const { id: _id, ...fields } = campaign;
            await store.resources.replace('campaigns', campaign.id, { ...fields, priceMicros: 1_000_000 * index });
          }
        }
        for (const index of list.keys()) {
          const kept = store.decisions.find(`call_${index}` as CallId);
          if (!kept?.cdr.decision) continue;
          const plan = store.decisions.planAt(kept.cdr.decision.snapshotVersion);
          expect(plan).toBeDefined();
          expect(kept.basis).toBeDefined();
          const again = replayDecision(kept.cdr as DecidedCall, kept.basis!, buildRoutingSnapshot(plan!, noPlaces));
          expect(canonicalJson(again.decision)).toBe(canonicalJson(kept.cdr.decision));
          expect(again.unrecorded).toEqual([]);
          replayed += 1;
        }
      }),
      { numRuns: 60 },
    );
    expect(replayed).toBeGreaterThan(200);
  });
});
