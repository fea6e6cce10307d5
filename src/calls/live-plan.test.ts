import { describe, expect, it } from 'vitest';
import type { RoutingPlan } from '../domain/plan/routing-plan.ts';
import type { RoutingSnapshot } from '../domain/routing/routing-snapshot.ts';
import { LivePlan } from './live-plan.ts';

/** A plan of no trunks that is read anew each time. */
function setUp() {
  const read: RoutingPlan[] = [];
  const plan = new LivePlan(
    () => {
      const next = { trunks: [] } as unknown as RoutingPlan;
      read.push(next);
      return Promise.resolve(next);
    },
    () => ({}) as RoutingSnapshot,
  );
  return { plan, read };
}

describe('who follows the plan', () => {
  it('is told of the one there is, and of each that comes after it', async () => {
    const { plan, read } = setUp();
    await plan.refresh();
    const told: RoutingPlan[] = [];
    plan.follow((next) => told.push(next));
    expect(told).toEqual([read[0]]);
    plan.markStale();
    await plan.refresh();
    expect(told).toEqual(read);
    expect(read).toHaveLength(2);
  });

  it('is told of none before there is one', async () => {
    const { plan, read } = setUp();
    const told: RoutingPlan[] = [];
    plan.follow((next) => told.push(next));
    expect(told).toEqual([]);
    await plan.refresh();
    expect(told).toEqual(read);
  });
});
