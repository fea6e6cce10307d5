import { describe, expect, test } from 'vitest';

import { settleCall } from '../../../test/support/settle-call.ts';
import { SAMPLE_INSTANT } from '../../../test/support/sample-call.ts';
import { sample } from '../../../test/support/sample-plan.ts';
import { temporaryStore } from '../../../test/support/temporary-store.ts';
import type { BuyerId, CallId, PublisherId } from '../../domain/ids.ts';
import { toIso, type EpochMs } from '../../domain/time.ts';

const BUYER = 'buyer:byr_1' as `buyer:${BuyerId}`;
const PUBLISHER = 'publisher:pub_1' as `publisher:${PublisherId}`;
const ENDED = (SAMPLE_INSTANT + 125_000) as EpochMs;
const NOW = (SAMPLE_INSTANT + 600_000) as EpochMs;

describe('a statement', () => {
  test('opens with what was owed before and closes with what is owed after, its end not counted in', async () => {
    const store = temporaryStore();
    await settleCall(store, 'call_1');
    const read = (from: number | null, to: number | null) =>
      store.ledger.statement({ party: BUYER, from: from as EpochMs | null, to: to as EpochMs | null });
    const before = await read(null, ENDED);
    const during = await read(ENDED, ENDED + 1);
    const after = await read(ENDED + 1, null);
    expect([before.openingMicros, before.lines.length, before.closingMicros]).toEqual([0, 0, 0]);
    expect([during.openingMicros, during.lines.length, during.closingMicros]).toEqual([0, 1, 30_000_000]);
    expect([after.openingMicros, after.lines.length, after.closingMicros]).toEqual([30_000_000, 0, 30_000_000]);
  });

  test('has the call, who called, how long they talked and why it was adjusted', async () => {
    const store = temporaryStore(() => NOW);
    await settleCall(store, 'call_1');
    await store.ledger.changeCall('call_1' as CallId, {
      party: 'publisher',
      amountMicros: -5_000_000,
      reason: 'late',
      keyId: 'key_1',
    });
    const { lines, totals, closingMicros } = await store.ledger.statement({ party: PUBLISHER, from: null, to: null });
    const call = {
      callId: 'call_1',
      ani: '+12125550123',
      did: '+14155550100',
      talkMs: 120_000,
      connectedAt: toIso((SAMPLE_INSTANT + 5_000) as EpochMs),
    };
    expect(lines).toEqual([
      expect.objectContaining({ ...call, kind: 'payout', amountMicros: 15_000_000, reason: null, reverses: null }),
      expect.objectContaining({ ...call, amountMicros: -15_000_000, reason: 'late', reverses: lines[0]?.postingId }),
      expect.objectContaining({
        ...call,
        kind: 'adjustment',
        amountMicros: 10_000_000,
        reason: 'late',
        reverses: null,
      }),
    ]);
    expect(totals).toEqual({
      calls: 1,
      talkMs: 120_000,
      callsMicros: 15_000_000,
      adjustmentsMicros: -5_000_000,
      paymentsMicros: 0,
    });
    expect(closingMicros).toBe(10_000_000);
  });

  test('is whole where it is read in many strides, and adds up from any date', async () => {
    const store = temporaryStore(() => NOW);
    const { id: buyerId } = await store.resources.create('buyers', sample.buyer());
    const payments = Array.from({ length: 5_600 }, () =>
      store.ledger.recordPayment({ buyerId, amountMicros: 1, note: 'one' }),
    );
    await Promise.all(payments);
    const all = await store.ledger.statement({ party: `buyer:${buyerId}`, from: null, to: null });
    expect(all.lines).toHaveLength(5_600);
    expect(new Set(all.lines.map(({ postingId }) => postingId)).size).toBe(5_600);
    expect(all.lines[0]).toMatchObject({ kind: 'payment', callId: null, reason: 'one', amountMicros: -1 });
    expect(all.closingMicros).toBe(-5_600);
    const later = await store.ledger.statement({ party: `buyer:${buyerId}`, from: (NOW + 1) as EpochMs, to: null });
    expect(later.openingMicros).toBe(-5_600);
  });
});
