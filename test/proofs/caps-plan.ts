import type { Caps } from '../../src/domain/plan/caps.ts';
import type { RoutingPlan } from '../../src/domain/plan/routing-plan.ts';
import type { CapOwner } from '../../src/domain/routing/caps.ts';
import { PlanBuilder } from '../support/routing-plan.ts';

/** What each billed call costs, micros. */
const PRICE = 30_000_000;

/** Noon of 20 October 2026 in New York: the clock changes twelve days later. */
const FIRST_CALL = Date.UTC(2026, 9, 20, 16);

/** From one call to the next; a hundred thousand take 41 days, so windows of each length fill and begin anew. */
const SPACING_MS = 35_000;

/** When the n-th call comes. */
export const receivedAtMs = (n: number): number => FIRST_CALL + n * SPACING_MS;

/** Four routes to three destinations of two buyers in two zones, each with caps so tight that most calls find no place. */
export function tightPlan(): RoutingPlan {
  const plan = new PlanBuilder();
  const campaign = plan.campaign({
    minTalkS: 60,
    priceMicros: PRICE,
    duplicates: { windowDays: 0, scope: 'campaign', trigger: 'billable', routing: 'allow' },
  });
  plan.did(campaign);
  const east = plan.buyer({ caps: { concurrent: 24, daily: 90, spendDailyMicros: 80 * PRICE, monthly: 2_300 } });
  const west = plan.buyer({ timezone: 'Asia/Kolkata', caps: { hourly: 6, spendDailyMicros: 70 * PRICE } });
  const desk = plan.destination(east, { caps: { concurrent: 14, hourly: 5 } });
  const night = plan.destination(east, { caps: { daily: 40 } });
  const shop = plan.destination(west, { caps: { concurrent: 8, total: 2_400 } });
  plan.route(campaign, desk, { caps: { daily: 60 } });
  plan.route(campaign, night, { caps: { concurrent: 6 } });
  plan.route(campaign, shop, { priority: 2, caps: { hourly: 4, monthly: 1_000 } });
  plan.route(campaign, shop, { priority: 2, caps: { daily: 30 } });
  return plan.build();
}

/** Someone with caps, and the zone that their windows begin in. */
export interface Capped {
  readonly owner: CapOwner;
  readonly caps: Caps;
  readonly timezone: string;
}

/** Everyone in the plan who has caps. */
export function cappedOf({ routes, destinations, buyers }: RoutingPlan): readonly Capped[] {
  const zoneOfBuyer = new Map<string, string>(buyers.map(({ id, timezone }) => [id, timezone]));
  const zoneOfDestination = new Map<string, string>(
    destinations.map(({ id, buyerId }) => [id, zoneOfBuyer.get(buyerId) ?? '']),
  );
  return [
    ...buyers.map(({ id, caps, timezone }): Capped => ({ owner: { kind: 'buyer', id }, caps, timezone })),
    ...destinations.map(({ id, caps }): Capped => ({
      owner: { kind: 'destination', id },
      caps,
      timezone: zoneOfDestination.get(id) ?? '',
    })),
    ...routes.map(({ id, destinationId, caps }): Capped => ({
      owner: { kind: 'route', id },
      caps,
      timezone: zoneOfDestination.get(destinationId) ?? '',
    })),
  ];
}
