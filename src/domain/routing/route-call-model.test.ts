import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Used } from '../../../test/support/routing-plan.ts';
import {
  buildScenario,
  routingScenarios,
  scenarioPlaces,
  type BuiltScenario,
  type RoutingScenario,
} from '../../../test/support/routing-scenarios.ts';
import { payoutForCall } from '../billing/payout-for-call.ts';
import { micros } from '../billing/money.ts';
import { type Caps, COUNTED_WINDOWS } from '../plan/caps.ts';
import { compileArea, matchArea } from './area.ts';
import { routeCall } from './route-call.ts';
import { REJECT_REASONS, type RejectReason } from './route-decision.ts';
import { buildRoutingSnapshot, type RoutingSnapshot } from './routing-snapshot.ts';
import { compileSchedule, scheduleAt } from './schedule.ts';

/** Every reason that speaks against a route, each found on its own, from the plan as it was written. */
function reasonsAgainst(built: BuiltScenario, scenario: RoutingScenario, position: number): Set<RejectReason> {
  const { plan, offer, usedById } = built;
  const reasons = new Set<RejectReason>();
  const route = plan.routes[position]!;
  const campaign = plan.campaigns[0]!;
  const destination = plan.destinations.find(({ id }) => id === route.destinationId)!;
  const buyer = plan.buyers.find(({ id }) => id === destination.buyerId)!;
  const cost =
    campaign.status === 'test'
      ? 0
      : Math.max(route.priceMicros ?? campaign.priceMicros, ...campaign.tiers.map((tier) => tier.priceMicros));
  if (!route.enabled) reasons.add('route-disabled');
  if (!destination.enabled) reasons.add('destination-disabled');
  if (buyer.status === 'paused') reasons.add('buyer-paused');
  const area = plan.areas.find(({ id }) => id === route.areaId);
  if (area) {
    const { result } = matchArea(compileArea(area, scenarioPlaces), offer.ani, offer.location, scenarioPlaces);
    if (result === 'out') reasons.add('out-of-area');
    if (result === 'unknown') reasons.add('location-unknown');
  }
  const schedule = plan.schedules.find(({ id }) => id === route.scheduleId);
  const state = schedule && scheduleAt(compileSchedule(schedule), scenario.call.now);
  if (state?.open === false) reasons.add(state.reason);
  for (const { id, caps: its } of [route, destination, buyer]) {
    for (const reason of fullCaps(its, usedById[id]!, cost)) reasons.add(reason);
  }
  const credit = buyer.creditLimitMicros ?? (buyer.prepaid ? 0 : Infinity);
  const account = usedById[buyer.id]!;
  if ((account.balanceMicros ?? 0) - (account.pendingMicros ?? 0) + credit < cost) reasons.add('insufficient-balance');
  if (offer.excludedDestinations?.includes(destination.id)) reasons.add('duplicate-excluded');
  if (offer.excludedBuyers?.includes(buyer.id)) reasons.add('duplicate-excluded');
  if (offer.alreadyTried?.includes(destination.id)) reasons.add('already-tried');
  const accepted = route.acceptedPublisherIds;
  if (accepted && !accepted.some((id) => id === offer.publisherId)) reasons.add('source-excluded');
  const { category } = offer;
  if (route.categories && !route.categories.some((each) => each === category)) reasons.add('source-excluded');
  const publisher = plan.publishers.find(({ id }) => id === offer.publisherId);
  if (publisher && offer.publisherId) {
    const earns = campaign.status === 'test' ? 0 : payoutForCall(publisher.payout, micros(cost));
    if (fullCaps(publisher.caps, usedById[publisher.id]!, earns).length > 0) reasons.add('source-excluded');
  }
  return reasons;
}

function fullCaps(its: Caps, use: Used, cost: number): RejectReason[] {
  const soft = its.mode === 'soft';
  const counted = (use.settled ?? 0) + (soft ? 0 : (use.pending ?? 0));
  const spent = (use.settledMicros ?? 0) + (soft ? 0 : (use.pendingMicros ?? 0));
  const full: RejectReason[] = [];
  if (its.concurrent !== undefined && (use.concurrent ?? 0) >= its.concurrent) full.push('concurrency-cap');
  for (const window of COUNTED_WINDOWS) {
    const cap = its[window];
    if (cap !== undefined && counted >= cap) full.push(`${window}-cap`);
  }
  if (its.spendDailyMicros !== undefined && spent + cost > its.spendDailyMicros) full.push('spend-cap');
  return full;
}

const decide = (snapshot: RoutingSnapshot, { offer }: BuiltScenario, { call }: RoutingScenario) =>
  routeCall(offer, snapshot, call.now, call.seed);

describe('a decision, against a model that asks every route every question', () => {
  test('names every route once, each with the first reason of the list, and selects just those without one', () => {
    const seen = new Set<string>();
    fc.assert(
      fc.property(routingScenarios, (scenario) => {
        const built = buildScenario(scenario);
        const { candidates } = decide(buildRoutingSnapshot(built.plan, scenarioPlaces), built, scenario);
        const said = new Map(candidates.map(({ routeId, reason }) => [routeId, reason]));
        expect(candidates).toHaveLength(built.plan.routes.length);
        for (const [position, { id }] of built.plan.routes.entries()) {
          const reasons = reasonsAgainst(built, scenario, position);
          const first = REJECT_REASONS.find((reason) => reasons.has(reason)) ?? null;
          expect(said.get(id)).toBe(first);
          seen.add(first ?? 'selected');
        }
      }),
      { numRuns: 500, seed: 20_261_126 },
    );
    // The scenarios must reach what they are to show; a fixed seed makes sure that they do.
    expect(Array.from(seen).sort()).toEqual(['selected', ...REJECT_REASONS].sort());
  });

  test('keeps the tiers, numbers the places from 1, and lists the rejected by id', () => {
    fc.assert(
      fc.property(routingScenarios, (scenario) => {
        const built = buildScenario(scenario);
        const { candidates } = decide(buildRoutingSnapshot(built.plan, scenarioPlaces), built, scenario);
        const selected = candidates.filter((candidate) => candidate.verdict === 'selected');
        expect(selected.map(({ place }) => place)).toEqual(selected.map((_, index) => index + 1));
        expect(candidates.slice(0, selected.length)).toEqual(selected);
        const priorities = selected.map(({ values }) => values['priority'] as number);
        expect(priorities).toEqual(priorities.toSorted((a, b) => a - b));
        const rejected = candidates.slice(selected.length).map(({ routeId }) => routeId);
        expect(rejected).toEqual(rejected.toSorted());
      }),
      { numRuns: 300 },
    );
  });

  test('is the same whatever order the plan lists its routes in', () => {
    fc.assert(
      fc.property(routingScenarios, (scenario) => {
        const built = buildScenario(scenario);
        const turned = { ...built.plan, routes: built.plan.routes.toReversed() };
        const [one, other] = [built.plan, turned].map((plan) =>
          JSON.stringify(decide(buildRoutingSnapshot(plan, scenarioPlaces), built, scenario)),
        );
        expect(other).toBe(one);
      }),
      { numRuns: 200 },
    );
  });
});
