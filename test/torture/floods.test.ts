import { createSocket, type Socket as UdpSocket } from 'node:dgram';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ProvingGround } from './proving-ground.ts';

/** An address of nobody: no trunk has it among its sources. */
const STRANGER = '127.0.0.2';

/** Requests sent before a probe must have been answered. */
const AT_ONCE = 50;

/** What a flood may add to the memory of the whole process: the transactions' budget, as much again as text, and noise. */
const GROWTH_LIMIT_BYTES = 450_000_000;

/** Nearly the longest line that is read, so often that the message nearly fills a datagram. */
const PADDING = Array.from({ length: 7 }, (_, i) => `X-${i}: ${'x'.repeat(8_000)}\r\n`).join('');

const SDP = 'v=0\r\no=- 1 1 IN IP4 x\r\ns=-\r\nm=audio 4 RTP/AVP 0\r\n';

const MEGABYTE = Buffer.alloc(1_000_000, 'x');

describe('a flood', () => {
  let ground: ProvingGround;
  let stranger: UdpSocket;
  const sockets: Socket[] = [];
  let before = 0;

  beforeEach(async () => {
    ground = await ProvingGround.start();
    stranger = createSocket('udp4');
    stranger.bind(0, STRANGER);
    await once(stranger, 'listening');
    before = (await ground.vitals()).residentBytes;
  });

  afterEach(async () => {
    for (const socket of sockets.splice(0)) socket.destroy();
    stranger.close();
    await ground.stop();
  });

  const request = (method: string, id: number | string, extra = ''): string =>
    [
      `${method} sip:+14155550100@${ground.tollgate.sip} SIP/2.0`,
      `Via: SIP/2.0/UDP ${STRANGER}:5060;rport;branch=z9hG4bK-${id}`,
      `From: <sip:${id}@${STRANGER}>;tag=${id}`,
      `To: <sip:+14155550100@${ground.tollgate.sip}>`,
      `Call-ID: flood-${id}`,
      `CSeq: 1 ${method}`,
      `Contact: <sip:${STRANGER}>`,
      `${extra}Content-Type: application/sdp`,
      `Content-Length: ${SDP.length}`,
      '',
      SDP,
    ].join('\r\n');

  /** Sends as many as fast as they are read. */
  const flood = async (count: number, make: (id: number) => string): Promise<void> => {
    for (let id = 0; id < count; id++) {
      stranger.send(make(id), ground.sip.port, ground.sip.host);
      if (id % AT_ONCE === 0) await ground.probe();
    }
  };

  /** A stranger's connection; the product may well throw it away. */
  const open = async (): Promise<Socket> => {
    const socket = connect({ ...ground.sip, localAddress: STRANGER });
    sockets.push(socket);
    socket.on('error', () => undefined);
    socket.resume();
    await once(socket, 'connect');
    return socket;
  };

  const growth = async (): Promise<number> => (await ground.vitals()).residentBytes - before;

  it('of INVITEs from strangers is refused, counted and forgotten, and calls go on', async () => {
    let refused = 0;
    stranger.on('message', (bytes) => (refused += Number(bytes.toString('latin1').startsWith('SIP/2.0 403'))));
    await ground.callThroughout(flood(5_000, (id) => request('INVITE', id)));
    const metrics = String(await ground.tollgate.api('GET', '/metrics'));
    const count = (series: string): number =>
      Number(
        metrics
          .split('\n')
          .find((line) => line.startsWith(`${series} `))
          ?.slice(series.length),
      );
    const strangers = count('tollgate_strangers_total');
    // A busy machine loses datagrams before anyone reads them.
    expect(strangers).toBeGreaterThan(4_500);
    expect(refused).toBeGreaterThanOrEqual(strangers);
    expect(count('tollgate_sip_requests_total{direction="in",method="INVITE"}')).toBe(strangers + ground.goodCalls);
    expect((await ground.vitals()).callsReceived).toBe(ground.goodCalls);
    await ground.expectBooksInOrder();
  });

  it('of OPTIONS as large as can be costs bounded memory, and calls go on', async () => {
    await ground.callThroughout(flood(6_000, (id) => request('OPTIONS', id, PADDING)));
    expect(await growth()).toBeLessThan(GROWTH_LIMIT_BYTES);
    await ground.expectBooksInOrder();
  }, 60_000);

  it('of large INVITEs faster than anyone can read them does not cut the calls that are up', async () => {
    for (let id = 0; id < 4_000; id++) {
      stranger.send(request('INVITE', id, PADDING), ground.sip.port, ground.sip.host, () => undefined);
      // The sender's own turn, without waiting for whoever reads.
      if (id % AT_ONCE === 0) await new Promise(setImmediate);
    }
    await ground.probe();
    await ground.call();
    expect(await growth()).toBeLessThan(GROWTH_LIMIT_BYTES);
    await ground.expectBooksInOrder();
  }, 60_000);

  it('of 64 KB media types, each of which a careless search would take seconds for, is refused at once', async () => {
    const type = `Content-Type: multipart/x${'\r\n ; ; ; ; ; ; ; ;'.repeat(3_000)}\r\n`;
    for (let id = 0; id < 100; id++) {
      stranger.send(request('INVITE', id, type), ground.sip.port, ground.sip.host);
    }
    await ground.probe();
    expect(Math.max(...ground.probeMs)).toBeLessThan(2_000);
    await ground.expectBooksInOrder();
  });

  it('of connections, more than there may be, leaves room for calls', async () => {
    await ground.callThroughout(
      (async () => {
        for (let i = 0; i < 3_000; i++) {
          const socket = await open();
          // Half of them begin a message they never end.
          if (i % 2 === 0) socket.write('INVITE sip:x@y SIP/2.0\r\nVia: SIP/2.0/TCP ');
        }
      })(),
    );
    const { connections } = await ground.vitals();
    // Some of those that had to go may still be on their way out.
    expect(connections).toBeLessThan(1_100);
    const byTcp = ground.carrier.call({ to: `sip:+14155550100@${ground.tollgate.sip}`, transport: 'tcp' });
    await byTcp.waitFor('confirmed');
    await byTcp.bye();
    ground.goodCalls += 1;
    expect(await growth()).toBeLessThan(GROWTH_LIMIT_BYTES);
    await ground.expectBooksInOrder();
  }, 60_000);

  it('of bytes after a Content-Length of a gigabyte is answered 413 and cut off', async () => {
    const socket = await open();
    let heard = '';
    socket.on('data', (bytes) => (heard += bytes.toString('latin1')));
    const closed = new Promise((resolve) => socket.on('close', resolve));
    socket.write(request('INVITE', 1).replace(/^Content-Length: .*/m, 'Content-Length: 1000000000'));
    const more = setInterval(() => socket.writableLength < 10_000_000 && socket.write(MEGABYTE), 1);
    await ground.callThroughout(closed.then(() => clearInterval(more)));
    expect(heard).toMatch(/^SIP\/2\.0 413 /);
    expect(await growth()).toBeLessThan(GROWTH_LIMIT_BYTES);
    await ground.expectBooksInOrder();
  });

  it('of single bytes on many connections is read all the same, and answered', async () => {
    const senders = await Promise.all(Array.from({ length: 20 }, () => open()));
    const answered = senders.map((socket) => once(socket, 'data'));
    const texts = senders.map((_, i) => request('OPTIONS', `drip${i}`));
    const drip = async (): Promise<void> => {
      for (let at = 0; texts.some((text) => at < text.length); at++) {
        for (const [i, socket] of senders.entries()) socket.write(texts[i]?.charAt(at) ?? '');
        await new Promise(setImmediate);
      }
    };
    await ground.callThroughout(drip());
    for (const [bytes] of (await Promise.all(answered)) as [Buffer][]) expect(String(bytes)).toContain('SIP/2.0 200');
    await ground.expectBooksInOrder();
  });
});
