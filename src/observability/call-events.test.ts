import { pino } from 'pino';
import { describe, expect, it } from 'vitest';
import { endedCdr } from '../../test/support/sample-call.ts';
import type { Cdr } from '../domain/call/cdr.ts';
import { createCallEvents } from './call-events.ts';
import { createMetrics } from './metrics.ts';

/** The metrics after one call of this kind was settled. */
async function metricsAfter(facts: Partial<Cdr>): Promise<string> {
  const live = {
    calls: () => 0,
    sipLinkUp: () => true,
    readiness: () => Promise.resolve({ ready: true, checks: { sip: 'ok', media: 'unused' } }),
    unsettled: () => ({ count: 2, oldestMs: 1_500 }),
    waitingWrites: () => 3,
    gateways: () => [],
  };
  const metrics = createMetrics(live, { version: '1.2.3', engine: 'embedded' });
  createCallEvents(pino({ level: 'silent' }), metrics).callSettled(endedCdr('call_1', facts));
  return metrics.registry.metrics();
}

const ATTEMPT: Cdr['attempts'][number] = {
  seq: 1,
  routeId: 'rte_1',
  destinationId: 'dst_1',
  gateway: null,
  startedAt: '2026-11-21T15:00:00.000Z',
  ringingAt: null,
  answeredAt: null,
  endedAt: null,
  pddMs: null,
  sipStatus: 486,
  hangupCause: null,
  reason: 'busy',
} as Cdr['attempts'][number];

describe('the metrics of a settled call', () => {
  it('hold how fast we were, not how long the caller was in a menu', async () => {
    const text = await metricsAfter({ setupMs: 12_030, ivrMs: 12_000 });
    expect(text).toContain('tollgate_setup_seconds_sum 0.03');
    expect(text).toContain('tollgate_setup_seconds_count 1');
  });

  it('count each attempt by what became of it', async () => {
    const answered = { ...ATTEMPT, answeredAt: ATTEMPT.startedAt, reason: null };
    const text = await metricsAfter({ attempts: [ATTEMPT, ATTEMPT, { ...ATTEMPT, reason: null }, answered] });
    expect(text).toContain('tollgate_attempts_total{result="busy"} 2');
    expect(text).toContain('tollgate_attempts_total{result="failed"} 1');
    expect(text).toContain('tollgate_attempts_total{result="answered"} 1');
  });

  it('stand beside what waits and what works, parts that are not there left out', async () => {
    const text = await metricsAfter({});
    expect(text).toContain('tollgate_settlements_waiting 2');
    expect(text).toContain('tollgate_settlement_oldest_seconds 1.5');
    expect(text).toContain('tollgate_store_writes_waiting 3');
    expect(text).toContain('tollgate_check_ok{check="sip"} 1');
    expect(text).not.toContain('check="media"');
    expect(text).toContain('tollgate_build_info{version="1.2.3"');
  });
});
