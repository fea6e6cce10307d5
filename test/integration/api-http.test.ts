import { once } from 'node:events';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';

import { describe, expect, it } from 'vitest';

import { AppError } from '../../src/domain/app-error.ts';
import { startTestApi } from '../support/api.ts';

describe('A request that can not be read', () => {
  it.each(['{', '{"name": "x",}', '\u0000', '{"name": 1e}'])('with the body %j is 400', async (body) => {
    const api = await startTestApi();
    expect(await api.expect(400, 'POST', '/v1/buyers', body)).toMatchObject({ code: 'malformed-request' });
  });

  it('in another encoding than UTF-8 is 400', async () => {
    const api = await startTestApi();
    const response = await api.app.inject({
      method: 'POST',
      url: '/v1/buyers',
      headers: { authorization: `Bearer ${await api.keyFor('admin')}`, 'content-type': 'application/json' },
      payload: Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d]),
    });
    expect(response.statusCode).toBe(400);
  });

  it('with a broken escape in its path is 400', async () => {
    const api = await startTestApi();
    expect(await api.expect(400, 'GET', '/v1/buyers/%zz')).toMatchObject({ code: 'malformed-request' });
  });

  it('over 1 MB is 413, and at 1 MB is read', async () => {
    const api = await startTestApi();
    const bodyOf = (bytes: number): string => JSON.stringify({ name: 'x'.repeat(bytes - '{"name":""}'.length) });
    expect(await api.expect(413, 'POST', '/v1/buyers', bodyOf(1_048_577))).toMatchObject({ code: 'body-too-large' });
    await api.expect(422, 'POST', '/v1/buyers', bodyOf(1_048_576));
  });

  it.each([
    'text/plain',
    'application/xml',
    'application/x-www-form-urlencoded',
    'application/json-patch+json',
    'json',
  ])('of type %s is 415', async (type) => {
    const api = await startTestApi();
    const problem = await api.expect(415, 'POST', '/v1/buyers', '{"name":"x"}', { 'content-type': type });
    expect(problem).toMatchObject({ code: 'unsupported-media-type' });
  });

  it('may name a charset, begin with a byte order mark, and have no body where none is needed', async () => {
    const api = await startTestApi();
    const json = { 'content-type': 'application/json; charset=utf-8' };
    const { id } = await api.expect(201, 'POST', '/v1/buyers', '\ufeff{"name":"Ünïcode 😀"}', json);
    await api.expect(204, 'DELETE', `/v1/buyers/${id}`, '', json);
  });

  it('and is no HTTP at all is answered with a problem, and the connection closed', async () => {
    const { app } = await startTestApi();
    const { port } = new URL(await app.listen({ host: '127.0.0.1', port: 0 }));
    const socket = connect(Number(port), '127.0.0.1');
    socket.write('INVITE sip:a@b SIP/2.0\r\n\r\n');
    const answer = await text(socket);
    expect(answer).toMatch(/^HTTP\/1\.1 400 Bad Request\r\n/);
    expect(answer).toContain('application/problem+json');
    expect(answer).toContain('"code":"malformed-request"');
  });
});

describe('A connection on which nothing was ever asked', () => {
  it('does not hold up the end', async () => {
    const { app } = await startTestApi();
    const { port } = new URL(await app.listen({ host: '127.0.0.1', port: 0 }));
    const socket = connect(Number(port), '127.0.0.1');
    await once(socket, 'connect');
    const gone = once(socket, 'close');
    await app.close();
    await gone;
  }, 5_000);
});

describe('A path', () => {
  it.each([
    '/nowhere',
    '/v1',
    '/v1/nowhere',
    '/v1/trunks/',
    '/v1/trunks/x/y',
    `/v1/trunks/${'x'.repeat(500)}`,
    '/v2/trunks',
  ])('%s that leads nowhere is 404', async (path) => {
    const api = await startTestApi();
    expect(await api.expect(404, 'GET', path)).toMatchObject({ code: 'not-found' });
  });

  it.each([
    ['PUT', '/v1/trunks', 'GET, HEAD, POST'],
    ['POST', '/v1/trunks/trk_1', 'DELETE, GET, HEAD, PATCH'],
    ['DELETE', '/v1/calls/call_1', 'GET, HEAD'],
    ['GET', '/v1/route-decisions', 'POST'],
    ['POST', '/healthz', 'GET, HEAD'],
  ])('asked with the wrong method, %s %s, is 405 with Allow: %s', async (method, path, allow) => {
    const api = await startTestApi();
    const response = await api.request(method, path);
    expect(response.statusCode).toBe(405);
    expect(response.headers.allow).toBe(allow);
    expect(response.json()).toMatchObject({ code: 'method-not-allowed' });
  });

  it('asked with HEAD is answered as with GET, without the body', async () => {
    const api = await startTestApi();
    const response = await api.request('HEAD', '/v1/trunks');
    expect([response.statusCode, response.body]).toEqual([200, '']);
  });
});

describe('A defect', () => {
  it('is 500 that says nothing but where to look', async () => {
    const api = await startTestApi({ decide: () => Promise.reject(new TypeError('secret internals')) });
    const response = await api.request('POST', '/v1/route-decisions', { did: '+14155550100', ani: 'anonymous' });
    expect(response.statusCode).toBe(500);
    expect(response.body).not.toContain('secret internals');
    expect(response.body).not.toContain('TypeError');
    expect(response.json()).toMatchObject({ code: 'internal', detail: expect.stringContaining('request id') });
  });

  it('of the store is 503, and the service stays up', async () => {
    const fault = new AppError('store-unavailable', 'The disk is full: free some of it.');
    const api = await startTestApi({ decide: () => Promise.reject(fault) });
    const body = { did: '+14155550100', ani: 'anonymous' };
    expect(await api.expect(503, 'POST', '/v1/route-decisions', body)).toMatchObject({ code: 'store-unavailable' });
    await api.expect(200, 'GET', '/v1/trunks');
  });
});

describe('Health', () => {
  it('says that the process works, and which version', async () => {
    const api = await startTestApi();
    expect(await api.expect(200, 'GET', '/healthz')).toEqual({ status: 'ok', version: '0.0.0-test' });
    const dead = await startTestApi({ health: { live: () => false, ready: () => Promise.reject(new Error()) } });
    expect(await dead.expect(503, 'GET', '/healthz')).toMatchObject({ code: 'not-ready' });
  });

  it('says whether calls can be taken, and by which part they can not', async () => {
    const ready = await startTestApi();
    expect(await ready.expect(200, 'GET', '/readyz')).toEqual({
      ready: true,
      checks: { sip: 'ok', store: 'ok', media: 'unused' },
    });
    const checks = { sip: 'failing', store: 'ok', media: 'unused' } as const;
    const unready = await startTestApi({
      health: { live: () => true, ready: () => Promise.resolve({ ready: false, checks }) },
    });
    expect(await unready.expect(503, 'GET', '/readyz')).toMatchObject({
      code: 'not-ready',
      ready: false,
      checks,
      detail: 'No calls can be taken: sip.',
    });
  });

  it("gives metrics in Prometheus' text format", async () => {
    const api = await startTestApi();
    const response = await api.request('GET', '/metrics');
    expect(response.headers['content-type']).toBe('text/plain; version=0.0.4; charset=utf-8');
    expect(response.body).toBe('tollgate_calls_live 0\n');
  });
});

describe('Every answer', () => {
  it('forbids sniffing and framing, and loads nothing from elsewhere', async () => {
    const api = await startTestApi();
    for (const path of ['/v1/trunks', '/docs', '/nowhere']) {
      const { headers } = await api.request('GET', path);
      expect(headers['x-content-type-options']).toBe('nosniff');
      expect(headers['x-frame-options']).toBe('SAMEORIGIN');
      expect(String(headers['content-security-policy'])).toContain("default-src 'self'");
      expect(String(headers['content-security-policy'])).not.toContain('upgrade-insecure-requests');
    }
  });
});

describe('Every answer of /v1', () => {
  it('is for who asked alone, refusals too, and says nothing of the rate of a whole address', async () => {
    const api = await startTestApi();
    for (const path of ['/v1/calls', '/v1/reports/summary', '/v1/buyers/byr_none', '/v1/nothing']) {
      const { headers } = await api.request('GET', path);
      expect([path, headers['cache-control']]).toEqual([path, 'private, no-store']);
      expect(Object.keys(headers).filter((name) => name.includes('ratelimit'))).toEqual([]);
    }
  });

  it('that was made for an Idempotency-Key comes again, though nobody on the way may keep it', async () => {
    const api = await startTestApi();
    const once = { 'idempotency-key': 'a-1' };
    const first = await api.request('POST', '/v1/buyers', { name: 'B' }, once);
    const second = await api.request('POST', '/v1/buyers', { name: 'B' }, once);
    expect(second.json()).toEqual(first.json());
    expect([first, second].map(({ headers }) => headers['cache-control'])).toEqual(Array(2).fill('private, no-store'));
  });
});

describe('/docs', () => {
  it('is whole without the internet: everything it names is served here', async () => {
    const api = await startTestApi();
    const page = await api.request('GET', '/docs');
    const links = [...page.body.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, link]) => link ?? '');
    expect(links.length).toBeGreaterThan(3);
    for (const link of links) {
      expect(link).toMatch(/^\/docs\//);
      expect((await api.request('GET', link)).statusCode).toBe(200);
    }
    const script = await api.request('GET', '/docs/static/swagger-initializer.js');
    expect(script.body).toContain(`url: resolveUrl('./json')`);
    expect(script.body).toContain('"validatorUrl":null');
    const described = await api.expect(200, 'GET', '/docs/json');
    expect(described.openapi).toBe('3.1.0');
  });
});
