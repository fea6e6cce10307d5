import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';

import { describe, expect, it, onTestFinished, vi } from 'vitest';

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

describe('A client that takes in its answer slowly', () => {
  const PART = 'x'.repeat(65_536);

  /** An API whose answers have so many parts, and how many of one were made. */
  async function startLongWinded(parts: number) {
    const progress = { made: 0, isOver: false };
    function* answer(): Generator<string, void, undefined> {
      try {
        for (; progress.made < parts; progress.made += 1) yield PART;
      } finally {
        progress.isOver = true;
      }
    }
    const api = await startTestApi({ reader: { ask: () => Promise.resolve(Readable.from(answer())) } });
    return { api, progress };
  }

  /** Asks for a page of calls, and takes in nothing of it. */
  async function ask(api: TestApi): Promise<Socket> {
    const socket = await connected(api);
    socket.pause();
    socket.write(
      `GET /v1/calls HTTP/1.1\r\nHost: x\r\nConnection: close\r\nAuthorization: Bearer ${await api.keyFor('admin')}\r\n\r\n`,
    );
    return socket;
  }

  it('has two minutes for each bit of it', async () => {
    const { app } = await startTestApi();
    expect(app.server.timeout).toBe(120_000);
  });

  it('is cut off when it takes in nothing, holds up no other, and no more is made than fits on the way to it', async () => {
    const { api, progress } = await startLongWinded(Infinity);
    api.app.server.timeout = 300;
    await ask(api);
    await api.expect(200, 'GET', '/v1/buyers');
    await vi.waitFor(() => expect(progress.isOver).toBe(true), { timeout: 15_000 });
    // The system's own buffers on the way are megabytes.
    expect(progress.made * PART.length).toBeLessThan(64 * 1_048_576);
  });

  it('gets all of it, once it takes it in', async () => {
    const { api, progress } = await startLongWinded(400);
    const slow = await ask(api);
    await vi.waitFor(() => expect(progress.made).toBeGreaterThan(2));
    await api.expect(200, 'GET', '/v1/buyers');
    expect(progress.isOver).toBe(false);
    const answer = await text(slow);
    expect(answer.split(PART)).toHaveLength(401);
  });
});
