import * as fc from 'fast-check';
import { expect, test } from 'vitest';

import { draftCdr, endedCdr, openCallOf, SAMPLE_PLAN } from '../../../test/support/sample-call.ts';
import { temporaryStore } from '../../../test/support/temporary-store.ts';
import { judgeCall } from '../../domain/billing/judge-call.ts';
import type { BuyerId, CallId } from '../../domain/ids.ts';
import { COUNTED_WINDOWS } from '../../domain/plan/caps.ts';
import { CapWindows } from '../../domain/routing/cap-windows.ts';
import { timeZone } from '../../domain/routing/time-zone.ts';
import { toIso, type EpochMs } from '../../domain/time.ts';
import type { Store } from '../open-store.ts';

const BUYER = { kind: 'buyer', id: 'byr_1' as BuyerId } as const;
const PRICE = 30_000_000;
/** Around a change of clocks in New York, on Lord Howe and on the Chathams no other. */
const FROM = Date.UTC(2026, 9, 28);
const DAYS = 12;
/** Whole hours, halves, quarters, and half an hour of daylight saving. */
const ZONES = [
  'UTC',
  'America/New_York',
  'Asia/Kolkata',
  'Asia/Kathmandu',
  'Pacific/Chatham',
  'Australia/Lord_Howe',
  'Pacific/Kiritimati',
];

async function billAll(store: Store, instants: readonly number[]): Promise<void> {
  for (const [n, at] of instants.entries()) {
    const receivedAt = toIso(at as EpochMs);
    const id = `call_${n}`;
    const draft = draftCdr(id, { receivedAt });
    await store.calls.admitCall(openCallOf(draft), () => ({ plan: SAMPLE_PLAN, reserve: [], draft }));
    const connectedAt = toIso((at + 3_000) as EpochMs);
    const ended = endedCdr(id, { receivedAt, connectedAt, answeredAt: connectedAt, buyerId: BUYER.id });
    const facts = { callerConfirmed: true, buyerOverCap: false, publisherOverCap: false };
    await store.calls.settleCall(id as CallId, (view) => judgeCall(ended, view, facts));
  }
}

const instant = fc.integer({ min: 0, max: DAYS * 24 * 60 - 1 }).map((minute) => FROM + minute * 60_000);

test('the windows of any zone count the calls received in them, whoever asks', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(instant, { minLength: 1, maxLength: 25 }),
      fc.array(fc.tuple(fc.constantFrom(...ZONES), instant), { minLength: 1, maxLength: 20 }),
      async (received, questions) => {
        const store = temporaryStore();
        await billAll(store, received);
        const view = store.readView();
        for (const [zone, at] of questions) {
          const windows = new CapWindows(timeZone(zone));
          for (const length of COUNTED_WINDOWS) {
            const window = windows.at(length, at as EpochMs);
            const inside = received.filter((each) => each >= window.start && each < (window.resetsAt ?? Infinity));
            expect([zone, length, view.counted(BUYER, length, window), view.spent(BUYER, window)]).toEqual([
              zone,
              length,
              { settled: inside.length, pending: 0 },
              { settledMicros: inside.length * PRICE, pendingMicros: 0 },
            ]);
          }
        }
        expect(store.caps.check()).toEqual({ counters: expect.any(Number) as number, problems: [] });
        store.close();
      },
    ),
    { numRuns: 25 },
  );
});
