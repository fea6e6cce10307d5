import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { text } from 'node:stream/consumers';

import { describe, expect, it, onTestFinished } from 'vitest';

import { startTestApi, type TestApi } from '../support/api.ts';

const TEN_MB = 10 * 1_048_576;

async function connected(api: TestApi): Promise<Socket> {
  const { server } = api.app;
  if (!server.listening) await api.app.listen({ host: '127.0.0.1', port: 0 });
  const socket = connect((server.address() as { port: number }).port, '127.0.0.1');
  onTestFinished(() => void socket.destroy());
  socket.on('error', () => undefined);
  await once(socket, 'connect');
  return socket;
}

async function head(api: TestApi, lines: readonly string[]): Promise<string> {
  const all = ['POST /v1/buyers HTTP/1.1', 'Host: x', `Authorization: Bearer ${await api.keyFor('admin')}`, ...lines];
  return `${all.join('\r\n')}\r\n\r\n`;
}

describe('A body that is too large', () => {
  it('is refused by what it says it is, before any of it has come', async () => {
    const api = await startTestApi();
    const socket = await connected(api);
    const begin = performance.now();
    socket.write(await head(api, ['Content-Type: application/json', `Content-Length: ${TEN_MB}`]));
    const [answer] = (await once(socket, 'data')) as [Buffer];
    expect(answer.toString()).toMatch(/^HTTP\/1\.1 413 /);
    expect(performance.now() - begin).toBeLessThan(1_000);
  });

  it('and does not say so is refused once it is, not at its end', async () => {
    const api = await startTestApi();
    const socket = await connected(api);
    const answered = once(socket, 'data') as Promise<[Buffer]>;
    socket.write(await head(api, ['Content-Type: application/json', 'Transfer-Encoding: chunked']));
    // Two of ten megabytes: the answer comes although the body never ends.
    const chunk = `10000\r\n${'x'.repeat(0x10000)}\r\n`;
    for (let n = 0; n < 32; n += 1) socket.write(chunk);
    const [answer] = await answered;
    expect(answer.toString()).toMatch(/^HTTP\/1\.1 413 /);
  });
});

describe('A client that sends slowly', () => {
  it('has ten seconds for its headers and two minutes for all of a request', async () => {
    const { app } = await startTestApi();
    const { headersTimeout, requestTimeout } = app.server;
    expect({ headersTimeout, requestTimeout }).toEqual({ headersTimeout: 10_000, requestTimeout: 120_000 });
  });

  it.each([
    ['headers', 'GET /v1/buyers HTTP/1.1\r\nHost: x\r\nX-Slow: '],
    ['body', 'POST /v1/session HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 50\r\n\r\n{'],
  ])('is answered and cut off when the time for its %s is up, and holds up no other', async (_part, begun) => {
    const api = await startTestApi();
    // Node looks for those who are late as often as is set when the server begins to listen.
    Object.assign(api.app.server, { headersTimeout: 100, requestTimeout: 200, connectionsCheckingInterval: 50 });
    const slow = await connected(api);
    slow.write(begun);
    await api.expect(200, 'GET', '/v1/buyers');
    const answer = await text(slow);
    expect(answer).toMatch(/^HTTP\/1\.1 400 /);
    expect(answer).toContain('The request took too long to arrive.');
  });
});
