import { describe, expect, test } from 'vitest';
import { type Used, usageOf } from '../../../test/support/routing-plan.ts';
import { sample } from '../../../test/support/sample-plan.ts';
import type { BuyerId, DestinationId, RouteId } from '../ids.ts';
import type { Caps } from '../plan/caps.ts';
import type { Buyer } from '../plan/party.ts';
import type { EpochMs } from '../time.ts';
import type { CapUsage } from './caps.ts';
import { CapWindows } from './cap-windows.ts';
import { capsAllow, checkBalance, checkCaps, compileCaps } from './check-caps.ts';
import { timeZone } from './time-zone.ts';

const ROUTE = 'rte_1' as RouteId;
const DESTINATION = 'dst_1' as DestinationId;
const BUYER = 'byr_1' as BuyerId;
const NOON = Date.parse('2026-11-21T17:00:00Z') as EpochMs;
const windows = new CapWindows(timeZone('America/New_York'));

const checksOf = (caps: { route?: Caps; destination?: Caps; buyer?: Caps }) =>
  compileCaps([
    { owner: { kind: 'route', id: ROUTE }, caps: caps.route ?? {} },
    { owner: { kind: 'destination', id: DESTINATION }, caps: caps.destination ?? {} },
    { owner: { kind: 'buyer', id: BUYER }, caps: caps.buyer ?? {} },
  ]);

const check = (caps: Parameters<typeof checksOf>[0], used: Readonly<Record<string, Used>>, costMicros = 0) =>
  checkCaps(checksOf(caps), { usage: usageOf(used), windows, now: NOON, costMicros });

describe('a count', () => {
  test.each<[string, Caps, string, string | undefined]>([
    ['concurrent', { concurrent: 3 }, 'concurrency-cap', undefined],
    ['hourly', { hourly: 3 }, 'hourly-cap', '2026-11-21T18:00:00.000Z'],
    ['daily', { daily: 3 }, 'daily-cap', '2026-11-22T05:00:00.000Z'],
    ['monthly', { monthly: 3 }, 'monthly-cap', '2026-12-01T05:00:00.000Z'],
    ['total', { total: 3 }, 'total-cap', undefined],
  ])('%s has room up to its cap and none at it', (_, caps, reason, resetsAt) => {
    expect(check({ route: caps }, { [ROUTE]: { concurrent: 2, settled: 1, pending: 1 } })).toBeNull();
    expect(check({ route: caps }, { [ROUTE]: { concurrent: 3, settled: 2, pending: 1 } })).toEqual({
      reason,
      values: { owner: 'route', used: 3, cap: 3, ...(resetsAt === undefined ? {} : { resetsAt }) },
    });
  });

  test('that is soft leaves calls in progress out, but for concurrency', () => {
    const caps: Caps = { daily: 3, mode: 'soft' };
    expect(check({ buyer: caps }, { [BUYER]: { settled: 2, pending: 9 } })).toBeNull();
    expect(check({ buyer: caps }, { [BUYER]: { settled: 3 } })).toMatchObject({ reason: 'daily-cap' });
    expect(check({ buyer: { ...caps, concurrent: 1 } }, { [BUYER]: { concurrent: 1 } })).toMatchObject({
      reason: 'concurrency-cap',
    });
  });

  test('of 0 is full from the start', () => {
    expect(check({ destination: { daily: 0 } }, {})).toMatchObject({
      values: { owner: 'destination', used: 0, cap: 0 },
    });
  });

  test('is asked for in the window that now lies in', () => {
    const asked: (string | number)[][] = [];
    const usage: CapUsage = {
      ...usageOf(),
      counted: (owner, length, { start }) => {
        asked.push([owner.id, length, new Date(start).toISOString()]);
        return { settled: 0, pending: 0 };
      },
    };
    const caps = { hourly: 1, daily: 1, monthly: 1, total: 1 };
    checkCaps(checksOf({ route: caps }), { usage, windows, now: NOON, costMicros: 0 });
    expect(asked).toEqual([
      [ROUTE, 'hourly', '2026-11-21T17:00:00.000Z'],
      [ROUTE, 'daily', '2026-11-21T05:00:00.000Z'],
      [ROUTE, 'monthly', '2026-11-01T04:00:00.000Z'],
      [ROUTE, 'total', '1970-01-01T00:00:00.000Z'],
    ]);
  });
});

describe('the order of limits', () => {
  const full: Used = { concurrent: 9, settled: 9, settledMicros: 9 };
  const used = { [ROUTE]: full, [DESTINATION]: full, [BUYER]: full };

  test('is by kind before it is by owner', () => {
    expect(check({ route: { daily: 1 }, buyer: { hourly: 1 } }, used)).toMatchObject({
      reason: 'hourly-cap',
      values: { owner: 'buyer' },
    });
  });

  test('is route, destination, buyer within a kind', () => {
    expect(check({ destination: { daily: 1 }, buyer: { daily: 1 } }, used)).toMatchObject({
      values: { owner: 'destination' },
    });
  });

  test('puts money last', () => {
    expect(check({ route: { spendDailyMicros: 1 }, buyer: { total: 1 } }, used)).toMatchObject({ reason: 'total-cap' });
  });
});

describe('spend', () => {
  const caps: Caps = { spendDailyMicros: 100 };

  test('must have room for the most the call could cost', () => {
    const used = { [BUYER]: { settledMicros: 40, pendingMicros: 30 } };
    expect(check({ buyer: caps }, used, 30)).toBeNull();
    expect(check({ buyer: caps }, used, 31)).toEqual({
      reason: 'spend-cap',
      values: {
        owner: 'buyer',
        usedMicros: 70,
        costMicros: 31,
        capMicros: 100,
        resetsAt: '2026-11-22T05:00:00.000Z',
      },
    });
  });

  test('that is soft leaves calls in progress out', () => {
    const used = { [BUYER]: { settledMicros: 40, pendingMicros: 60 } };
    expect(check({ buyer: { ...caps, mode: 'soft' } }, used, 60)).toBeNull();
    expect(check({ buyer: { ...caps, mode: 'soft' } }, used, 61)).toMatchObject({ reason: 'spend-cap' });
  });
});

describe('the balance', () => {
  const buyerOf = (fields: Partial<Buyer>): Buyer => ({ id: BUYER, ...sample.buyer(fields) });
  const has = (balanceMicros: number, pendingMicros = 0) => usageOf({ [BUYER]: { balanceMicros, pendingMicros } });

  test('of a prepaid buyer must cover the call and all calls in progress', () => {
    const buyer = buyerOf({ prepaid: true });
    expect(checkBalance(buyer, has(100, 70), 30)).toBeNull();
    expect(checkBalance(buyer, has(100, 71), 30)).toEqual({
      reason: 'insufficient-balance',
      values: { balanceMicros: 100, pendingMicros: 71, creditLimitMicros: 0, costMicros: 30 },
    });
  });

  test('may go below zero by the credit limit, prepaid or not', () => {
    for (const prepaid of [true, false]) {
      const buyer = buyerOf({ prepaid, creditLimitMicros: 50 });
      expect(checkBalance(buyer, has(-20), 30)).toBeNull();
      expect(checkBalance(buyer, has(-21), 30)).toMatchObject({ reason: 'insufficient-balance' });
    }
  });

  test('doesn’t matter for a buyer who pays afterwards and has no limit', () => {
    expect(checkBalance(buyerOf({}), has(-1_000_000, 5), 30)).toBeNull();
  });
});

describe('places taken but not yet written', () => {
  const buyer: Buyer = { id: BUYER, ...sample.buyer({ creditLimitMicros: 100 }) };
  const place = { routeId: 'rte_2' as RouteId, destinationId: DESTINATION, buyerId: BUYER, pendingMicros: 40 };
  const lineOf = (caps: Parameters<typeof checksOf>[0]) => ({ buyer, caps: checksOf(caps), windows, costMicros: 40 });

  test('count for the destination and the buyer they are of, not for another route', () => {
    const places = [place];
    expect(capsAllow(lineOf({ buyer: { concurrent: 1 } }), usageOf(), NOON)).toBe(true);
    expect(capsAllow(lineOf({ buyer: { concurrent: 1 } }), usageOf(), NOON, places)).toBe(false);
    expect(capsAllow(lineOf({ destination: { daily: 1 } }), usageOf(), NOON, places)).toBe(false);
    expect(capsAllow(lineOf({ buyer: { spendDailyMicros: 79 } }), usageOf(), NOON, places)).toBe(false);
    expect(capsAllow(lineOf({ buyer: { spendDailyMicros: 80 } }), usageOf(), NOON, places)).toBe(true);
    expect(capsAllow(lineOf({ route: { concurrent: 1 } }), usageOf(), NOON, places)).toBe(true);
  });

  test('hold their part of the balance', () => {
    expect(capsAllow(lineOf({}), usageOf(), NOON, [place])).toBe(true);
    expect(capsAllow(lineOf({}), usageOf(), NOON, [place, place])).toBe(false);
  });
});
