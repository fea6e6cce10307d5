import { describe, expect, it } from 'vitest';
import { readRtp, type RtpPacket } from '../../../../test/support/phone/rtp-packet.ts';
import { DigitSpeech } from './digit-speech.ts';
import { OutboundStream } from './outbound-stream.ts';

/** Steps as events until there is nothing to say; null is a step without a packet. */
function said(speech: DigitSpeech, type: number | null = 101): (RtpPacket | null)[] {
  const steps: (RtpPacket | null)[] = [];
  for (let dueMs = 20; ; dueMs += 20) {
    const step = speech.step(type, dueMs);
    if (step === null) return steps;
    steps.push(step.kind === 'event' ? readRtp(Buffer.from(step.packet)) : null);
  }
}

describe('digits that are sent', () => {
  it('are events that share a timestamp while they last, begin with a marker and end three times', async () => {
    const speech = new DigitSpeech(new OutboundStream());
    const sent = speech.add('4#', 90);
    const steps = said(speech);
    await sent;
    const packets = steps.filter((step) => step !== null);
    const [four, hash] = [packets.slice(0, 7), packets.slice(7)];
    expect(four.map(({ payload }) => [...payload])).toEqual([
      [4, 10, 0, 160],
      [4, 10, 1, 64],
      [4, 10, 1, 224],
      [4, 10, 2, 128],
      [4, 0x8a, 2, 208],
      [4, 0x8a, 2, 208],
      [4, 0x8a, 2, 208],
    ]);
    expect(four.map(({ marker, payloadType }) => [marker, payloadType])).toEqual(four.map((_, i) => [i === 0, 101]));
    expect(new Set(four.map(({ timestamp }) => timestamp)).size).toBe(1);
    expect(packets.slice(1).every(({ sequence }, i) => sequence === ((packets[i]!.sequence + 1) & 0xffff))).toBe(true);
    expect(hash.map(({ payload }) => payload[0])).toEqual(hash.map(() => 11));
    // 5 steps, 2 more ends, 2 of pause: the next digit begins nine steps later.
    expect((hash[0]!.timestamp - four[0]!.timestamp) >>> 0).toBe(9 * 160);
    expect(steps.indexOf(hash[0]!)).toBe(9);
  });

  it('wait where they are told to', () => {
    const speech = new DigitSpeech(new OutboundStream());
    void speech.add('wW', 100);
    expect(said(speech)).toEqual(Array.from({ length: 75 }, () => null));
  });

  it('last 40 ms at least, and no longer than an event can say', () => {
    const durations = [1, 60_000].map((ms) => {
      const speech = new DigitSpeech(new OutboundStream());
      void speech.add('1', ms);
      return said(speech)
        .findLast((step) => step !== null)!
        .payload.readUInt16BE(2);
    });
    expect(durations).toEqual([320, 64_000]);
  });

  it('are refused as a row where one is none, and nothing of it is sent', async () => {
    const speech = new DigitSpeech(new OutboundStream());
    await expect(speech.add('12x', 100)).rejects.toThrow(
      new RangeError('can\'t send "x" as a digit: use 0-9, *, #, A-D, or w and W to wait'),
    );
    expect([speech.isActive, said(speech)]).toEqual([false, []]);
  });

  it('go row after row, and each is told when it is out', async () => {
    const speech = new DigitSpeech(new OutboundStream());
    const order: string[] = [];
    const rows = ['1', '', 'a'].map(async (row) => {
      await speech.add(row, 40);
      order.push(row);
    });
    const events = said(speech).flatMap((step) => (step?.marker ? [step.payload[0]] : []));
    await Promise.all(rows);
    expect([events, order]).toEqual([
      [1, 12],
      ['1', '', 'a'],
    ]);
  });

  it('are told to be over when they are given up', async () => {
    const speech = new DigitSpeech(new OutboundStream());
    const sent = speech.add('123', 100);
    speech.step(101, 20);
    speech.clear();
    await sent;
    expect(speech.isActive).toBe(false);
  });
});
