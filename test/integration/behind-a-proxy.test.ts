import { describe, expect, it } from 'vitest';
import { startTestApi, type TestApi } from '../support/api.ts';

/** A guess at a key: from which address, and for whom that address says it speaks. */
async function guess(api: TestApi, remoteAddress: string, forwardedFor: string): Promise<number> {
  const headers = { authorization: 'Bearer wrong', 'x-forwarded-for': forwardedFor };
  return (await api.app.inject({ url: '/v1/buyers', remoteAddress, headers })).statusCode;
}

describe('behind a proxy', () => {
  it('who guesses keys shuts out itself and no one else', async () => {
    const api = await startTestApi({ limits: { wrongKeysPerMinute: 2 } });
    const guessed = [];
    for (let n = 0; n < 3; n++) guessed.push(await guess(api, '127.0.0.1', '198.51.100.1'));
    expect(guessed).toEqual([401, 401, 429]);
    expect(await guess(api, '127.0.0.1', '198.51.100.2')).toBe(401);
    await api.expect(200, 'GET', '/v1/buyers');
  });

  it('a client that writes the header itself is known by what the proxy adds', async () => {
    const api = await startTestApi({ limits: { wrongKeysPerMinute: 2 } });
    const guessed = [];
    for (let n = 0; n < 3; n++) guessed.push(await guess(api, '127.0.0.1', `10.0.0.${n}, 198.51.100.1`));
    expect(guessed).toEqual([401, 401, 429]);
  });

  it('an address that is not this machine speaks for itself alone', async () => {
    const api = await startTestApi({ limits: { wrongKeysPerMinute: 2 } });
    const guessed = [];
    for (let n = 0; n < 3; n++) guessed.push(await guess(api, '203.0.113.9', `198.51.100.${n}`));
    expect(guessed).toEqual([401, 401, 429]);
  });
});
