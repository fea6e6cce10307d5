import type { RouteId } from '../domain/ids.ts';
import { describe, expect, test } from 'vitest';

import { noPlaces, PlanBuilder, usageOf, type Used } from '../../test/support/routing-plan.ts';
import { endedCdr, SAMPLE_TERMS } from '../../test/support/sample-call.ts';
import type { Cdr } from '../domain/call/cdr.ts';
import type { Caps } from '../domain/plan/caps.ts';
import type { Payout } from '../domain/plan/party.ts';
import { buildRoutingSnapshot } from '../domain/routing/routing-snapshot.ts';
import { softCapsOf } from './over-cap.ts';

/** What is full for a call of two minutes at $30, half of which the publisher earns. */
function fullFor(options: {
  readonly buyerCaps?: Caps;
  readonly publisherCaps?: Caps;
  readonly used?: { readonly buyer?: Used; readonly publisher?: Used };
  readonly cdr?: Partial<Cdr>;
}) {
  const { buyerCaps = {}, publisherCaps = {}, used = {}, cdr = {} } = options;
  const builder = new PlanBuilder();
  const payout: Payout = { kind: 'percent', percent: 50 };
  const publisherId = builder.publisher({ payout, caps: publisherCaps });
  const buyerId = builder.buyer({ caps: buyerCaps });
  const destinationId = builder.destination(buyerId);
  const routeId = builder.route(builder.campaign(), destinationId);
  const snapshot = buildRoutingSnapshot(builder.build(), noPlaces);
  const terms = { ...SAMPLE_TERMS, payout };
  const ended = endedCdr('call_1', { routeId, destinationId, buyerId, publisherId, terms, ...cdr });
  const usage = usageOf({ [buyerId]: used.buyer ?? {}, [publisherId]: used.publisher ?? {} });
  return softCapsOf(() => snapshot)(ended, usage);
}

describe('soft caps at settlement', () => {
  test.each([
    ['a count that is full', { daily: 5 }, { settled: 5 }, true],
    ['a count with one place left', { daily: 5 }, { settled: 4 }, false],
    ['a count full of calls in progress alone', { daily: 5 }, { pending: 5 }, false],
    ['money for this call left', { spendDailyMicros: 60_000_000 }, { settledMicros: 30_000_000 }, false],
    ['a micro too little left', { spendDailyMicros: 60_000_000 }, { settledMicros: 30_000_001 }, true],
    ['concurrency, which binds calls in progress', { concurrent: 1 }, { concurrent: 5 }, false],
  ] as const)('of a buyer: %s', (_, caps, used, buyer) => {
    expect(fullFor({ buyerCaps: { ...caps, mode: 'soft' }, used: { buyer: used } })).toEqual({
      buyer,
      publisher: false,
    });
  });

  test.each([
    ['a count that is full', { daily: 5 }, { settled: 5 }, true],
    ['a count with one place left', { daily: 5 }, { settled: 4 }, false],
    [
      'money for what it earns of this call left',
      { spendDailyMicros: 45_000_000 },
      { settledMicros: 30_000_000 },
      false,
    ],
    ['a micro too little left', { spendDailyMicros: 45_000_000 }, { settledMicros: 30_000_001 }, true],
  ] as const)('of a publisher: %s', (_, caps, used, publisher) => {
    expect(fullFor({ publisherCaps: { ...caps, mode: 'soft' }, used: { publisher: used } })).toEqual({
      buyer: false,
      publisher,
    });
  });

  test('strict ones have held at admission and are not asked', () => {
    const caps = { daily: 5, spendDailyMicros: 1, mode: 'strict' } as const;
    const used = { buyer: { settled: 9 }, publisher: { settled: 9 } };
    expect(fullFor({ buyerCaps: caps, publisherCaps: caps, used })).toEqual({ buyer: false, publisher: false });
  });

  test('money is that of the tier the talk reached, and nothing for a talk too short to bill', () => {
    const caps = { spendDailyMicros: 40_000_000, mode: 'soft' } as const;
    const tiers = [{ minTalkS: 100, priceMicros: 50_000_000 }];
    const terms = { ...SAMPLE_TERMS, tiers };
    expect(fullFor({ buyerCaps: caps, cdr: { terms, talkMs: 100_000 } }).buyer).toBe(true);
    expect(fullFor({ buyerCaps: caps, cdr: { terms, talkMs: 99_999 } }).buyer).toBe(false);
    expect(fullFor({ buyerCaps: { ...caps, spendDailyMicros: 1 }, cdr: { terms, talkMs: 59_999 } }).buyer).toBe(false);
  });

  test('nothing is full for a call that never connected, or whose route is gone', () => {
    const caps = { daily: 0, mode: 'soft' } as const;
    const none = { buyer: false, publisher: false };
    expect(fullFor({ buyerCaps: caps, publisherCaps: caps, cdr: { connectedAt: null } })).toEqual(none);
    expect(fullFor({ buyerCaps: caps, publisherCaps: caps, cdr: { routeId: 'rte_gone' as RouteId } })).toEqual(none);
  });

  test('a call that was forwarded past all routes meets the caps of its buyer and publisher', () => {
    const caps = { daily: 0, mode: 'soft' } as const;
    const both = { buyer: true, publisher: true };
    expect(fullFor({ buyerCaps: caps, publisherCaps: caps, cdr: { routeId: null } })).toEqual(both);
  });
});
