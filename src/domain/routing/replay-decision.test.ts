import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { locationOf, noPlaces, PlanBuilder, usageOf } from '../../../test/support/routing-plan.ts';
import { buildScenario, routingScenarios, scenarioPlaces } from '../../../test/support/routing-scenarios.ts';
import type { Ani, E164 } from '../numbers/e164.ts';
import type { RoutingPlan } from '../plan/routing-plan.ts';
import type { EpochMs } from '../time.ts';
import { ask, type DecisionBasis, spell, watchOffer } from './decision-basis.ts';
import { type DecidedCall, replayDecision } from './replay-decision.ts';
import { type CallOffer, routeCall } from './route-call.ts';
import { buildRoutingSnapshot, type RoutingSnapshot } from './routing-snapshot.ts';

/** Decides as an admission does, and keeps what it would: everything as text. */
function decideAndKeep(offer: CallOffer, snapshot: RoutingSnapshot, now: EpochMs, seed: number) {
  const watched = watchOffer(offer);
  const decision = routeCall(watched.offer, snapshot, now, seed);
  const { did, campaignId, publisherId = null, ani } = offer;
  const call: DecidedCall = { did, campaignId, publisherId, ani, decision };
  return { call: JSON.stringify(call), basis: JSON.stringify(watched.basis()) };
}

describe('a replay', () => {
  test('gives the same bytes for each of ten thousand decisions, from what was kept as text', () => {
    let asked = 0;
    let placed = 0;
    for (const scenario of fc.sample(routingScenarios, { numRuns: 500, seed: 20_261_121 })) {
      const { plan, offer } = buildScenario({ ...scenario, call: { ...scenario.call, tried: undefined } });
      const snapshot = buildRoutingSnapshot(plan, scenarioPlaces);
      const anew = buildRoutingSnapshot(JSON.parse(JSON.stringify(plan)) as RoutingPlan, scenarioPlaces);
      const without = buildRoutingSnapshot(plan, noPlaces);
      const { now: at, seed } = scenario.call;
      const differs = decideAndKeep(offer, snapshot, at, seed).call !== decideAndKeep(offer, without, at, seed).call;
      if (differs) placed += 1;
      for (let call = 0; call < 20; call++) {
        const now = (scenario.call.now + call * 3_600_000) as EpochMs;
        const kept = decideAndKeep(offer, snapshot, now, (scenario.call.seed + call * 0x9e3779b1) >>> 0);
        const basis = JSON.parse(kept.basis) as DecisionBasis;
        const decided = JSON.parse(kept.call) as DecidedCall;
        const { decision, unrecorded } = replayDecision(decided, basis, anew);
        expect(JSON.stringify({ ...decided, decision })).toBe(kept.call);
        expect(unrecorded).toEqual([]);
        asked += Object.keys(basis.readings).length;
      }
    }
    // Decisions that asked nothing, or that no distance bore on, would prove little.
    expect(asked).toBeGreaterThan(10_000);
    expect(placed).toBeGreaterThan(20);
  });

  const builder = new PlanBuilder();
  const campaignId = builder.campaign();
  const buyer = builder.buyer();
  const route = builder.route(campaignId, builder.destination(buyer), { caps: { concurrent: 2 } });
  const plan = builder.build();
  const offer: CallOffer = {
    did: '+14155550100' as E164,
    campaignId,
    ani: '+12125550123' as Ani,
    location: locationOf(),
    usage: usageOf({ [route]: { concurrent: 2 } }),
  };
  const now = Date.UTC(2026, 10, 21) as EpochMs;

  test('rests on the counters as they were, whatever they are now', () => {
    const kept = decideAndKeep(offer, buildRoutingSnapshot(plan, noPlaces), now, 1);
    const basis = JSON.parse(kept.basis) as DecisionBasis;
    expect(basis).toEqual({
      excludedDestinations: [],
      excludedBuyers: [],
      readings: { [`route:${route} concurrent`]: [2] },
    });
    const { decision } = replayDecision(
      JSON.parse(kept.call) as DecidedCall,
      basis,
      buildRoutingSnapshot(plan, noPlaces),
    );
    expect(decision.candidates).toMatchObject([{ reason: 'concurrency-cap', values: { used: 2, cap: 2 } }]);
  });

  test('rests on what the caller wanted, which was not kept before it could be known', () => {
    const routes = plan.routes.map((each) => ({ ...each, categories: ['roofing'] }));
    const picky = buildRoutingSnapshot({ ...plan, routes }, noPlaces);
    const candidatesOf = (category: string | null) => {
      const kept = decideAndKeep({ ...offer, usage: usageOf(), category }, picky, now, 1);
      const { decision } = replayDecision(
        JSON.parse(kept.call) as DecidedCall,
        JSON.parse(kept.basis) as DecisionBasis,
        picky,
      );
      expect(JSON.stringify({ ...(JSON.parse(kept.call) as DecidedCall), decision })).toBe(kept.call);
      return { candidates: decision.candidates, kept: kept.basis };
    };
    expect(candidatesOf('roofing').candidates).toMatchObject([{ verdict: 'selected' }]);
    const unknown = candidatesOf(null);
    expect(unknown.candidates).toMatchObject([{ reason: 'source-excluded', values: { category: null } }]);
    expect(unknown.kept).not.toContain('category');
  });

  test('names what it asks for that was not asked the first time', () => {
    const kept = decideAndKeep(offer, buildRoutingSnapshot(plan, noPlaces), now, 1);
    const routes = plan.routes.map((each) => ({ ...each, caps: { total: 5 } }));
    const changed = buildRoutingSnapshot({ ...plan, routes }, noPlaces);
    const { unrecorded } = replayDecision(
      JSON.parse(kept.call) as DecidedCall,
      JSON.parse(kept.basis) as DecisionBasis,
      changed,
    );
    expect(unrecorded).toEqual([`route:${route} total 0`]);
  });

  test('a question asked twice of a watched offer is asked once of what is behind it', () => {
    let reads = 0;
    const counting = usageOf();
    const usage = {
      ...counting,
      concurrent: () => {
        reads += 1;
        return reads;
      },
    };
    const watched = watchOffer({ ...offer, usage });
    const question = { about: 'concurrent', owner: { kind: 'buyer', id: buyer } } as const;
    const readings = { usage: watched.offer.usage, records: new Map() };
    expect([ask(readings, question), ask(readings, question)]).toEqual([[1], [1]]);
    expect(watched.basis().readings).toEqual({ [spell(question)]: [1] });
  });
});
