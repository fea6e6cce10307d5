import { describe, expect, it } from 'vitest';

import { servedFolder, tamper } from '../../../test/support/cli-store.ts';
import { settleCall } from '../../../test/support/settle-call.ts';
import type { Cdr } from '../../domain/call/cdr.ts';
import type { CallId, DestinationId } from '../../domain/ids.ts';

const ATTEMPT: Cdr['attempts'][number] = {
  seq: 1,
  routeId: 'rte_1' as NonNullable<Cdr['routeId']>,
  destinationId: 'dst_1' as DestinationId,
  gateway: null,
  startedAt: '2026-11-21T14:00:01.000Z' as Cdr['receivedAt'],
  ringingAt: null,
  answeredAt: '2026-11-21T14:00:05.000Z' as Cdr['receivedAt'],
  endedAt: null,
  pddMs: 840,
  sipStatus: 200,
  hangupCause: null,
  reason: null,
};

/** Two settled calls, one of them refunded, in a store of a file. */
async function withCalls() {
  const { store, dataDir } = servedFolder();
  await settleCall(store, 'call_1', { attempts: [ATTEMPT] });
  await settleCall(store, 'call_2', { attempts: [{ ...ATTEMPT, destinationId: 'dst_2' as DestinationId }] });
  await store.ledger.refundCall('call_2' as CallId, { reason: 'r', keyId: 'key_1' });
  return { store, dataDir };
}

describe('What reports count', () => {
  it('is what calls, attempts and adjustments say', async () => {
    const { store } = await withCalls();
    expect(store.reports.check()).toEqual({ calls: 2, problems: [] });
  });

  it.each([
    ['talk_ms = talk_ms + 1', 'talk_ms 120001 instead of 120000'],
    ['charge_micros = 5', 'charge_micros 5 instead of 30000000'],
    ['payout_micros = 5', 'payout_micros 5 instead of 15000000'],
    ['buyer_billable = 0', 'buyer_billable 0 instead of 1'],
    ['publisher_billable = 0', 'publisher_billable 0 instead of 1'],
    ['connected = 0', 'connected 0 instead of 1'],
    [`attempts = '3366'`, 'attempts 3366 instead of 3367'],
    ['buyer_billable = 0, charge_micros = 0', 'buyer_billable 0 instead of 1, charge_micros 0 instead of 30000000'],
  ])('that is changed to %s is told, with what it should be', async (change, told) => {
    const { store, dataDir } = await withCalls();
    tamper(dataDir, `UPDATE report_calls SET ${change} WHERE call_seq = 1`);
    expect(store.reports.check()).toEqual({ calls: 2, problems: [`call_1: reports count it with ${told}`] });
  });

  it('of a refund is told where it was forgotten', async () => {
    const { store, dataDir } = await withCalls();
    tamper(dataDir, 'UPDATE report_calls SET charge_micros = 30000000 WHERE call_seq = 2');
    expect(store.reports.check().problems).toEqual([
      'call_2: reports count it with charge_micros 30000000 instead of 0',
    ]);
  });

  it('is missed where it is gone, or under another time', async () => {
    const { store, dataDir } = await withCalls();
    tamper(dataDir, 'UPDATE report_calls SET received_at = received_at + 1 WHERE call_seq = 1');
    expect(store.reports.check().problems).toEqual([
      'call_1: reports do not count it',
      'row 1: reports count a call that was never settled, or at another time',
    ]);
    tamper(dataDir, 'DELETE FROM report_calls');
    expect(store.reports.check()).toEqual({
      calls: 0,
      problems: ['call_1: reports do not count it', 'call_2: reports do not count it'],
    });
  });

  it('for somebody else is told', async () => {
    const { store, dataDir } = await withCalls();
    tamper(dataDir, "UPDATE report_groups SET buyer_id = 'byr_2'");
    expect(store.reports.check().problems).toEqual([
      'call_1: reports count it with group_id 1 instead of null',
      'call_2: reports count it with group_id 1 instead of null',
    ]);
  });
});
