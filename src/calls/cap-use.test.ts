import { describe, expect, it } from 'vitest';
import { noPlaces, PlanBuilder, usageOf, type Used } from '../../test/support/routing-plan.ts';
import type { Caps } from '../domain/plan/caps.ts';
import { buildRoutingSnapshot } from '../domain/routing/routing-snapshot.ts';
import type { EpochMs } from '../domain/time.ts';
import { capUseOfBuyers } from './cap-use.ts';

const NOON = Date.UTC(2026, 10, 24, 12) as EpochMs;

/** What is used of the caps of a buyer with a route. */
function useOf(caps: Caps, used: Used) {
  const builder = new PlanBuilder();
  const buyerId = builder.buyer({ caps });
  const destinationId = builder.destination(buyerId);
  const campaignId = builder.campaign();
  builder.route(campaignId, destinationId, { caps: { daily: 1 } });
  builder.route(campaignId, destinationId);
  const snapshot = buildRoutingSnapshot(builder.build(), noPlaces);
  return [...capUseOfBuyers(snapshot, usageOf({ [buyerId]: used }), NOON)].map(({ cap, used: uses, limit }) => [
    cap,
    uses,
    limit,
  ]);
}

describe('the use of a buyer’s caps', () => {
  it('is told of each cap that is set, once however many routes lead to the buyer, and of no one else’s', () => {
    const used = { concurrent: 2, settled: 3, pending: 1, settledMicros: 10, pendingMicros: 5 };
    expect(useOf({ concurrent: 4, hourly: 5, total: 9, spendDailyMicros: 100 }, used)).toEqual([
      ['concurrent', 2, 4],
      ['hourly', 4, 5],
      ['total', 4, 9],
      ['spend', 15, 100],
    ]);
  });

  it('counts settled calls alone where the cap is soft', () => {
    const used = { settled: 3, pending: 1, settledMicros: 10, pendingMicros: 5 };
    expect(useOf({ daily: 5, spendDailyMicros: 100, mode: 'soft' }, used)).toEqual([
      ['daily', 3, 5],
      ['spend', 10, 100],
    ]);
  });

  it('is nothing of a buyer without caps, or without a route', () => {
    expect(useOf({}, { concurrent: 2 })).toEqual([]);
    const builder = new PlanBuilder();
    builder.buyer({ caps: { daily: 5 } });
    expect([...capUseOfBuyers(buildRoutingSnapshot(builder.build(), noPlaces), usageOf(), NOON)]).toEqual([]);
  });
});
