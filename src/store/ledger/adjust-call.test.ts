import { describe, expect, test } from 'vitest';

import { admitCall, HALF_TERMS, settleCall } from '../../../test/support/settle-call.ts';
import { SAMPLE_INSTANT } from '../../../test/support/sample-call.ts';
import { temporaryStore } from '../../../test/support/temporary-store.ts';
import type { CallId } from '../../domain/ids.ts';
import type { EpochMs } from '../../domain/time.ts';
import type { Store } from '../open-store.ts';

const CALL = 'call_1' as CallId;
const CHARGE = 30_000_000;
const PAYOUT = 15_000_000;
const WHY = { reason: 'wrong number', keyId: 'key_1' };

const balances = (store: Store): readonly number[] =>
  (['buyer:byr_1', 'publisher:pub_1', 'house'] as const).map((party) => store.ledger.balanceOf(party as 'house'));

/** A store with a clock that is told what it shows. */
function storeAtWill(): { store: Store; clock: { ms: number } } {
  const clock = { ms: SAMPLE_INSTANT + 600_000 };
  return { store: temporaryStore(() => clock.ms as EpochMs), clock };
}

describe('a change of what a call is worth', () => {
  test('reverses what stood and posts the new amount, on its own side alone', async () => {
    const store = temporaryStore();
    await settleCall(store, CALL);

    const { made, adjustments } = await store.ledger.changeCall(CALL, {
      ...WHY,
      party: 'buyer',
      amountMicros: -10_000_000,
    });

    expect(made).toBe(true);
    expect(adjustments).toEqual([
      expect.objectContaining({
        party: 'buyer',
        action: 'change',
        amountMicros: -10_000_000,
        totalMicros: 20_000_000,
        ...WHY,
      }),
    ]);
    expect(balances(store)).toEqual([20_000_000, -PAYOUT, PAYOUT - 20_000_000]);
    const { data } = await store.ledger.list({ limit: 10, filters: { party: 'buyer:byr_1' as never } });
    const charge = data.at(-1);
    expect(data.map(({ kind, amountMicros, reverses }) => [kind, amountMicros, reverses])).toEqual([
      ['adjustment', 20_000_000, undefined],
      ['adjustment', -CHARGE, charge?.id],
      ['charge', CHARGE, undefined],
    ]);
    expect(store.ledger.check()).toMatchObject({ problems: [] });
  });

  test('leaves the record and its chain as they were, and is shown beside them', async () => {
    const store = temporaryStore();
    const settled = await settleCall(store, CALL);
    const before = await store.queries.get(CALL);

    await store.ledger.changeCall(CALL, { ...WHY, party: 'publisher', amountMicros: 5 });
    const { adjustments } = await store.ledger.changeCall(CALL, { ...WHY, party: 'publisher', amountMicros: 7 });

    const after = await store.queries.get(CALL);
    expect(after).toMatchObject({ ...settled, hash: before?.hash, prevHash: before?.prevHash });
    expect(after?.adjustments.map(({ totalMicros }) => totalMicros)).toEqual([PAYOUT + 5, PAYOUT + 12]);
    expect(after?.adjustments[1]).toEqual(adjustments[0]);
    expect(after?.currentVerdicts).toEqual({
      buyer: settled.buyerVerdict,
      publisher: { billable: true, reason: 'adjusted', amountMicros: PAYOUT + 12 },
    });
    expect(await store.queries.verifyChain()).toMatchObject({ intact: true });
  });

  test('asked for twice within a minute is made once; later, or by another key, or for another reason, it is another', async () => {
    const { store, clock } = storeAtWill();
    await settleCall(store, CALL);
    const change = { ...WHY, party: 'buyer' as const, amountMicros: -1_000_000 };

    const [first, second] = await Promise.all([
      store.ledger.changeCall(CALL, change),
      store.ledger.changeCall(CALL, change),
    ]);

    expect([first.made, second.made]).toEqual([true, false]);
    expect(second.adjustments).toEqual(first.adjustments);
    expect((await store.ledger.changeCall(CALL, { ...change, keyId: 'key_2' })).made).toBe(true);
    expect((await store.ledger.changeCall(CALL, { ...change, reason: 'also' })).made).toBe(true);
    expect((await store.ledger.changeCall(CALL, change)).made).toBe(true);
    clock.ms += 60_000;
    expect((await store.ledger.changeCall(CALL, change)).made).toBe(true);
    expect(balances(store)[0]).toBe(CHARGE - 5_000_000);
  });

  test.each([
    ['nothing', { party: 'buyer', amountMicros: 0 }, '/amountMicros'],
    ['half a micro', { party: 'buyer', amountMicros: 0.5 }, '/amountMicros'],
    ['more than stands', { party: 'buyer', amountMicros: -CHARGE - 1 }, '/amountMicros'],
    ['more than any call is worth', { party: 'publisher', amountMicros: 1_000_000_000_000_000 }, '/amountMicros'],
  ] as const)('by %s is refused, and nothing is kept', async (_what, change, path) => {
    const store = temporaryStore();
    await settleCall(store, CALL);
    const refused = store.ledger.changeCall(CALL, { ...WHY, ...change });
    await expect(refused).rejects.toMatchObject({ code: 'invalid', problems: [{ path }] });
    expect(balances(store)).toEqual([CHARGE, -PAYOUT, PAYOUT - CHARGE]);
    expect((await store.queries.get(CALL))?.adjustments).toEqual([]);
  });

  test('of a side that nobody is on, of an open call, or of none is refused', async () => {
    const store = temporaryStore();
    await settleCall(store, CALL, { publisherId: null });
    await admitCall(store, 'call_2');
    const change = (id: string) =>
      store.ledger.changeCall(id as CallId, { ...WHY, party: 'publisher', amountMicros: 1 });
    await expect(change(CALL)).rejects.toMatchObject({ code: 'invalid', problems: [{ path: '/party' }] });
    await expect(change('call_2')).rejects.toMatchObject({ code: 'wrong-state' });
    await expect(change('call_3')).rejects.toMatchObject({ code: 'not-found' });
  });
});

describe('a refund', () => {
  test('takes both sides back together, and once, however many ask at the same time', async () => {
    const store = temporaryStore();
    await settleCall(store, CALL);

    const [first, second] = await Promise.all([
      store.ledger.refundCall(CALL, WHY),
      store.ledger.refundCall(CALL, { reason: 'me too', keyId: 'key_2' }),
    ]);

    expect([first.made, second.made]).toEqual([true, false]);
    expect(second.adjustments).toEqual(first.adjustments);
    expect(first.adjustments.map(({ party, amountMicros, totalMicros }) => [party, amountMicros, totalMicros])).toEqual(
      [
        ['buyer', -CHARGE, 0],
        ['publisher', -PAYOUT, 0],
      ],
    );
    expect(balances(store)).toEqual([0, 0, 0]);
    expect((await store.queries.get(CALL))?.currentVerdicts).toEqual({
      buyer: { billable: false, reason: 'adjusted', amountMicros: 0 },
      publisher: { billable: false, reason: 'adjusted', amountMicros: 0 },
    });
    expect(store.ledger.check()).toEqual({ postings: 8, problems: [] });
  });

  test('takes back what earlier changes left, and what was charged after an earlier refund', async () => {
    const store = temporaryStore();
    await settleCall(store, CALL);
    await store.ledger.changeCall(CALL, { ...WHY, party: 'buyer', amountMicros: -10_000_000 });
    await store.ledger.changeCall(CALL, { ...WHY, party: 'publisher', amountMicros: -PAYOUT });

    const first = await store.ledger.refundCall(CALL, WHY);
    expect(first.adjustments.map(({ party, amountMicros }) => [party, amountMicros])).toEqual([['buyer', -20_000_000]]);
    await store.ledger.changeCall(CALL, { ...WHY, party: 'buyer', amountMicros: 3 });
    const second = await store.ledger.refundCall(CALL, WHY);

    expect(second).toMatchObject({ made: true, adjustments: [{ amountMicros: -3 }] });
    expect(balances(store)).toEqual([0, 0, 0]);
    expect(store.ledger.check().problems).toEqual([]);
  });

  test('of a call that nobody owes anything for, of an open one, or of none is refused', async () => {
    const store = temporaryStore();
    await settleCall(store, CALL, { connectedAt: null });
    await admitCall(store, 'call_2');
    const refund = (id: string) => store.ledger.refundCall(id as CallId, WHY);
    await expect(refund(CALL)).rejects.toMatchObject({ code: 'wrong-state' });
    await expect(refund('call_2')).rejects.toMatchObject({ code: 'wrong-state' });
    await expect(refund('call_3')).rejects.toMatchObject({ code: 'not-found' });
  });
});

describe('billing a call that waits for a person', () => {
  const estimated = { estimated: true, outcome: 'interrupted' as const, talkMs: 59_000 };

  test('charges and pays what its terms say for the talk time given, once', async () => {
    const store = temporaryStore();
    await settleCall(store, CALL, estimated);
    expect(balances(store)).toEqual([0, 0, 0]);

    const bill = () => store.ledger.billCall(CALL, { ...WHY, talkMs: 60_000 });
    const [first, second] = await Promise.all([bill(), bill()]);

    expect([first.made, second.made]).toEqual([true, false]);
    expect(second.adjustments).toEqual(first.adjustments);
    expect(balances(store)).toEqual([CHARGE, -PAYOUT, PAYOUT - CHARGE]);
    expect((await store.queries.get(CALL))?.currentVerdicts).toMatchObject({
      buyer: { billable: true, reason: 'adjusted', amountMicros: CHARGE },
      publisher: { billable: true, reason: 'adjusted', amountMicros: PAYOUT },
    });
    expect(store.ledger.check()).toEqual({ postings: 4, problems: [] });
  });

  test('is refused where by its terms nobody owes anything, and the reason is told', async () => {
    const store = temporaryStore();
    await settleCall(store, CALL, estimated);
    const bill = store.ledger.billCall(CALL, WHY);
    await expect(bill).rejects.toMatchObject({
      code: 'wrong-state',
      message: expect.stringContaining('below-min-talk') as string,
    });
  });

  test('is refused for a call whose end was seen, and for one that was adjusted since', async () => {
    const store = temporaryStore();
    await settleCall(store, CALL);
    await settleCall(store, 'call_2', estimated);
    await store.ledger.changeCall('call_2' as CallId, { ...WHY, party: 'buyer', amountMicros: 5 });
    for (const id of [CALL, 'call_2' as CallId]) {
      await expect(store.ledger.billCall(id, { ...WHY, talkMs: 90_000 })).rejects.toMatchObject({
        code: 'wrong-state',
      });
    }
  });

  test('holds the duplicate rule: a caller sold meanwhile is not sold twice', async () => {
    const store = temporaryStore();
    const strict = { ...HALF_TERMS, duplicates: { ...HALF_TERMS.duplicates, windowDays: 30, scope: 'all' as const } };
    await settleCall(store, CALL, { ...estimated, talkMs: 90_000, terms: strict });
    await settleCall(store, 'call_2', { terms: strict });
    await expect(store.ledger.billCall(CALL, WHY)).rejects.toMatchObject({
      code: 'wrong-state',
      message: expect.stringContaining('duplicate-caller') as string,
    });
  });
});
