import { describe, expect, it } from 'vitest';

import { openStore } from '../../src/store/open-store.ts';
import { SAMPLE_INSTANT } from '../support/sample-call.ts';
import { settleCall } from '../support/settle-call.ts';
import { startTestApi, type Json } from '../support/api.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const DAY_MS = 24 * 3_600_000;
const BUYER = { name: 'Golden Gate Roofing' };
const once = { 'idempotency-key': 'a-1' };

describe('A POST with an Idempotency-Key', () => {
  it('happens once, and is answered again as it was: status, headers and body', async () => {
    const api = await startTestApi();
    const first = await api.request('POST', '/v1/buyers', BUYER, once);
    const second = await api.request('POST', '/v1/buyers', BUYER, once);
    expect(first.statusCode).toBe(201);
    expect([second.statusCode, second.body]).toEqual([201, first.body]);
    for (const name of ['location', 'etag', 'content-type']) expect(second.headers[name]).toBe(first.headers[name]);
    expect([first.headers['idempotent-replayed'], second.headers['idempotent-replayed']]).toEqual([undefined, 'true']);
    expect((await api.expect(200, 'GET', '/v1/buyers')).data).toHaveLength(1);
  });

  it('books a payment once', async () => {
    const api = await startTestApi();
    const { id } = await api.expect(201, 'POST', '/v1/buyers', BUYER);
    const payment = { amountMicros: 5_000_000 };
    const made = await api.expect(201, 'POST', `/v1/buyers/${id}/payments`, payment, once);
    expect(await api.expect(201, 'POST', `/v1/buyers/${id}/payments`, payment, once)).toEqual(made);
    expect((await api.expect(200, 'GET', '/v1/ledger?kind=payment')).data).toHaveLength(2);
  });

  it('is the same however its members are ordered and whether defaults are written out', async () => {
    const api = await startTestApi();
    const { id } = await api.expect(201, 'POST', '/v1/buyers', { name: 'B', timezone: 'UTC' }, once);
    const again = await api.expect(201, 'POST', '/v1/buyers', { timezone: 'UTC', name: 'B', status: 'active' }, once);
    expect(again.id).toBe(id);
  });

  it('with another body is refused, and so is one that comes while the first is worked on', async () => {
    const api = await startTestApi();
    const answers = await Promise.all([1, 2, 3].map(() => api.request('POST', '/v1/buyers', BUYER, once)));
    expect(answers.map(({ statusCode }) => statusCode).sort((a, b) => a - b)).toEqual([201, 409, 409]);
    const other = await api.expect(409, 'POST', '/v1/buyers', { name: 'Another' }, once);
    expect(other).toMatchObject({ code: 'idempotency-conflict' });
    expect((await api.expect(200, 'GET', '/v1/buyers')).data).toHaveLength(1);
  });

  it('belongs to one API key and one path', async () => {
    const api = await startTestApi();
    const operator = { ...once, authorization: `Bearer ${await api.keyFor('operator')}` };
    const { id } = await api.expect(201, 'POST', '/v1/buyers', BUYER, once);
    expect((await api.expect(201, 'POST', '/v1/buyers', BUYER, operator)).id).not.toBe(id);
    await api.expect(201, 'POST', '/v1/campaigns', { name: 'C', minTalkS: 1, priceMicros: 1 }, once);
  });

  it('is not kept where it was refused', async () => {
    const api = await startTestApi();
    await settleCall(api.store, 'call_1');
    await api.expect(422, 'POST', '/v1/buyers', { name: 7 }, once);
    await api.expect(201, 'POST', '/v1/buyers', BUYER, once);

    const did = { number: '+14155550100', campaignId: 'cmp_none' };
    await api.expect(422, 'POST', '/v1/dids', did, once);
    const { id } = await api.expect(201, 'POST', '/v1/campaigns', { name: 'C', minTalkS: 1, priceMicros: 1 });
    await api.expect(201, 'POST', '/v1/dids', { ...did, campaignId: id }, once);

    await api.expect(404, 'POST', '/v1/calls/call_none/refund', { reason: 'r' }, once);
    await api.expect(404, 'POST', '/v1/calls/call_none/refund', { reason: 'another' }, once);
  });

  it('is forgotten after 24 hours, rows and all', async () => {
    const api = await startTestApi();
    await api.expect(201, 'POST', '/v1/buyers', BUYER, once);
    api.advance(DAY_MS - 1);
    await api.expect(409, 'POST', '/v1/buyers', { name: 'Another' }, once);
    api.advance(1);
    await api.expect(201, 'POST', '/v1/buyers', { name: 'Another' }, once);
    expect((await api.expect(200, 'GET', '/v1/buyers')).data).toHaveLength(2);
  });

  it('that makes an API key makes one, and its secret is kept nowhere: the repetition says so', async () => {
    const api = await startTestApi();
    const body = { name: 'Export', role: 'viewer' };
    await api.expect(201, 'POST', '/v1/api-keys', body, once);
    const again = await api.expect(409, 'POST', '/v1/api-keys', body, once);
    expect(again).toMatchObject({ code: 'idempotency-conflict', detail: expect.stringContaining('secret') });
    const { data } = await api.expect(200, 'GET', '/v1/api-keys');
    expect(data.filter(({ name }: Json) => name === 'Export')).toHaveLength(1);
  });

  it.each(['', 'x'.repeat(256), 'two words', 'é'])('of %j is refused', async (key) => {
    const api = await startTestApi();
    const refused = await api.expect(422, 'POST', '/v1/buyers', BUYER, { 'idempotency-key': key });
    expect(refused.errors[0].path).toBe('/idempotency-key');
  });

  it('is documented with its conflict at every POST but signing in, and nowhere else', async () => {
    const api = await startTestApi();
    const { paths } = await api.expect(200, 'GET', '/openapi.json');
    for (const [path, operations] of Object.entries<Json>(paths)) {
      for (const [method, { parameters = [], responses }] of Object.entries<Json>(operations)) {
        const named = parameters.some(({ name }: Json) => name === 'idempotency-key');
        expect([path, method, named]).toEqual([path, method, method === 'post' && path !== '/v1/session']);
        if (!named) continue;
        const examples = responses[409].content['application/problem+json'].examples;
        expect([path, examples]).toHaveProperty(['1', 'idempotency-conflict']);
      }
    }
  });
});

describe('What is kept of a request', () => {
  const request = { keyId: 'key_1', path: '/v1/buyers', key: 'a-1' };

  it('outlives the process, and the change alone does as well', async () => {
    const dataDir = temporaryFolder();
    const answer = { status: 201, headers: { etag: '"1"' }, body: '{}' };
    const before = openStore({ dataDir, now: () => SAMPLE_INSTANT });
    await before.idempotency.keep(request, 'hash', answer);
    const scope = <Result>(work: () => Result): Result => {
      before.idempotency.note({ ...request, key: 'a-2' }, 'hash');
      return work();
    };
    await before.changes.run(scope, () => before.keys.create({ name: 'K', role: 'viewer' }));
    before.close();

    const after = openStore({ dataDir, now: () => SAMPLE_INSTANT });
    expect(after.idempotency.find(request)).toEqual({ bodyHash: 'hash', answer });
    expect(after.idempotency.find({ ...request, key: 'a-2' })).toEqual({ bodyHash: 'hash', answer: null });
    after.close();
  });

  it('is undone with a change that fails', async () => {
    const api = await startTestApi();
    const { changes, idempotency, resources } = api.store;
    const scope = <Result>(work: () => Result): Result => {
      idempotency.note(request, 'hash');
      return work();
    };
    await expect(changes.run(scope, () => resources.remove('buyers', 'byr_none'))).rejects.toThrow('byr_none');
    expect(idempotency.find(request)).toBeUndefined();
  });

  it('without an answer is not carried out again', async () => {
    const api = await startTestApi();
    await api.expect(201, 'POST', '/v1/buyers', BUYER, once);
    const { id: keyId } = (await api.expect(200, 'GET', '/v1/api-keys')).data[0];
    const key = { ...request, keyId };
    const kept = api.store.idempotency.find(key);
    const unanswered = <Result>(work: () => Result): Result => {
      api.store.idempotency.note(key, kept?.bodyHash ?? '');
      return work();
    };
    await api.store.changes.run(unanswered, () => api.store.keys.create({ name: 'K', role: 'viewer' }));
    const refused = await api.expect(409, 'POST', '/v1/buyers', BUYER, once);
    expect(refused.detail).toContain('lost in a crash');
  });
});
