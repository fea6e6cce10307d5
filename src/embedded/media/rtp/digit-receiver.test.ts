import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { writeRtp } from '../../../../test/support/phone/rtp-packet.ts';
import { TurnedClock } from '../../../../test/support/turned-clock.ts';
import { DigitReceiver } from './digit-receiver.ts';

const DIGITS = '0123456789*#ABCD';

interface EventPacket {
  readonly digit: string;
  readonly timestamp: number;
  readonly duration: number;
  readonly isEnd: boolean;
  readonly marker: boolean;
  readonly ssrc?: number;
}

function receiver() {
  const clock = new TurnedClock();
  const heard: [string, number][] = [];
  const digits = new DigitReceiver(clock, (digit, durationMs) => heard.push([digit, durationMs]));
  const receive = ({ digit, timestamp, duration, isEnd, marker, ssrc = 1 }: EventPacket): void => {
    const payload = Buffer.from([DIGITS.indexOf(digit), isEnd ? 0x8a : 0x0a, duration >> 8, duration & 0xff]);
    const packet = writeRtp({ payloadType: 101, marker, sequence: 0, timestamp: timestamp >>> 0, ssrc, payload });
    digits.receive(packet, 12, packet.length);
  };
  return { clock, digits, heard, receive };
}

/** All packets of a digit, as a sender sends them every 20 ms. */
function packetsOf(digit: string, timestamp: number, ms: number): EventPacket[] {
  const updates = Array.from({ length: ms / 20 }, (_, i) => ({
    digit,
    timestamp,
    duration: (i + 1) * 160,
    isEnd: (i + 1) * 20 >= ms,
    marker: i === 0,
  }));
  return [...updates, updates.at(-1)!, updates.at(-1)!];
}

describe('digits that are received', () => {
  it('are each heard once, at their end, as long as their sender says', () => {
    const { clock, heard, receive } = receiver();
    const [first, ...rest] = packetsOf('5', 1000, 100);
    receive(first!);
    clock.advance(20);
    expect(heard).toEqual([]);
    for (const packet of rest) receive(packet);
    for (const packet of packetsOf('5', 3000, 60)) receive(packet);
    clock.advance(1000);
    expect(heard).toEqual([
      ['5', 100],
      ['5', 60],
    ]);
    expect(clock.running).toBe(0);
  });

  it('are heard whatever is lost, doubled or swapped on the way, as long as one packet of each comes', () => {
    const pressed = fc.record({
      digit: fc.constantFrom(...Array.from(DIGITS)),
      frames: fc.integer({ min: 2, max: 12 }),
      lost: fc.array(fc.boolean(), { minLength: 14, maxLength: 14 }),
      kept: fc.nat(13),
      swapped: fc.nat(12),
    });
    fc.assert(
      fc.property(fc.array(pressed, { maxLength: 12 }), fc.nat(0xffff_ffff), (row, start) => {
        const { clock, heard, receive } = receiver();
        let timestamp = start;
        for (const { digit, frames, lost, kept, swapped } of row) {
          const all = packetsOf(digit, timestamp, frames * 20);
          const some = all.filter((_, i) => !lost[i] || i === kept % all.length);
          if (swapped + 1 < some.length) some.splice(swapped, 2, some[swapped + 1]!, some[swapped]!);
          for (const packet of some) {
            receive(packet);
            clock.advance(20);
          }
          clock.advance(40);
          timestamp = (timestamp + frames * 160 + 800) >>> 0;
        }
        clock.advance(1000);
        expect(heard.map(([digit]) => digit)).toEqual(row.map(({ digit }) => digit));
        expect(clock.running).toBe(0);
      }),
      { numRuns: 300 },
    );
  });

  it('end when the next begins, or when nothing more is heard of them', () => {
    const { clock, heard, receive } = receiver();
    receive(packetsOf('1', 0, 100)[2]!);
    receive(packetsOf('2', 5000, 100)[1]!);
    expect(heard).toEqual([['1', 60]]);
    clock.advance(150);
    receive(packetsOf('2', 5000, 100)[2]!);
    clock.advance(150);
    expect(heard).toHaveLength(1);
    clock.advance(10);
    expect(heard).toEqual([
      ['1', 60],
      ['2', 60],
    ]);
  });

  it('are one where a long press goes on in another segment (RFC 4733 §2.5.1.3)', () => {
    const { heard, receive } = receiver();
    receive({ digit: '9', timestamp: 0, duration: 0xffff, isEnd: false, marker: true });
    receive({ digit: '9', timestamp: 0xffff, duration: 160, isEnd: false, marker: false });
    receive({ digit: '9', timestamp: 0xffff, duration: 801, isEnd: true, marker: false });
    expect(heard).toEqual([['9', (0xffff + 801) / 8]]);
  });

  it('are heard of a stream that begins anew, though its timestamps are older', () => {
    const { heard, receive } = receiver();
    const end = (timestamp: number, ssrc: number): EventPacket => ({ ...packetsOf('7', timestamp, 40).at(-1)!, ssrc });
    receive(end(1_000_000, 1));
    receive(end(999_000, 1));
    receive(end(999_000, 2));
    receive(end(100, 2));
    expect(heard).toHaveLength(3);
  });

  it('are not made of other events, or of half a payload', () => {
    const { clock, digits, heard } = receiver();
    const flash = writeRtp({
      payloadType: 101,
      marker: true,
      sequence: 0,
      timestamp: 0,
      ssrc: 1,
      payload: Buffer.from([16, 0x8a, 1, 0]),
    });
    digits.receive(flash, 12, 16);
    digits.receive(flash, 12, 15);
    clock.advance(1000);
    expect(heard).toEqual([]);
  });

  it('are forgotten when the port closes', () => {
    const { clock, digits, heard, receive } = receiver();
    receive(packetsOf('1', 0, 100)[0]!);
    digits.close();
    clock.advance(1000);
    expect([heard, clock.running]).toEqual([[], 0]);
  });
});
