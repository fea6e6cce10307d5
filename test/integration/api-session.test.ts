import { describe, expect, it } from 'vitest';

import { startTestApi, type Json, type TestApi } from '../support/api.ts';

const HOUR_MS = 3_600_000;
const CHANGING = { 'x-tollgate-session': '1' };

/** A request as a browser makes it: with what cookie it has, and no key. */
async function browse(api: TestApi, method: string, url: string, headers: Record<string, string>, body?: Json) {
  return api.app.inject({ method: method as 'GET', url, headers, ...(body === undefined ? {} : { payload: body }) });
}

/** Signs in. Returns the cookie as the browser sends it back. */
async function signIn(api: TestApi, key: string, headers: Record<string, string> = {}): Promise<{ cookie: string }> {
  const { statusCode, headers: answered } = await browse(api, 'POST', '/v1/session', headers, { apiKey: key });
  expect(statusCode).toBe(204);
  return { cookie: String(answered['set-cookie']).split(';', 1)[0] ?? '' };
}

describe('A session', () => {
  it('stands for the key it was begun with, in reading and in changing', async () => {
    const api = await startTestApi();
    const cookie = await signIn(api, await api.keyFor('operator'));
    const whoAmI = await browse(api, 'GET', '/v1/session', cookie);
    expect(whoAmI.json()).toEqual({ keyId: expect.stringMatching(/^key_/), name: 'operator', role: 'operator' });
    const made = await browse(api, 'POST', '/v1/buyers', { ...cookie, ...CHANGING }, { name: 'B' });
    expect(made.statusCode).toBe(201);
    expect((await browse(api, 'GET', '/v1/api-keys', cookie)).statusCode).toBe(403);
  });

  it('is in a cookie that no script reads, no other site sends and, over https, no wire shows', async () => {
    const api = await startTestApi();
    const key = await api.keyFor('viewer');
    const cookieOf = async (headers: Record<string, string>, remoteAddress = '127.0.0.1'): Promise<string> => {
      const payload = { apiKey: key };
      const answer = await api.app.inject({ method: 'POST', url: '/v1/session', headers, payload, remoteAddress });
      return String(answer.headers['set-cookie']);
    };
    const plain = await cookieOf({});
    expect(plain).toMatch(/^tollgate_session=[\w-]{43}; Path=\/; HttpOnly; SameSite=Strict$/);
    expect(plain).not.toContain(key);
    expect(await cookieOf({ 'x-forwarded-proto': 'https' })).toMatch(/; Secure$/);
    // Only a proxy on this machine is believed.
    expect(await cookieOf({ 'x-forwarded-proto': 'https' }, '203.0.113.9')).not.toContain('Secure');
  });

  it('changes nothing without the header that no form can send', async () => {
    const api = await startTestApi();
    const cookie = await signIn(api, await api.keyFor('admin'));
    for (const [method, path] of [
      ['POST', '/v1/buyers'],
      ['PATCH', '/v1/buyers/x'],
      ['DELETE', '/v1/buyers/x'],
      ['DELETE', '/v1/session'],
    ] as const) {
      const refused = await browse(api, method, path, cookie, { name: 'B' });
      expect([method, refused.statusCode, refused.json().code]).toEqual([method, 403, 'forbidden']);
    }
    expect((await api.expect(200, 'GET', '/v1/buyers')).data).toEqual([]);
    expect((await browse(api, 'GET', '/v1/session', cookie)).statusCode).toBe(200);
  });

  it('can not be begun by a form, nor with a wrong key, and guesses count with those of any other way', async () => {
    const api = await startTestApi({ limits: { wrongKeysPerMinute: 2 } });
    const form = { 'content-type': 'application/x-www-form-urlencoded' };
    expect((await browse(api, 'POST', '/v1/session', form, 'apiKey=x')).statusCode).toBe(415);
    expect((await browse(api, 'POST', '/v1/session', {}, { apiKey: 'wrong' })).statusCode).toBe(401);
    await api.expect(401, 'GET', '/v1/buyers', undefined, { authorization: 'Bearer wrong' });
    const refused = await browse(api, 'POST', '/v1/session', {}, { apiKey: await api.keyFor('admin') });
    expect([refused.statusCode, refused.headers['retry-after']]).toEqual([429, '60']);
  });

  it('ends when it is signed out of, and so do no others', async () => {
    const api = await startTestApi();
    const key = await api.keyFor('viewer');
    const [one, other] = [await signIn(api, key), await signIn(api, key)];
    const out = await browse(api, 'DELETE', '/v1/session', { ...one, ...CHANGING });
    expect([out.statusCode, out.headers['set-cookie']]).toEqual([204, expect.stringContaining('Max-Age=0')]);
    const statuses = [one, other].map(async (cookie) => (await browse(api, 'GET', '/v1/session', cookie)).statusCode);
    expect(await Promise.all(statuses)).toEqual([401, 200]);
  });

  it('ends with its key', async () => {
    const api = await startTestApi();
    const { id, key } = await api.expect(201, 'POST', '/v1/api-keys', { name: 'Desk', role: 'viewer' });
    const cookie = await signIn(api, key);
    await api.expect(204, 'DELETE', `/v1/api-keys/${id}`);
    expect((await browse(api, 'GET', '/v1/session', cookie)).statusCode).toBe(401);
  });

  it('ends twelve hours after it was last used', async () => {
    const api = await startTestApi();
    const cookie = await signIn(api, await api.keyFor('viewer'));
    const asked = [];
    for (const hours of [11, 11, 12]) {
      api.advance(hours * HOUR_MS);
      asked.push((await browse(api, 'GET', '/v1/session', cookie)).statusCode);
    }
    expect(asked).toEqual([200, 200, 401]);
  });

  it('ends after seven days however much it is used', async () => {
    const api = await startTestApi();
    const cookie = await signIn(api, await api.keyFor('viewer'));
    let hours = 0;
    while ((await browse(api, 'GET', '/v1/session', cookie)).statusCode === 200) {
      api.advance(HOUR_MS);
      hours += 1;
    }
    expect(hours).toBe(7 * 24);
  });

  it('is one of a hundred of its key at most: the oldest makes room', async () => {
    const api = await startTestApi();
    const key = await api.keyFor('viewer');
    const cookies: { cookie: string }[] = [];
    for (let n = 0; n <= 100; n += 1) cookies.push(await signIn(api, key));
    const statusOf = async (n: number): Promise<number> =>
      (await browse(api, 'GET', '/v1/session', cookies[n] ?? { cookie: '' })).statusCode;
    expect([await statusOf(0), await statusOf(1), await statusOf(100)]).toEqual([401, 200, 200]);
  });

  it.each(['', 'tollgate_session=', `tollgate_session=${'x'.repeat(43)}`, 'tollgate_session=%00', 'x=1; y'])(
    'is none with the cookie %j',
    async (cookie) => {
      const api = await startTestApi();
      expect((await browse(api, 'GET', '/v1/session', { cookie })).statusCode).toBe(401);
    },
  );
});

describe('A key', () => {
  it('is told whose it is, and needs no header of sessions', async () => {
    const api = await startTestApi();
    expect(await api.expect(200, 'GET', '/v1/session')).toMatchObject({ role: 'admin' });
    await api.expect(204, 'DELETE', '/v1/session');
    await api.expect(201, 'POST', '/v1/buyers', { name: 'B' });
  });
});
