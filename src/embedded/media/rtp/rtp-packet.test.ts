import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readRtp, writeRtp } from '../../../../test/support/phone/rtp-packet.ts';
import {
  blankPacket,
  hasMarker,
  payloadEnd,
  payloadStart,
  payloadTypeOf,
  sequenceOf,
  ssrcOf,
  stampPacket,
  timestampOf,
} from './rtp-packet.ts';

const fields = fc.record({
  payloadType: fc.integer({ min: 0, max: 127 }).filter((type) => type < 64 || type > 95),
  marker: fc.boolean(),
  sequence: fc.nat(0xffff),
  timestamp: fc.nat(0xffff_ffff),
  ssrc: fc.nat(0xffff_ffff),
});
const plain = writeRtp({
  payloadType: 0,
  marker: false,
  sequence: 1,
  timestamp: 2,
  ssrc: 3,
  payload: Buffer.from('abcd'),
});

/** The packet with another first octet, and bytes between header and payload. */
const built = (first: number, between: readonly number[], payload = 'abcd'): Buffer =>
  Buffer.concat([Buffer.from([first]), plain.subarray(1, 12), Buffer.from(between), Buffer.from(payload, 'latin1')]);

const payloadOf = (packet: Buffer): string | null => {
  const start = payloadStart(packet);
  const end = start === -1 ? -1 : payloadEnd(packet, start);
  return end === -1 ? null : packet.toString('latin1', start, end);
};

describe('an RTP packet', () => {
  it('reads as an independent writer wrote it', () => {
    fc.assert(
      fc.property(fields, fc.uint8Array({ maxLength: 200 }), (header, octets) => {
        const packet = writeRtp({ ...header, payload: Buffer.from(octets) });
        expect({
          payloadType: payloadTypeOf(packet),
          marker: hasMarker(packet),
          sequence: sequenceOf(packet),
          timestamp: timestampOf(packet),
          ssrc: ssrcOf(packet),
        }).toEqual(header);
        expect(payloadOf(packet)).toBe(Buffer.from(octets).toString('latin1'));
      }),
    );
  });

  it('is stamped so that an independent reader understands it', () => {
    fc.assert(
      fc.property(fields, ({ payloadType, marker, sequence, timestamp, ssrc }) => {
        const packet = blankPacket(4);
        packet.write('abcd', 12);
        stampPacket(packet, payloadType, marker, sequence, timestamp, ssrc);
        const payload = Buffer.from('abcd');
        expect(readRtp(packet)).toEqual({ payloadType, marker, sequence, timestamp, ssrc, payload });
      }),
    );
  });

  it.each([
    ['contributing sources', built(0x82, [0, 0, 0, 1, 0, 0, 0, 2])],
    ['a header extension', built(0x90, [0xbe, 0xde, 0, 1, 1, 2, 3, 4])],
    ['both', built(0x91, [0, 0, 0, 1, 0xbe, 0xde, 0, 0])],
    ['padding', built(0xa0, [], 'abcd\0\0\x03')],
  ])('has its payload behind %s', (_, packet) => {
    expect(payloadOf(packet)).toBe('abcd');
  });

  it.each([
    ['nothing', Buffer.alloc(0)],
    ['a short header', plain.subarray(0, 11)],
    ['another version', built(0x40, [])],
    ['STUN', Buffer.from('000100002112a442000000000000000000000000', 'hex')],
    ['RTCP', Buffer.concat([Buffer.from([0x80, 200]), plain.subarray(2)])],
    ['sources cut off', plain.subarray(0, 12).map((octet, i) => (i === 0 ? 0x83 : octet)) as Buffer],
    ['an extension cut off', built(0x90, [0xbe], '')],
    ['an extension longer than the packet', built(0x90, [0xbe, 0xde, 0, 9])],
    ['padding longer than the packet', built(0xa0, [], 'ab\x09')],
    ['padding of no length', built(0xa0, [], 'ab\0')],
  ])('is not made out of %s', (_, bytes) => {
    expect(payloadOf(bytes)).toBeNull();
  });

  it('has its payload inside itself, whatever the bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 60 }), fc.constantFrom(0x80, 0x90, 0xa0, 0xb3), (bytes, first) => {
        const packet = Buffer.from([first, ...bytes]);
        const start = payloadStart(packet);
        if (start === -1) return;
        const end = payloadEnd(packet, start);
        expect(end === -1 || (start >= 12 && start <= end && end <= packet.length)).toBe(true);
      }),
      { numRuns: 2000 },
    );
  });
});
