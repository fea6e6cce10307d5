import { expect, test } from 'vitest';

import type { CallId } from '../../src/domain/ids.ts';
import type { Ani } from '../../src/domain/numbers/e164.ts';
import { startTestApi } from '../support/api.ts';
import { sample } from '../support/sample-plan.ts';
import { admitCall, settleCall } from '../support/settle-call.ts';

const CALLER = '+14158670199' as Ani;

async function setUp() {
  const api = await startTestApi();
  const { store } = api;
  for (const id of ['call_1', 'call_2']) await settleCall(store, id, { ani: CALLER, callerName: 'Ada' });
  await settleCall(store, 'call_3');
  return { store, api };
}

test('a caller is erased by number, and what came of it is answered and can be read', async () => {
  const { store, api } = await setUp();
  const made = await api.expect(201, 'POST', '/v1/erasures', { ani: '(415) 867-0199', note: 'Ticket 7' });
  expect(made).toMatchObject({ about: 'caller', callsErased: 2, openCalls: 0, blocklisted: false, note: 'Ticket 7' });
  expect(await api.expect(200, 'GET', `/v1/erasures/${made.id}`)).toEqual(made);
  expect((await api.expect(200, 'GET', '/v1/erasures')).data).toEqual([made]);
  const call = await api.expect(200, 'GET', '/v1/calls/call_1');
  expect(call).toMatchObject({ ani: 'erased', callerName: null, talkMs: 120_000, buyerVerdict: { billable: true } });
  expect(call.erasedAt).toMatch(/^2026-.*Z$/);
  expect((await api.expect(200, 'GET', '/v1/calls?ani=erased')).data).toHaveLength(2);
  expect((await api.expect(200, 'GET', '/v1/calls?ani=4158670199')).data).toEqual([]);
  expect((await api.expect(200, 'GET', '/v1/calls/call_3')).erasedAt).toBeNull();
  expect(await store.queries.verifyChain()).toMatchObject({ intact: true, erased: 2 });
});

test('the audit log says who erased and what came of it, and not whom', async () => {
  const { api } = await setUp();
  const made = await api.expect(201, 'POST', '/v1/erasures', { ani: CALLER });
  const log = await api.expect(200, 'GET', '/v1/audit-log');
  expect(log.data).toMatchObject([{ action: 'create', resource: 'erasures', resourceId: made.id, before: null }]);
  expect(JSON.stringify(log)).not.toContain('8670199');
});

test('what would be erased is counted, and nothing is changed or noted', async () => {
  const { store, api } = await setUp();
  await admitCall(store, 'call_4', { ani: CALLER });
  const count = await api.expect(200, 'POST', '/v1/erasures', { ani: CALLER, dryRun: true });
  expect(count).toEqual({ calls: 2, recordings: 0, openCalls: 1, blocklisted: false });
  expect((await api.expect(200, 'GET', '/v1/calls/call_1')).ani).toBe(CALLER);
  expect((await api.expect(200, 'GET', '/v1/audit-log')).data).toEqual([]);
  expect((await api.expect(200, 'GET', '/v1/erasures')).data).toEqual([]);
});

test('a call is erased by its id, whoever made it', async () => {
  const { store, api } = await setUp();
  await settleCall(store, 'call_5', { ani: 'anonymous' });
  expect(await api.expect(201, 'POST', '/v1/erasures', { callId: 'call_5' })).toMatchObject({ callsErased: 1 });
  expect((await store.queries.get('call_5' as CallId))?.ani).toBe('erased');
  expect((await api.expect(404, 'POST', '/v1/erasures', { callId: 'call_9' })).detail).toContain('call_9');
});

test('buyers and publishers see that their call was erased, and nothing of the caller', async () => {
  const { store, api } = await setUp();
  const { id: buyerId } = await store.resources.create('buyers', sample.buyer());
  const { id: publisherId } = await store.resources.create('publishers', sample.publisher());
  await settleCall(store, 'call_6', { ani: CALLER, callerName: 'Ada', buyerId, publisherId });
  await api.expect(201, 'POST', '/v1/erasures', { ani: CALLER });
  for (const role of [`buyer:${buyerId}`, `publisher:${publisherId}`] as const) {
    const headers = { authorization: `Bearer ${await api.keyFor(role)}` };
    const call = await api.expect(200, 'GET', '/v1/calls/call_6', undefined, headers);
    expect([role, call.ani, call.callerName]).toEqual([role, 'erased', null]);
    expect(call.erasedAt).not.toBeNull();
  }
});

test.each([
  [{}, 'Name the caller by ani, or one call by callId.'],
  [{ ani: CALLER, callId: 'call_1' }, 'The call has a name already: leave one of ani and callId out.'],
  [{ ani: 'anonymous' }, 'Anonymous callers have no number: name each call by callId.'],
  [{ ani: 'nobody' }, 'This is no telephone number'],
])('%j is refused, with what to do', async (body, message) => {
  const { api } = await setUp();
  const { errors } = await api.expect(422, 'POST', '/v1/erasures', body);
  expect(errors).toMatchObject([{ path: '/ani', message: expect.stringContaining(message) as string }]);
});

test('a note with the number in it is refused, since it stays', async () => {
  const { api } = await setUp();
  const { errors } = await api.expect(422, 'POST', '/v1/erasures', { ani: CALLER, note: 'called from 415 867 0199' });
  expect(errors).toEqual([{ path: '/note', message: 'Leave the number out: the note is kept.' }]);
});
