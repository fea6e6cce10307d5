import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { audioPorts, packet, type Leg } from '../../../../test/support/audio-ports.ts';
import { decode, encode } from '../../../../test/support/phone/g711.ts';
import { writeRtp, type RtpPacket } from '../../../../test/support/phone/rtp-packet.ts';
import { TurnedClock } from '../../../../test/support/turned-clock.ts';
import type { AudioAgreement } from '../audio-port.ts';
import { SilenceSource } from '../audio/silence-source.ts';
import { Pacer } from './pacer.ts';
import { PortRange } from './port-range.ts';
import { RtpAudioPort } from './rtp-audio-port.ts';

/** Two legs that are bridged, each with what it has agreed beyond the usual. */
async function bridged(change: { readonly a?: Partial<AudioAgreement>; readonly b?: Partial<AudioAgreement> } = {}) {
  const ports = audioPorts();
  const [a, b] = [await ports.leg(change.a), await ports.leg(change.b)];
  a.port.bridge(b.port);
  return { ...ports, a, b };
}

const event = (sequence: number, digit: number, duration: number, isEnd: boolean, timestamp: number): RtpPacket =>
  packet({
    sequence,
    timestamp,
    payloadType: 101,
    marker: duration === 160,
    payload: Buffer.from([digit, isEnd ? 0x8a : 0x0a, duration >> 8, duration & 0xff]),
  });

describe('a bridge', () => {
  it('passes every packet on, untouched but for one shift of numbers and time, in the order they come', async () => {
    const { a, b } = await bridged();
    const sent = fc
      .sample(fc.record({ step: fc.integer({ min: 0, max: 4 }), marker: fc.boolean(), octets: fc.uint8Array() }), {
        numRuns: 300,
        seed: 4733,
      })
      .map(({ step, marker, octets }, i) => {
        // Some are late, some lost before they come here, some doubled.
        const sequence = (65_400 + i + step) & 0xffff;
        return packet({
          sequence,
          marker,
          timestamp: (2 ** 32 - 8000 + i * 160 + step) >>> 0,
          payload: Buffer.from(octets),
        });
      });
    // No more at once than the kernel keeps for a socket.
    for (let from = 0; from < sent.length; from += 100) await a.say(...sent.slice(from, from + 100));
    const heard = await b.peer.receive(sent.length);
    expect(heard.map(({ payload }) => payload)).toEqual(sent.map(({ payload }) => payload));
    expect(heard.map(({ marker }) => marker)).toEqual(sent.map(({ marker }) => marker));
    const shifts = heard.map((one, i) => [
      (one.sequence - sent[i]!.sequence) & 0xffff,
      (one.timestamp - sent[i]!.timestamp) >>> 0,
    ]);
    expect(shifts).toEqual(shifts.map(() => shifts[0]));
    expect(new Set(heard.map(({ ssrc }) => ssrc)).size).toBe(1);
    expect(b.port.counts.sent).toBe(sent.length);
  });

  it('goes both ways', async () => {
    const { a, b } = await bridged();
    await a.say(packet({ sequence: 1, payload: Buffer.from('from a') }));
    await b.say(packet({ sequence: 9, payload: Buffer.from('from b') }));
    const heard = [...(await a.peer.receive(1)), ...(await b.peer.receive(1))];
    expect(heard.map(({ payload }) => String(payload))).toEqual(['from b', 'from a']);
  });

  it('passes on in the very turn a packet arrives', async () => {
    const clock = new TurnedClock();
    const parts = async () => ({
      pair: await new PortRange({ host: '127.0.0.1', min: 0, max: 0 }).open(),
      pacer: new Pacer(clock),
      clock,
      onTrouble: (error: Error) => expect.unreachable(error.message),
    });
    const [partsA, partsB] = [await parts(), await parts()];
    const [a, b] = [new RtpAudioPort(partsA), new RtpAudioPort(partsB)];
    for (const [port, remotePort] of [
      [a, b.localPort],
      [b, a.localPort],
    ] as const) {
      const remote = { address: '127.0.0.1', port: remotePort };
      port.agree({ remote, codec: 0, telephoneEvent: null, direction: 'sendrecv', packetMs: 20 });
    }
    a.bridge(b);
    const bytes = writeRtp(packet({ sequence: 1 }));
    partsA.pair.rtp.emit('message', bytes, { address: '127.0.0.1', port: b.localPort, family: 'IPv4', size: 172 });
    expect(b.counts.sent).toBe(1);
    a.close();
    b.close();
  });

  it.each([
    [0, 8, 'PCMU', 'PCMA'],
    [8, 0, 'PCMA', 'PCMU'],
  ] as const)('translates law %i into %i where the legs differ, octet by octet', async (from, to, fromName, toName) => {
    const { a, b } = await bridged({ a: { codec: from }, b: { codec: to } });
    const payload = Buffer.from(Array.from({ length: 256 }, (_, octet) => octet));
    await a.say(packet({ sequence: 1, payloadType: from, payload }));
    const [heard] = await b.peer.receive(1);
    expect(heard?.payloadType).toBe(to);
    expect(heard?.payload).toEqual(encode(toName, decode(fromName, payload)));
    await b.say(packet({ sequence: 1, payloadType: to, payload: heard!.payload }));
    expect((await a.peer.receive(1))[0]?.payloadType).toBe(from);
  });

  it('goes by what a packet is, where a peer sends the other law than agreed', async () => {
    const { a, b } = await bridged();
    await a.say(packet({ sequence: 1, payloadType: 8, payload: Buffer.from([0xd5, 0xaa]) }));
    const [heard] = await b.peer.receive(1);
    expect([heard?.payloadType, [...heard!.payload]]).toEqual([0, [...encode('PCMU', Int16Array.of(8, 32_256))]]);
  });

  it('passes digits on by the other leg’s payload type', async () => {
    const { a, b } = await bridged({ b: { telephoneEvent: 96 } });
    await a.say(
      packet({ sequence: 1 }),
      event(2, 5, 160, false, 320),
      event(3, 5, 320, true, 320),
      packet({ sequence: 4 }),
    );
    const heard = await b.peer.receive(4);
    expect(heard.map(({ payloadType }) => payloadType)).toEqual([0, 96, 96, 0]);
    expect(heard.map(({ marker }) => marker)).toEqual([false, true, false, false]);
    expect((heard[2]!.timestamp - heard[0]!.timestamp) >>> 0).toBe(160);
    expect([...heard[2]!.payload]).toEqual([5, 0x8a, 1, 64]);
  });

  it('makes tones of digits for a leg that takes no events', async () => {
    const { clock, a, b } = await bridged({ b: { telephoneEvent: null } });
    await a.say(packet({ sequence: 1 }), event(2, 5, 160, false, 320), event(3, 5, 800, true, 320));
    clock.advance(400);
    const heard = await b.peer.receive(10);
    expect(heard).toHaveLength(10);
    expect(heard.every(({ payloadType }) => payloadType === 0)).toBe(true);
    expect(heard.slice(1).every(({ sequence }, i) => sequence === ((heard[i]!.sequence + 1) & 0xffff))).toBe(true);
    await a.say(packet({ sequence: 30 }));
    expect((await b.peer.receive(11)).at(-1)?.marker).toBe(true);
  });

  it('leaves comfort noise out without a gap, but takes it for a sign of life', async () => {
    const { clock, a, b } = await bridged();
    let silences = 0;
    a.port.watch(1000, () => (silences += 1));
    await a.say(packet({ sequence: 1 }));
    clock.advance(900);
    await a.say(packet({ sequence: 2, payloadType: 13 }));
    clock.advance(900);
    await a.say(packet({ sequence: 3 }));
    const heard = await b.peer.receive(2);
    expect((heard[1]!.sequence - heard[0]!.sequence) & 0xffff).toBe(1);
    expect([a.port.counts, silences]).toEqual([{ received: 2, sent: 0, refused: 1 }, 0]);
  });

  it('lets what is played be heard instead meanwhile, all in one stream', async () => {
    const { clock, a, b } = await bridged();
    await a.say(packet({ sequence: 1 }));
    clock.advance(20);
    const playback = b.port.play(new SilenceSource(60));
    clock.advance(60);
    await a.say(packet({ sequence: 5 }));
    clock.advance(20);
    expect(await playback.ended).toBe('finished');
    await a.say(packet({ sequence: 7 }), packet({ sequence: 8 }));
    const heard = await b.peer.receive(6);
    const steps = heard
      .slice(1)
      .map((one, i) => [(one.sequence - heard[i]!.sequence) & 0xffff, (one.timestamp - heard[i]!.timestamp) >>> 0]);
    expect(steps).toEqual([
      [1, 320],
      [1, 160],
      [1, 160],
      [1, 160],
      [1, 160],
    ]);
    expect(heard.map(({ marker }) => marker)).toEqual([false, true, false, false, true, false]);
    expect(b.port.counts.sent).toBe(6);
  });

  it('does not carry to or from a leg on hold', async () => {
    const { a, b } = await bridged();
    const heardBy = async ({ port }: Leg, from: Leg): Promise<number> => {
      const before = port.counts.sent;
      await from.say(packet({ sequence: 1 }));
      return port.counts.sent - before;
    };
    expect(await heardBy(b, a)).toBe(1);
    b.agree({ direction: 'recvonly' });
    expect([await heardBy(b, a), await heardBy(a, b)]).toEqual([0, 1]);
    b.agree({ direction: 'sendonly' });
    expect([await heardBy(b, a), await heardBy(a, b)]).toEqual([1, 0]);
    b.agree({ direction: 'inactive' });
    expect([await heardBy(b, a), await heardBy(a, b)]).toEqual([0, 0]);
    b.agree({ direction: 'sendrecv' });
    expect([await heardBy(b, a), await heardBy(a, b)]).toEqual([1, 1]);
  });

  it('ends for both, with either’s close, and gives way to another', async () => {
    const { a, b, leg } = await bridged();
    const c = await leg();
    await a.say(packet({ sequence: 1 }));
    c.port.bridge(a.port);
    await a.say(packet({ sequence: 2 }));
    await b.say(packet({ sequence: 1 }));
    expect([b.port.counts.sent, c.port.counts.sent, a.port.counts.sent]).toEqual([1, 1, 0]);
    a.port.unbridge();
    a.port.unbridge();
    await c.say(packet({ sequence: 1 }));
    expect(a.port.counts.sent).toBe(0);
    a.port.bridge(c.port);
    a.port.bridge(c.port);
    await c.say(packet({ sequence: 2 }));
    expect(a.port.counts.sent).toBe(1);
    a.port.close();
    await c.say(packet({ sequence: 3 }));
    c.port.bridge(a.port);
    await c.say(packet({ sequence: 4 }));
    expect(a.port.counts.sent).toBe(1);
    expect(() => c.port.bridge(c.port)).toThrow('a port is bridged with another of its kind');
  });

  it('stays one stream for its peer when the other leg changes', async () => {
    const { clock, a, b, leg } = await bridged();
    await a.say(packet({ sequence: 40_000 }));
    clock.advance(100);
    const c = await leg();
    b.port.bridge(c.port);
    await c.say(packet({ sequence: 3, ssrc: 99 }));
    const heard = await b.peer.receive(2);
    expect(heard[1]!.ssrc).toBe(heard[0]!.ssrc);
    expect((heard[1]!.sequence - heard[0]!.sequence) & 0xffff).toBe(1);
    expect((heard[1]!.timestamp - heard[0]!.timestamp) >>> 0).toBe(800);
    expect(heard[1]!.marker).toBe(true);
  });
});
