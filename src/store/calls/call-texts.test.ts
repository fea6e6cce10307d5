import { expect, test } from 'vitest';

import { admitCall, settleCall } from '../../../test/support/settle-call.ts';
import { temporaryStore } from '../../../test/support/temporary-store.ts';
import type { Cdr } from '../../domain/call/cdr.ts';
import type { CallId } from '../../domain/ids.ts';
import type { IsoInstant } from '../../domain/time.ts';

const REASON = { reason: 'it was "a wrong number"', keyId: 'key_1' };

test('Records as text say what records say: settled, open, not billed, adjusted, reviewed, reported', async () => {
  const store = temporaryStore();
  const names = { callerName: '"buyerVerdict":{"x":1}, Zoë 🏠\n' } as Partial<Cdr>;
  await settleCall(store, 'call_settled', names);
  await admitCall(store, 'call_open');
  await settleCall(store, 'call_unbilled', { outcome: 'no-answer', connectedAt: null, talkMs: 0 });
  for (const id of ['call_adjusted', 'call_refunded', 'call_all'] as CallId[]) {
    await settleCall(store, id, { ani: `+1212555${id.length}000` as Cdr['ani'] });
    if (id === 'call_refunded') await store.ledger.refundCall(id, REASON);
    else await store.ledger.changeCall(id, { ...REASON, party: 'buyer', amountMicros: -5_000_000 });
  }
  const callId = 'call_all' as CallId;
  await store.dispositions.set(callId, { value: 'booked', note: 'came back', keyId: 'key_1' });
  const report = { externalId: 'sale-1', kind: 'sale', valueMicros: 7, reporter: 'buyer:byr_1' };
  const occurredAt = '2026-11-21T15:00:00.000Z' as IsoInstant;
  await store.conversions.report({ ...report, callId, occurredAt } as Parameters<typeof store.conversions.report>[0]);

  const query = { limit: 4, filters: {} };
  const [records, texts] = [await store.queries.list(query), await store.queries.listTexts(query)];
  expect(texts.data.map((text) => JSON.parse(text) as unknown)).toEqual(records.data);
  expect(texts.nextCursor).toBe(records.nextCursor);

  const rest = { ...query, cursor: texts.nextCursor ?? '' };
  const restOfTexts = await store.queries.listTexts(rest);
  expect(restOfTexts.data.map((text) => JSON.parse(text) as unknown)).toEqual((await store.queries.list(rest)).data);
  expect(restOfTexts).toMatchObject({ data: { length: 2 }, nextCursor: null });
});
