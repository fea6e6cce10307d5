import { describe, expect, it, onTestFinished } from 'vitest';

import { ManualClock } from '../../test/support/manual-clock.ts';
import { isSigned } from '../../test/support/verify-webhook.ts';
import { answerWith, hang, WebhookReceiver, writeForEver, type Answer } from '../../test/support/webhook-receiver.ts';
import type { WebhookEventId } from '../domain/ids.ts';
import { createPoster, type Poster, type PosterParts } from './post-event.ts';

const SECRET = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';
const OLD_SECRET = `whsec_${Buffer.alloc(32, 7).toString('base64')}`;
const EVENT = { id: 'evt_1' as WebhookEventId, body: '{"type":"ping","data":{"name":"Zoë"}}' };

function startPoster(parts: Partial<PosterParts> = {}): { poster: Poster; clock: ManualClock } {
  const clock = new ManualClock();
  const poster = createPoster({ clock, allowedHosts: new Set(['127.0.0.1']), version: '1.2.3', ...parts });
  onTestFinished(() => poster.close());
  return { poster, clock };
}

describe('A post', () => {
  it('is JSON with the headers of Standard Webhooks, signed so that a receiver can tell', async () => {
    const receiver = await WebhookReceiver.start(answerWith(204));
    const { poster, clock } = startPoster();
    const nowS = clock.now().wall / 1_000;
    expect(await poster.post({ url: `${receiver.url}?a=b`, secrets: [SECRET] }, EVENT)).toEqual({
      status: 204,
      error: null,
      retryAfter: null,
      answerStart: '',
      tookMs: 0,
    });
    const [post] = receiver.posts;
    if (!post) throw new Error('nothing came');
    expect(post).toMatchObject({
      requestLine: 'POST /hook?a=b HTTP/1.1',
      headers: {
        'content-type': 'application/json',
        'user-agent': 'Tollgate/1.2.3',
        'webhook-id': 'evt_1',
        'webhook-timestamp': String(nowS),
      },
      body: EVENT.body,
    });
    expect(isSigned(post, SECRET, nowS)).toBe(true);
    expect(isSigned(post, OLD_SECRET, nowS)).toBe(false);
    expect(isSigned({ ...post, body: `${post.body} ` }, SECRET, nowS)).toBe(false);
    expect(isSigned({ ...post, headers: { ...post.headers, 'webhook-id': 'evt_2' } }, SECRET, nowS)).toBe(false);
    expect(isSigned(post, SECRET, nowS + 301)).toBe(false);
  });

  it('is signed with each of two secrets, so that either opens it', async () => {
    const receiver = await WebhookReceiver.start();
    const { poster, clock } = startPoster();
    await poster.post({ url: receiver.url, secrets: [SECRET, OLD_SECRET] }, EVENT);
    const [post] = receiver.posts;
    if (!post) throw new Error('nothing came');
    for (const secret of [SECRET, OLD_SECRET]) expect(isSigned(post, secret, clock.now().wall / 1_000)).toBe(true);
  });

  it('says what was answered, with how long to wait and how the body begins', async () => {
    const receiver = await WebhookReceiver.start((socket) => {
      socket.write('HTTP/1.1 503 Later\r\nretry-after: 120\r\ncontent-length: 4\r\n\r\nbusy');
    });
    const posted = await startPoster().poster.post({ url: receiver.url, secrets: [SECRET] }, EVENT);
    expect(posted).toMatchObject({ status: 503, error: 'answered 503', retryAfter: '120', answerStart: 'busy' });
  });

  it.each([301, 302, 303, 307, 308])('follows no redirect: %i is a failure', async (status) => {
    const elsewhere = await WebhookReceiver.start();
    const receiver = await WebhookReceiver.start(answerWith(status, { location: elsewhere.url }));
    const posted = await startPoster().poster.post({ url: receiver.url, secrets: [SECRET] }, EVENT);
    expect(posted).toMatchObject({ status, error: `answered ${status}: redirects are not followed` });
    expect(elsewhere.connections).toBe(0);
  });

  it.each<readonly [what: string, answer: Answer]>([
    ['that hangs', hang],
    ['that begins its headers and goes on no more', (socket) => void socket.write('HTTP/1.1 200 OK\r\nx-slow: ')],
    ['that says to wait, and nothing else', (socket) => void socket.write('HTTP/1.1 100 Continue\r\n\r\n')],
  ])('gives up on a receiver %s after 15 seconds', async (_what, answer) => {
    const receiver = await WebhookReceiver.start(answer);
    const { poster, clock } = startPoster();
    const posting = poster.post({ url: receiver.url, secrets: [SECRET] }, EVENT);
    await receiver.received(1);
    clock.advance(15_000);
    expect(await posting).toMatchObject({ status: null, error: 'no answer within 15 s', tookMs: 15_000 });
    expect(clock.running).toBe(0);
  });

  it('gives up on a name that is not looked up in time', async () => {
    const { poster, clock } = startPoster({ resolve: () => new Promise(() => undefined) });
    const posting = poster.post({ url: 'http://slow.example/', secrets: [SECRET] }, EVENT);
    clock.advance(15_000);
    expect(await posting).toMatchObject({ status: null, error: 'no answer within 15 s' });
  });

  it.each<readonly [what: string, answer: Answer, error: RegExp]>([
    ['resets the connection', (socket) => void socket.resetAndDestroy(), /ECONNRESET|closed/],
    ['hangs up without a word', (socket) => void socket.end(), /closed/],
    ['hangs up in the midst of its headers', (socket) => void socket.end('HTTP/1.1 200 OK\r\nx'), /closed|HPE/],
    ['speaks no HTTP', (socket) => void socket.end('220 mail.example ESMTP\r\n'), /HPE|Expected HTTP/i],
    ['answers with two lengths', answerWith(200, { 'content-length': '1\r\ncontent-length: 2' }), /HPE|length/i],
    ['never ends its headers', writeForEver('HTTP/1.1 200 OK\r\n', `x: ${'y'.repeat(1_000)}\r\n`), /header/i],
  ])('says what is wrong with a receiver that %s', async (_what, answer, error) => {
    const receiver = await WebhookReceiver.start(answer);
    const posted = await startPoster().poster.post({ url: receiver.url, secrets: [SECRET] }, EVENT);
    expect(posted).toMatchObject({ status: null, answerStart: null });
    expect(posted.error).toMatch(error);
    expect(posted.error?.length).toBeLessThanOrEqual(200);
  });

  it('says that nobody listens, and that a name leads nowhere', async () => {
    const receiver = await WebhookReceiver.start();
    const { url } = receiver;
    await receiver.stop();
    const { poster } = startPoster({
      resolve: () => Promise.reject(Object.assign(new Error('getaddrinfo ENOTFOUND'), { code: 'ENOTFOUND' })),
    });
    expect((await poster.post({ url, secrets: [SECRET] }, EVENT)).error).toMatch(/^ECONNREFUSED/);
    expect((await poster.post({ url: 'http://none.example/', secrets: [SECRET] }, EVENT)).error).toMatch(/^ENOTFOUND/);
  });

  it.each<readonly [what: string, answer: Answer]>([
    ['has no end', writeForEver('HTTP/1.1 200 OK\r\ncontent-length: 99999999999\r\n\r\n', 'x'.repeat(65_536))],
    [
      'has no end, in chunks',
      writeForEver('HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n', `400\r\n${'x'.repeat(1_024)}\r\n`),
    ],
  ])('takes the status for the answer and no more than a little of a body that %s', async (_what, answer) => {
    const receiver = await WebhookReceiver.start(answer);
    const posted = await startPoster().poster.post({ url: receiver.url, secrets: [SECRET] }, EVENT);
    expect(posted).toMatchObject({ status: 200, error: null, answerStart: 'x'.repeat(1_024) });
    await receiver.stop();
    // What fits the buffers on the way, and nothing like all of it.
    expect(receiver.bytesWritten).toBeLessThan(20_000_000);
  });

  it.each<readonly [what: string, answer: Answer, start: string]>([
    ['is shorter than it says', (socket) => void socket.end('HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nok'), 'ok'],
    ['is longer than it says', (socket) => void socket.end('HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nokok'), 'ok'],
    [
      'breaks off in a chunk',
      (socket) => void socket.end('HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n9\r\nok'),
      'ok',
    ],
  ])('takes the status for the answer where the body %s', async (_what, answer, start) => {
    const receiver = await WebhookReceiver.start(answer);
    const posted = await startPoster().poster.post({ url: receiver.url, secrets: [SECRET] }, EVENT);
    expect(posted).toMatchObject({ status: 200, error: null, answerStart: start });
  });

  it('takes the status for the answer where the body never comes', async () => {
    const receiver = await WebhookReceiver.start((socket) => {
      socket.write('HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nok');
    });
    const { poster, clock } = startPoster();
    const posting = poster.post({ url: receiver.url, secrets: [SECRET] }, EVENT);
    await receiver.received(1);
    clock.advance(15_000);
    const { status } = await posting;
    // Either the headers were read by then, or they were not: a failure that is tried again is right, too.
    expect([200, null]).toContain(status);
  });

  it('is called off by its signal', async () => {
    const receiver = await WebhookReceiver.start(hang);
    const { poster, clock } = startPoster();
    const abort = new AbortController();
    const posting = poster.post({ url: receiver.url, secrets: [SECRET] }, EVENT, abort.signal);
    await receiver.received(1);
    abort.abort();
    expect(await posting).toMatchObject({ status: null });
    expect(clock.running).toBe(0);
  });
});

describe('A host that leads into our own network', () => {
  it.each([
    ['http://127.0.0.1:PORT/', /127\.0\.0\.1 is a loopback address/],
    ['http://[::1]:PORT/', /::1 is a loopback address/],
    ['http://[::ffff:127.0.0.1]:PORT/', /loopback address/],
    ['http://2130706433:PORT/', /127\.0\.0\.1 is a loopback address/],
    ['http://10.0.0.1:PORT/', /private address/],
    ['http://169.254.169.254:PORT/', /link-local address/],
  ])('is refused where the address is written out: %s', async (url, error) => {
    const receiver = await WebhookReceiver.start();
    const { poster } = startPoster({ allowedHosts: new Set() });
    const posted = await poster.post({ url: url.replace('PORT', String(receiver.port)), secrets: [SECRET] }, EVENT);
    expect(posted).toMatchObject({ status: null, error: expect.stringMatching(error) });
    expect(posted.error).toContain('WEBHOOK_ALLOW_HOSTS');
    expect(receiver.connections).toBe(0);
  });

  it.each(['127.0.0.1', '10.1.2.3', '169.254.169.254', '100.64.0.1', '::1', 'fe80::1', '::ffff:127.0.0.1', '0.0.0.0'])(
    'is refused where its name leads to %s, alone or among public ones',
    async (address) => {
      const receiver = await WebhookReceiver.start();
      const url = `http://rebound.example:${receiver.port}/`;
      for (const others of [[], ['93.184.215.14']]) {
        const found = [...others, address].map((each) => ({ address: each, family: each.includes(':') ? 6 : 4 }));
        const { poster } = startPoster({ allowedHosts: new Set(), resolve: () => Promise.resolve(found) });
        const posted = await poster.post({ url, secrets: [SECRET] }, EVENT);
        expect(posted.error).toMatch(`rebound.example leads to ${address}`);
      }
      expect(receiver.connections).toBe(0);
    },
  );

  it('is connected to where the host is allowed by its name', async () => {
    const receiver = await WebhookReceiver.start();
    const { poster } = startPoster({
      allowedHosts: new Set(['receiver.internal']),
      resolve: () => Promise.resolve([{ address: '127.0.0.1', family: 4 }]),
    });
    const post = (host: string) => poster.post({ url: `http://${host}:${receiver.port}/`, secrets: [SECRET] }, EVENT);
    expect(await post('receiver.internal')).toMatchObject({ status: 200 });
    expect(await post('RECEIVER.internal.')).toMatchObject({ status: 200 });
    expect(await post('other.internal')).toMatchObject({ status: null });
  });
});
