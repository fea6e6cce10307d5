import { describe, expect, test } from 'vitest';

import { endedCdr, SAMPLE_INSTANT, SAMPLE_TERMS } from '../../../test/support/sample-call.ts';
import { notBillable } from '../../domain/billing/call-merits.ts';
import { micros } from '../../domain/billing/money.ts';
import type { Cdr, CdrAttempt } from '../../domain/call/cdr.ts';
import type { DestinationId, RouteId } from '../../domain/ids.ts';
import { toIso, type EpochMs } from '../../domain/time.ts';
import { openDatabase } from '../database.ts';
import { createRouteRecords } from './route-records.ts';

const DAY = 86_400_000;
const [ONE, TWO] = ['rte_1', 'rte_2'] as RouteId[] as [RouteId, RouteId];

function attemptOn(routeId: RouteId): CdrAttempt {
  return {
    seq: 1,
    routeId,
    destinationId: 'dst_1' as DestinationId,
    gateway: '127.0.0.1:5070',
    startedAt: toIso(SAMPLE_INSTANT),
    ringingAt: null,
    answeredAt: null,
    endedAt: null,
    pddMs: null,
    sipStatus: null,
    hangupCause: null,
    reason: null,
  };
}

/** A call sent along these routes in turn, of which the last connected; billed unless said otherwise. */
function sentAlong(routes: readonly RouteId[], fields: Partial<Cdr> & { readonly daysAgo?: number } = {}): Cdr {
  const { daysAgo = 0, ...rest } = fields;
  return endedCdr('call_1', {
    receivedAt: toIso((SAMPLE_INSTANT - daysAgo * DAY) as EpochMs),
    attempts: routes.map(attemptOn),
    routeId: routes.at(-1) ?? null,
    buyerVerdict: { billable: true, reason: 'billable', amountMicros: micros(30_000_000) },
    ...rest,
  });
}

function recordsOf(...calls: readonly Cdr[]) {
  const { sqlite } = openDatabase(':memory:', 'serve');
  const records = createRouteRecords(sqlite);
  for (const cdr of calls) records.count(cdr);
  return records;
}

describe('the record of a route', () => {
  test('counts calls sent along it and those billed for it, each call once however many gateways it tried', () => {
    const records = recordsOf(
      sentAlong([ONE, ONE, TWO]),
      sentAlong([ONE]),
      sentAlong([ONE], { buyerVerdict: notBillable('below-min-talk') }),
    );
    expect(records.routeRecord(ONE, SAMPLE_INSTANT)).toEqual({ calls: 3, billable: 1 });
    expect(records.routeRecord(TWO, SAMPLE_INSTANT)).toEqual({ calls: 1, billable: 1 });
    expect(records.routeRecord('rte_new' as RouteId, SAMPLE_INSTANT)).toEqual({ calls: 0, billable: 0 });
  });

  test('reaches thirty days back, today among them', () => {
    const records = recordsOf(sentAlong([ONE], { daysAgo: 30 }), sentAlong([ONE], { daysAgo: 29 }));
    expect(records.routeRecord(ONE, SAMPLE_INSTANT).calls).toBe(1);
  });

  test('leaves out campaigns in test and calls whose end a crash made up', () => {
    const records = recordsOf(
      sentAlong([ONE], { terms: { ...SAMPLE_TERMS, test: true } }),
      sentAlong([ONE], { estimated: true }),
    );
    expect(records.routeRecord(ONE, SAMPLE_INSTANT).calls).toBe(0);
  });

  test('is looked up once a minute, and anew for another time', () => {
    const records = recordsOf(sentAlong([ONE]));
    const callsAt = (ms: number) => records.routeRecord(ONE, (SAMPLE_INSTANT + ms) as EpochMs).calls;
    expect(callsAt(0)).toBe(1);
    records.count(sentAlong([ONE]));
    expect([callsAt(59_999), callsAt(60_000), callsAt(60_001)]).toEqual([1, 2, 2]);
    expect(callsAt(-DAY)).toBe(0);
  });
});
