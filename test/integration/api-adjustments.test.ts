import { describe, expect, it } from 'vitest';

import { startTestApi, type Json, type TestApi } from '../support/api.ts';
import { admitCall, settleCall } from '../support/settle-call.ts';

const CHARGE = 30_000_000;
const PAYOUT = 15_000_000;

/** An API whose store has one settled call of $30, half of it the publisher's. */
async function withCall(fields: Json = {}): Promise<TestApi> {
  const api = await startTestApi();
  await settleCall(api.store, 'call_1', fields);
  return api;
}

const standing = async (api: TestApi): Promise<readonly (number | undefined)[]> => {
  const { currentVerdicts } = await api.expect(200, 'GET', '/v1/calls/call_1');
  return [currentVerdicts.buyer?.amountMicros, currentVerdicts.publisher?.amountMicros];
};

describe('POST /v1/calls/:id/adjustments', () => {
  it('moves one side by the amount, is read with the call, and answers a second click with 200', async () => {
    const api = await withCall();
    const body = { party: 'buyer', amountMicros: -10_000_000, reason: 'Asked for a plumber' };
    const made = await api.expect(201, 'POST', '/v1/calls/call_1/adjustments', body);
    expect(made).toMatchObject({ ...body, callId: 'call_1', action: 'change', totalMicros: 20_000_000 });
    expect(made.at).toBe('2026-11-21T15:00:00.000Z');
    expect(await api.expect(200, 'POST', '/v1/calls/call_1/adjustments', body)).toEqual(made);

    const call = await api.expect(200, 'GET', '/v1/calls/call_1');
    expect(call.adjustments).toEqual([made]);
    expect(call.buyerVerdict).toMatchObject({ reason: 'billable', amountMicros: CHARGE });
    expect(call.currentVerdicts.buyer).toEqual({ billable: true, reason: 'adjusted', amountMicros: 20_000_000 });
    expect(call.currentVerdicts.publisher).toEqual(call.publisherVerdict);

    const { data } = await api.expect(200, 'GET', '/v1/ledger?callId=call_1&party=buyer:byr_1');
    expect(data.map((each: Json) => each.amountMicros)).toEqual([20_000_000, -CHARGE, CHARGE]);
    expect(data[1].reverses).toBe(data[2].id);
  });

  it.each([
    [{}, ['/party', '/amountMicros', '/reason']],
    [{ party: 'house', amountMicros: 5, reason: 'x' }, ['/party']],
    [{ party: 'buyer', amountMicros: 0, reason: 'x' }, ['/amountMicros']],
    [{ party: 'buyer', amountMicros: 0.5, reason: 'x' }, ['/amountMicros']],
    [{ party: 'buyer', amountMicros: -CHARGE - 1, reason: 'x' }, ['/amountMicros']],
    [{ party: 'buyer', amountMicros: 5, reason: ' ' }, ['/reason']],
    [{ party: 'buyer', amountMicros: 5, reason: 'x', totalMicros: 5 }, ['/totalMicros']],
    [{ party: 'publisher', amountMicros: 5, reason: 'x' }, ['/party']],
  ])('of %j is refused at %j', async (body, paths) => {
    const api = await withCall({ publisherId: null });
    const problem = await api.expect(422, 'POST', '/v1/calls/call_1/adjustments', body);
    expect(problem.errors.map(({ path }: Json) => path)).toEqual(paths);
    expect(await standing(api)).toEqual([CHARGE, undefined]);
  });

  it('of an open call is 409, of none 404, and by a viewer 403', async () => {
    const api = await startTestApi();
    await admitCall(api.store, 'call_1');
    const body = { party: 'buyer', amountMicros: 5, reason: 'x' };
    expect(await api.expect(409, 'POST', '/v1/calls/call_1/adjustments', body)).toMatchObject({ code: 'wrong-state' });
    await api.expect(404, 'POST', '/v1/calls/call_9/adjustments', body);
    const viewer = { authorization: `Bearer ${await api.keyFor('viewer')}` };
    for (const action of ['adjustments', 'refund', 'bill']) {
      await api.expect(403, 'POST', `/v1/calls/call_1/${action}`, body, viewer);
    }
  });
});

describe('POST /v1/calls/:id/refund', () => {
  it('takes both sides back; asked twice at once it does so once', async () => {
    const api = await withCall();
    const refund = () => api.request('POST', '/v1/calls/call_1/refund', { reason: 'Wrong number' });
    const answers = await Promise.all([refund(), refund()]);
    expect(answers.map(({ statusCode }) => statusCode)).toEqual([201, 200]);
    expect(answers[1]?.body).toBe(answers[0]?.body);
    expect(answers[0]?.json().adjustments).toMatchObject([
      { party: 'buyer', action: 'refund', amountMicros: -CHARGE, totalMicros: 0, reason: 'Wrong number' },
      { party: 'publisher', action: 'refund', amountMicros: -PAYOUT, totalMicros: 0 },
    ]);
    expect(await standing(api)).toEqual([0, 0]);
    const { data } = await api.expect(200, 'GET', '/v1/ledger?callId=call_1');
    expect(data.reduce((sum: number, { amountMicros }: Json) => sum + amountMicros, 0)).toBe(0);
    expect(data).toHaveLength(8);
  });

  it('of nothing is 409, of an open call 409, of none 404, and without a reason 422', async () => {
    const api = await withCall({ connectedAt: null });
    await admitCall(api.store, 'call_2');
    const body = { reason: 'x' };
    for (const id of ['call_1', 'call_2']) {
      expect(await api.expect(409, 'POST', `/v1/calls/${id}/refund`, body)).toMatchObject({ code: 'wrong-state' });
    }
    await api.expect(404, 'POST', '/v1/calls/call_9/refund', body);
    expect((await api.expect(422, 'POST', '/v1/calls/call_1/refund', {})).errors[0].path).toBe('/reason');
  });
});

describe('POST /v1/calls/:id/bill', () => {
  it('charges a call that a crash left estimated by its terms', async () => {
    const api = await withCall({ estimated: true, outcome: 'interrupted' });
    expect(await standing(api)).toEqual([0, 0]);
    const body = { reason: 'The carrier has 95 s', talkMs: 95_000 };
    const made = await api.expect(201, 'POST', '/v1/calls/call_1/bill', body);
    expect(made.adjustments).toMatchObject([
      { party: 'buyer', action: 'bill', amountMicros: CHARGE, totalMicros: CHARGE },
      { party: 'publisher', action: 'bill', amountMicros: PAYOUT, totalMicros: PAYOUT },
    ]);
    expect(await api.expect(200, 'POST', '/v1/calls/call_1/bill', body)).toEqual(made);
    expect(await standing(api)).toEqual([CHARGE, PAYOUT]);
  });

  it('is 409 for a call too short by its terms, one that was judged, and an open one; 404 for none; 422 for no length', async () => {
    const api = await withCall({ estimated: true });
    await settleCall(api.store, 'call_2');
    await admitCall(api.store, 'call_3');
    const bill = (status: number, id: string, changes: Json = {}) =>
      api.expect(status, 'POST', `/v1/calls/${id}/bill`, { reason: 'x', ...changes });
    expect((await bill(409, 'call_1', { talkMs: 59_999 })).detail).toContain('below-min-talk');
    expect(await bill(409, 'call_2')).toMatchObject({ code: 'wrong-state' });
    await bill(409, 'call_3');
    await bill(404, 'call_9');
    expect((await bill(422, 'call_1', { talkMs: -1 })).errors[0].path).toBe('/talkMs');
  });
});

describe('/v1/ledger/close', () => {
  it('closes up to an instant, tells how far, and takes no posting before it', async () => {
    const api = await withCall();
    expect(await api.expect(200, 'GET', '/v1/ledger/close')).toEqual({ before: null, at: null, keyId: null });
    const made = await api.expect(201, 'POST', '/v1/ledger/close', { before: '2026-11-21T09:55:00-05:00' });
    expect(made).toMatchObject({ before: '2026-11-21T14:55:00.000Z', at: '2026-11-21T15:00:00.000Z' });
    expect(await api.expect(200, 'POST', '/v1/ledger/close', { before: '2026-11-21T14:55:00Z' })).toEqual(made);
    expect(await api.expect(200, 'GET', '/v1/ledger/close')).toEqual(made);

    await settleCall(api.store, 'call_2');
    const { data } = await api.expect(200, 'GET', '/v1/ledger?callId=call_2');
    for (const { at } of data) expect(at).toBe('2026-11-21T14:55:00.000Z');
  });

  it.each([
    [{}, '/before'],
    [{ before: 'yesterday' }, '/before'],
    [{ before: '2026-11-21T15:00:00.001Z' }, '/before'],
    [{ before: '2026-11-21T13:00:00Z' }, '/before'],
    [{ before: '2026-11-21T14:00:00Z', force: true }, '/force'],
  ])('of %j is refused at %s', async (body, path) => {
    const api = await withCall();
    await api.expect(201, 'POST', '/v1/ledger/close', { before: '2026-11-21T14:00:00Z' });
    expect((await api.expect(422, 'POST', '/v1/ledger/close', body)).errors[0].path).toBe(path);
  });
});
