import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readRtp, writeRtp, type RtpPacket } from '../../../../test/support/phone/rtp-packet.ts';
import { OutboundStream } from './outbound-stream.ts';
import { blankPacket } from './rtp-packet.ts';

const read = (bytes: Buffer): RtpPacket => readRtp(bytes)!;

/** A stream, and the packets that have left by it, in order; time is told with each. */
function stream() {
  const outbound = new OutboundStream();
  const sent: RtpPacket[] = [];
  /** A frame of our own that begins at `atMs`. */
  const say = (atMs: number, marker = false): void => {
    const packet = blankPacket(160);
    outbound.stamp(packet, 0, marker, outbound.begin(atMs), 160, atMs);
    sent.push(read(Buffer.from(packet)));
  };
  const relay = (packet: Partial<RtpPacket> & { sequence: number }, atMs: number, isSound = true): boolean => {
    const whole = {
      payloadType: 0,
      marker: false,
      timestamp: packet.sequence * 160,
      ssrc: 7,
      payload: Buffer.alloc(160),
    };
    const bytes = writeRtp({ ...whole, ...packet });
    const leaves = outbound.restamp(bytes, 0, isSound, 160, atMs);
    if (leaves) sent.push(read(bytes));
    return leaves;
  };
  /** Steps from packet to packet, of sequence numbers and of timestamps. */
  const steps = (): (readonly [number, number])[] =>
    sent
      .slice(1)
      .map((packet, i) => [
        ((packet.sequence - sent[i]!.sequence) << 16) >> 16,
        (packet.timestamp - sent[i]!.timestamp) | 0,
      ]);
  return { outbound, sent, say, relay, steps };
}

describe('what a peer is sent', () => {
  it('is one stream, whoever speaks: numbers follow on, timestamps keep to the time', () => {
    const { say, relay, sent, steps } = stream();
    say(0, true);
    say(20);
    relay({ sequence: 500, ssrc: 1 }, 100);
    relay({ sequence: 501, ssrc: 1 }, 120);
    relay({ sequence: 9, ssrc: 2, timestamp: 77 }, 1120);
    say(1500, true);
    expect(new Set(sent.map(({ ssrc }) => ssrc)).size).toBe(1);
    expect(steps()).toEqual([
      [1, 160],
      [1, 640],
      [1, 160],
      [1, 8000],
      [1, 3040],
    ]);
  });

  it('has a relayed sender’s losses, order, doubles, markers and timing as they are', () => {
    const { relay, sent, steps } = stream();
    relay({ sequence: 65_534, marker: true }, 0);
    const rest = [
      { sequence: 1, timestamp: 65_537 * 160 },
      { sequence: 65_535 },
      { sequence: 1, timestamp: 65_537 * 160 },
      { sequence: 2, timestamp: 65_600 * 160, marker: true },
    ];
    rest.forEach((packet, i) => relay(packet, 20 + i));
    expect(steps()).toEqual([
      [3, 480],
      [-2, -320],
      [2, 320],
      [1, 63 * 160],
    ]);
    expect(sent.map(({ marker }) => marker)).toEqual([true, false, false, false, true]);
  });

  it('marks the sound that follows on something else, but no event (RFC 3551 §4.1, RFC 4733 §2.3)', () => {
    const { outbound, say, relay, sent } = stream();
    relay({ sequence: 1 }, 0);
    say(20);
    relay({ sequence: 3 }, 40);
    relay({ sequence: 4 }, 60);
    outbound.unsplice();
    relay({ sequence: 5 }, 80, false);
    relay({ sequence: 6 }, 100);
    outbound.unsplice();
    relay({ sequence: 7 }, 120);
    expect(sent.map(({ marker }) => marker)).toEqual([false, false, true, false, false, false, true]);
  });

  it('leaves out what a sender sent before it was relayed, for its number is taken', () => {
    const { say, relay, steps } = stream();
    say(0);
    relay({ sequence: 100 }, 20);
    expect(relay({ sequence: 99 }, 25)).toBe(false);
    relay({ sequence: 101 }, 40);
    expect(relay({ sequence: 100 }, 45)).toBe(true);
    expect(steps().map(([sequence]) => sequence)).toEqual([1, 1, -1]);
  });

  it('goes on without a jump where a sender’s numbers jump', () => {
    const { relay, steps } = stream();
    relay({ sequence: 100 }, 0);
    relay({ sequence: 40_000 }, 20);
    relay({ sequence: 39_000 }, 40);
    expect(steps()).toEqual([
      [1, 160],
      [1, 160],
    ]);
  });

  it('has no gap where a packet was left out on purpose', () => {
    const { outbound, relay, steps } = stream();
    const comfortNoise = (sequence: number): Buffer =>
      writeRtp({ payloadType: 13, marker: false, sequence, timestamp: 0, ssrc: 7, payload: Buffer.alloc(1) });
    relay({ sequence: 10 }, 0);
    outbound.leaveOut(comfortNoise(11));
    outbound.leaveOut(comfortNoise(12));
    relay({ sequence: 13 }, 60);
    relay({ sequence: 15 }, 100);
    outbound.leaveOut(comfortNoise(14));
    relay({ sequence: 16 }, 120);
    expect(steps().map(([sequence]) => sequence)).toEqual([1, 2, 1]);
  });

  it('counts an event’s time once, though each of its packets tells of all of it', () => {
    const { outbound, say, sent } = stream();
    say(0);
    const start = outbound.begin(20);
    const packet = blankPacket(4);
    for (const [i, duration] of [160, 320, 480, 480, 480].entries()) {
      outbound.stamp(packet, 101, i === 0, start, duration, 20 + i * 20);
    }
    say(200, true);
    expect((sent[1]!.timestamp - sent[0]!.timestamp) >>> 0).toBe(1600);
  });

  it('never uses a number twice and never goes back in time, whatever comes in which order', () => {
    const happening = fc.oneof(
      fc.record({ kind: fc.constant('say' as const), waitMs: fc.nat(100) }),
      fc.record({
        kind: fc.constant('relay' as const),
        waitMs: fc.nat(100),
        ssrc: fc.integer({ min: 1, max: 3 }),
        skipped: fc.nat(20),
      }),
      fc.record({ kind: fc.constant('unsplice' as const), waitMs: fc.nat(100) }),
    );
    fc.assert(
      fc.property(fc.array(happening, { maxLength: 200 }), (happenings) => {
        const { outbound, say, relay, steps } = stream();
        const senders = new Map<number, number>();
        let nowMs = 0;
        for (const one of happenings) {
          nowMs += one.waitMs;
          if (one.kind === 'say') say(nowMs);
          else if (one.kind === 'unsplice') outbound.unsplice();
          else {
            const sequence = (senders.get(one.ssrc) ?? one.ssrc * 20_000) + 1 + one.skipped;
            senders.set(one.ssrc, sequence);
            relay({ sequence, ssrc: one.ssrc }, nowMs);
          }
        }
        expect(steps().every(([sequence, timestamp]) => sequence >= 1 && timestamp >= 160)).toBe(true);
      }),
      { numRuns: 300 },
    );
  });
});
