import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { answers } from '../support/phone/behaviours.ts';
import { readHostPort } from '../support/phone/addresses.ts';
import { Phone } from '../support/phone/phone.ts';
import { DID, provision } from '../support/provision.ts';
import { TollgateProcess } from '../support/tollgate-process.ts';

const DATAGRAMS = 10_000;
/** Sent in a row before a sane request must have been answered: so each is read, none is lost in a full buffer. */
const AT_ONCE = 20;
const CALLS = 20;

/** Bytes that look random and are the same in each run (xorshift32). */
function noise(): (length: number) => Buffer {
  let state = 0x9e3779b9;
  return (length) => {
    const bytes = Buffer.alloc(length);
    for (let i = 0; i < length; i++) {
      state ^= state << 13;
      state ^= state >>> 17;
      state ^= state << 5;
      bytes[i] = state;
    }
    return bytes;
  };
}

/** Each of these is wrong in another way; the noise makes every one of them another. */
const GARBAGE: readonly ((bytes: (length: number) => Buffer) => Buffer)[] = [
  (bytes) => bytes(400),
  (bytes) => bytes(1),
  () => Buffer.alloc(0),
  (bytes) => Buffer.concat([Buffer.from('INVITE sip:'), bytes(60), Buffer.from(' SIP/2.0\r\n\r\n')]),
  (bytes) => Buffer.from(`INVITE sip:${DID}@127.0.0.1 SIP/2.0\r\nVia: ${bytes(30).toString('latin1')}`),
  (bytes) =>
    Buffer.from(`SIP/2.0 200 OK\r\nVia: SIP/2.0/UDP nowhere;branch=z9hG4bK${bytes(6).toString('hex')}\r\n\r\n`),
  (bytes) =>
    Buffer.from(`BYE sip:x@y SIP/2.0\r\nCall-ID: ${bytes(6).toString('hex')}\r\nContent-Length: 9999999\r\n\r\n`),
  () => Buffer.from('\r\n'.repeat(300)),
];

describe('garbage on the SIP port', () => {
  let tollgate: TollgateProcess;
  let carrier: Phone;
  let buyer: Phone;
  const connections: Socket[] = [];

  beforeEach(async () => {
    tollgate = await TollgateProcess.start();
    carrier = await Phone.open({ name: 'carrier', t1Ms: 100 });
    buyer = await Phone.open({ name: 'buyer', t1Ms: 100, onCall: answers() });
    await provision(tollgate, [{ name: 'a', uri: buyer.uri }]);
  });

  afterEach(async () => {
    for (const socket of connections.splice(0)) socket.destroy();
    await carrier.close();
    await buyer.close();
    await tollgate.stop();
  });

  const call = async (): Promise<void> => {
    const made = carrier.call({ to: `sip:${DID}@${tollgate.sip}` });
    await made.waitFor('confirmed');
    await made.bye();
  };

  /** A connection that sends this and then nothing more. */
  const openTcp = async (host: string, port: number, bytes: Buffer): Promise<void> => {
    const socket = connect(port, host);
    // The other end may well throw such a connection away.
    socket.on('error', () => undefined);
    connections.push(socket);
    await once(socket, 'connect');
    socket.write(bytes);
  };

  /** Sends all the datagrams, and stays in step with who reads them. */
  const flood = async (host: string, port: number): Promise<void> => {
    const socket = createSocket('udp4');
    const bytes = noise();
    for (let sent = 0; sent < DATAGRAMS; sent++) {
      socket.send(GARBAGE[sent % GARBAGE.length]?.(bytes) ?? Buffer.alloc(0), port, host);
      if (sent % AT_ONCE > 0) continue;
      expect((await carrier.request('OPTIONS', { to: `sip:${host}:${port}` })).status).toBe(200);
    }
    socket.close();
  };

  it('changes nothing: a call that is up stays up, others come and go, and each is recorded', async () => {
    const { host, port } = readHostPort(tollgate.sip);
    const longCall = carrier.call({ to: `sip:${DID}@${tollgate.sip}` });
    await longCall.waitFor('confirmed');

    const bytes = noise();
    await Promise.all(
      Array.from({ length: 40 }, (_, i) =>
        openTcp(host, port, GARBAGE[i % GARBAGE.length]?.(bytes) ?? Buffer.alloc(0)),
      ),
    );
    let flooding = true;
    const flooded = flood(host, port).finally(() => (flooding = false));
    let during = 0;
    for (let i = 0; i < CALLS; i++) {
      await call();
      if (flooding) during += 1;
    }
    await flooded;
    // Else the flood was over too soon to disturb them all.
    expect(during).toBe(CALLS);
    await longCall.bye();

    const cdrs = await tollgate.waitForCdrs(CALLS + 1);
    expect(cdrs).toHaveLength(CALLS + 1);
    expect(cdrs.filter((cdr) => cdr.outcome !== 'connected' || cdr.hangupBy !== 'caller')).toEqual([]);
    const metrics = String(await tollgate.api('GET', '/metrics'));
    expect(metrics).not.toMatch(/^tollgate_faults_total.* [1-9]/m);
    expect(await tollgate.api('GET', '/readyz')).toMatchObject({});
  });
});
