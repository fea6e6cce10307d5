import { describe, expect, it } from 'vitest';

import { startTestApi, type Json } from '../support/api.ts';
import { ApiSamples } from '../support/api-samples.ts';

describe('Without a valid key', () => {
  it.each([
    [{ authorization: '' }, 'Bearer realm="tollgate"'],
    [{ authorization: 'Bearer wrong' }, 'error="invalid_token"'],
    [{ authorization: 'Bearer' }, 'error="invalid_token"'],
    [{ authorization: 'Basic dXNlcjpwYXNz' }, 'error="invalid_token"'],
    [{ authorization: 'Bearer two keys' }, 'error="invalid_token"'],
  ])('%j is answered 401 with WWW-Authenticate', async (headers, challenge) => {
    const api = await startTestApi();
    const response = await api.request('GET', '/v1/trunks', undefined, headers);
    expect(response.statusCode).toBe(401);
    expect(response.headers['www-authenticate']).toContain(challenge);
    expect(response.headers['content-type']).toContain('application/problem+json');
    expect(response.json()).toMatchObject({ status: 401, code: 'unauthorized' });
  });

  it('nothing at all is answered 401, too', async () => {
    const { app } = await startTestApi();
    expect((await app.inject({ method: 'GET', url: '/v1/trunks' })).headers['www-authenticate']).toBe(
      'Bearer realm="tollgate"',
    );
  });

  it('neither a body nor a path is looked at', async () => {
    const api = await startTestApi();
    const stranger = { authorization: 'Bearer wrong' };
    await api.expect(401, 'POST', '/v1/trunks', '{', stranger);
    await api.expect(401, 'POST', '/v1/trunks', 'x'.repeat(2_000_000), stranger);
    await api.expect(401, 'GET', '/v1/nowhere', undefined, stranger);
  });

  it('health, metrics and the description are open', async () => {
    const { app } = await startTestApi();
    for (const url of ['/healthz', '/readyz', '/metrics', '/openapi.json', '/docs', '/v1/openapi.json']) {
      expect((await app.inject({ method: 'GET', url })).statusCode).toBe(200);
    }
  });
});

describe('An address that guesses keys', () => {
  it('is told nothing more after a hundred wrong ones in a minute, not even of the right one', async () => {
    const api = await startTestApi();
    const wrong = { authorization: 'Bearer wrong' };
    for (let i = 0; i < 100; i += 1) await api.expect(401, 'GET', '/v1/trunks', undefined, wrong);

    const refused = await api.request('GET', '/v1/trunks', undefined, wrong);
    expect(refused.statusCode).toBe(429);
    expect(refused.headers['retry-after']).toBe('60');
    expect(refused.json()).toMatchObject({ code: 'too-many-requests' });
    await api.expect(429, 'GET', '/v1/trunks');

    const elsewhere = await api.app.inject({
      method: 'GET',
      url: '/v1/trunks',
      headers: wrong,
      remoteAddress: '192.0.2.77',
    });
    expect(elsewhere.statusCode).toBe(401);

    api.advance(59_000);
    expect((await api.request('GET', '/v1/trunks')).headers['retry-after']).toBe('1');
    api.advance(1_000);
    await api.expect(200, 'GET', '/v1/trunks');
  });

  it('gains nothing by guessing many at once', async () => {
    const api = await startTestApi();
    const wrong = { authorization: 'Bearer wrong' };
    const answers = await Promise.all(
      Array.from({ length: 300 }, () => api.request('GET', '/v1/trunks', undefined, wrong)),
    );
    expect(answers.filter(({ statusCode }) => statusCode === 401).length).toBe(100);
    expect(answers.filter(({ statusCode }) => statusCode === 429).length).toBe(200);
  });

  it('is not taken for one by asking without a key', async () => {
    const api = await startTestApi();
    for (let i = 0; i < 150; i += 1) await api.app.inject({ method: 'GET', url: '/v1/trunks' });
    await api.expect(200, 'GET', '/v1/trunks');
  });
});

describe('An address that asks too much', () => {
  it('gets 429 with Retry-After', async () => {
    const api = await startTestApi({ limits: { requestsPerMinute: 3 } });
    for (let i = 0; i < 3; i += 1) await api.expect(200, 'GET', '/v1/trunks');
    const refused = await api.request('GET', '/v1/trunks');
    expect(refused.statusCode).toBe(429);
    expect(Number(refused.headers['retry-after'])).toBeGreaterThan(0);
    expect(refused.json()).toMatchObject({ code: 'too-many-requests' });
  });
});

describe('A key', () => {
  it('of a viewer reads, asks for routes, and changes nothing', async () => {
    const api = await startTestApi();
    const buyer = await new ApiSamples(api).create('buyers');
    const viewer = { authorization: `Bearer ${await api.keyFor('viewer')}` };
    await api.expect(200, 'GET', `/v1/buyers/${buyer.id}`, undefined, viewer);
    await api.expect(200, 'GET', '/v1/calls', undefined, viewer);
    await api.expect(200, 'GET', '/v1/ledger', undefined, viewer);
    await api.expect(404, 'POST', '/v1/route-decisions', { did: '+14155550100', ani: 'anonymous' }, viewer);
    for (const [method, path] of [
      ['POST', '/v1/buyers'],
      ['PATCH', `/v1/buyers/${buyer.id}`],
      ['DELETE', `/v1/buyers/${buyer.id}`],
      ['POST', `/v1/buyers/${buyer.id}/payments`],
      ['POST', '/v1/live-calls/call_1/hangup'],
      ['GET', '/v1/api-keys'],
    ] as const) {
      expect(await api.expect(403, method, path, undefined, viewer)).toMatchObject({ code: 'forbidden' });
    }
  });

  it('of an operator changes all but keys', async () => {
    const api = await startTestApi();
    const operator = { authorization: `Bearer ${await api.keyFor('operator')}` };
    await api.expect(201, 'POST', '/v1/buyers', { name: 'Buyer' }, operator);
    await api.expect(403, 'GET', '/v1/api-keys', undefined, operator);
    await api.expect(403, 'POST', '/v1/api-keys', { name: 'x', role: 'admin' }, operator);
    await api.expect(403, 'DELETE', '/v1/api-keys/key_1', undefined, operator);
  });

  it('of a buyer opens nothing that shows the calls of others', async () => {
    const api = await startTestApi();
    const buyer = await new ApiSamples(api).create('buyers');
    const theirs = { authorization: `Bearer ${await api.keyFor(`buyer:${buyer.id}`)}` };
    for (const path of ['/v1/review-queue', '/v1/buyers', '/v1/ledger', '/v1/live-calls', '/v1/api-keys']) {
      await api.expect(403, 'GET', path, undefined, theirs);
    }
  });

  it('that may not is told so before it is told whether the thing exists or its body is wrong', async () => {
    const api = await startTestApi();
    const viewer = { authorization: `Bearer ${await api.keyFor('viewer')}` };
    await api.expect(403, 'DELETE', '/v1/buyers/byr_none', undefined, viewer);
    await api.expect(403, 'POST', '/v1/buyers', '{', viewer);
    await api.expect(404, 'GET', '/v1/buyers/byr_none', undefined, viewer);
  });

  it('is shown once, listed without itself, and opens nothing once revoked', async () => {
    const api = await startTestApi();
    const made = await api.request('POST', '/v1/api-keys', { name: 'Export', role: 'viewer' });
    expect(made.statusCode).toBe(201);
    expect(made.headers['cache-control']).toBe('no-store');
    const { id, key } = made.json();
    const bearer = { authorization: `Bearer ${key}` };
    await api.expect(200, 'GET', '/v1/trunks', undefined, bearer);
    await api.expect(200, 'GET', '/v1/trunks', undefined, { authorization: `bearer   ${key}` });

    const listed = await api.request('GET', '/v1/api-keys');
    expect(listed.body).not.toContain(key);
    expect(listed.json().data.map((each: Json) => each.id)).toContain(id);

    await api.expect(204, 'DELETE', `/v1/api-keys/${id}`);
    await api.expect(401, 'GET', '/v1/trunks', undefined, bearer);
    expect((await api.expect(200, 'GET', '/v1/api-keys')).data.map((each: Json) => each.id)).not.toContain(id);
    await api.expect(404, 'DELETE', '/v1/api-keys/key_none');
    await api.expect(404, 'DELETE', `/v1/api-keys/${id}`);
  });

  it('is not revoked where it is the last of an admin, or comes back by itself, and nothing says that it was', async () => {
    const api = await startTestApi();
    const [last] = (await api.expect(200, 'GET', '/v1/api-keys')).data;
    await api.expect(409, 'DELETE', `/v1/api-keys/${last.id}`);
    const secret = 'a-secret-from-the-environment-of-32-characters';
    const { id } = await api.store.keys.ensure({ name: 'TOLLGATE_ADMIN_KEY', role: 'admin', secret });
    const refusal = await api.expect(409, 'DELETE', `/v1/api-keys/${id}`);
    expect(refusal).toMatchObject({ code: 'wrong-state', detail: expect.stringContaining('unset TOLLGATE_ADMIN_KEY') });
    expect((await api.expect(200, 'GET', '/v1/audit-log')).data).toEqual([]);
    // There is another way in now.
    await api.expect(204, 'DELETE', `/v1/api-keys/${last.id}`);
  });

  it.each([
    [{ name: 'x' }, '/role'],
    [{ name: 'x', role: 'root' }, '/role'],
    [{ role: 'viewer' }, '/name'],
    [{ name: 'x', role: 'viewer', key: 'mine' }, '/key'],
  ])('asked for as %j is refused at %s', async (body, path) => {
    const api = await startTestApi();
    expect((await api.expect(422, 'POST', '/v1/api-keys', body)).errors[0].path).toBe(path);
  });
});

describe('A key in haste', () => {
  it('is told how long to wait, while others and the same key later are let in', async () => {
    const api = await startTestApi({ limits: { requestsPerKeyPerMinute: 2 } });
    const hasty = { authorization: `Bearer ${await api.keyFor('viewer')}` };
    for (let n = 0; n < 2; n += 1) await api.expect(200, 'GET', '/v1/trunks', undefined, hasty);
    const refused = await api.request('GET', '/v1/trunks', undefined, hasty);
    expect([refused.statusCode, refused.headers['retry-after']]).toEqual([429, '30']);
    expect(refused.json()).toMatchObject({ code: 'too-many-requests', detail: expect.stringContaining('your key') });
    await api.expect(200, 'GET', '/v1/trunks');
    api.advance(30_000);
    await api.expect(200, 'GET', '/v1/trunks', undefined, hasty);
    await api.expect(429, 'GET', '/v1/trunks', undefined, hasty);
  });
});
