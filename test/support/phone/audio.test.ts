import { afterEach, describe, expect, it } from 'vitest';
import { decode, encode } from './g711.ts';
import { readRtp, writeRtp, type RtpPacket } from './rtp-packet.ts';
import { RtpReception } from './rtp-reception.ts';
import { RtpStream, type RtpStreamOptions } from './rtp-stream.ts';
import { loudness, secondOfTone, shareOfTone } from './tone.ts';

const everyOctet = Uint8Array.from({ length: 256 }, (_, i) => i);

describe('G.711', () => {
  it.each([
    ['PCMU', 0, 0xff],
    ['PCMU', 32_767, 0x80],
    ['PCMU', -32_768, 0x00],
    ['PCMA', 0, 0xd5],
    ['PCMA', 32_767, 0xaa],
    ['PCMA', -32_768, 0x2a],
  ] as const)('%s writes %d as the standard says', (codec, sample, octet) => {
    expect(encode(codec, Int16Array.of(sample))[0]).toBe(octet);
  });

  it('reads back what it wrote, for every octet (µ-law has two zeros)', () => {
    expect([...encode('PCMA', decode('PCMA', everyOctet))]).toEqual([...everyOctet]);
    const withoutNegativeZero = [...everyOctet].map((octet) => (octet === 0x7f ? 0xff : octet));
    expect([...encode('PCMU', decode('PCMU', everyOctet))]).toEqual(withoutNegativeZero);
  });
});

describe('telling tones apart', () => {
  const tone = (hz: number | null) => secondOfTone(hz).subarray(0, 800);
  const mixed = Int16Array.from(tone(440), (sample, i) => sample + (tone(620)[i] ?? 0));

  it('finds a tone alone, half of it in a mix of two, and nothing of it in others or in silence', () => {
    const shares = [tone(440), mixed, tone(620), tone(null)].map((sound) => shareOfTone(sound, 440));
    const expected = [1, 0.5, 0, 0];
    shares.forEach((share, i) => expect(share).toBeCloseTo(expected[i] ?? 0, 1));
  });

  it('survives G.711', () => {
    expect(shareOfTone(decode('PCMA', encode('PCMA', tone(440))), 440)).toBeGreaterThan(0.99);
  });

  it('measures loudness as the root of the mean square', () => {
    expect(loudness(tone(400))).toBeCloseTo(8000 / Math.SQRT2, -1);
  });
});

describe('what is made of received packets', () => {
  const packet = (sequence: number, over: Partial<RtpPacket> = {}): RtpPacket => ({
    payloadType: 0,
    marker: false,
    sequence,
    timestamp: (sequence * 160) >>> 0,
    ssrc: 1,
    payload: Buffer.alloc(160, 0xff),
    ...over,
  });
  const received = (packets: readonly RtpPacket[]): RtpReception => {
    const reception = new RtpReception();
    packets.forEach((one, i) => reception.receive(one, i * 20, 101));
    return reception;
  };

  it('writes packets that it can read', () => {
    const sent = packet(65_535, { marker: true, ssrc: 0xfedcba98, timestamp: 0xfffffff0 });
    expect(readRtp(writeRtp(sent))).toEqual(sent);
  });

  it('does not take RTCP or anything short for RTP', () => {
    expect(readRtp(Buffer.from([0x80, 200, 0, 6, 0, 0, 0, 1, 0, 0, 0, 0]))).toBeNull();
    expect(readRtp(Buffer.from([0x80, 0]))).toBeNull();
  });

  it('counts loss by sequence numbers, across their wrap', () => {
    const { lost, packets } = received([65_533, 65_534, 1, 2].map((sequence) => packet(sequence)));
    expect([packets, lost]).toEqual([4, 2]);
  });

  it('counts a late packet as reordered and not as lost', () => {
    const { lost, reordered } = received([5, 7, 6, 8].map((sequence) => packet(sequence)));
    expect([lost, reordered]).toEqual([0, 1]);
  });

  it('counts two sources apart', () => {
    const { lost, sources } = received([packet(5), packet(9000, { ssrc: 2 })]);
    expect([lost, sources]).toEqual([0, 2]);
  });

  it('counts each digit once, though its end comes three times', () => {
    const digit = (sequence: number, event: number, ended: boolean, timestamp: number) =>
      packet(sequence, { payloadType: 101, timestamp, payload: Buffer.from([event, ended ? 0x8a : 0x0a, 0, 160]) });
    const twice = [0, 2000].flatMap((timestamp) =>
      [false, true, true, true].map((ended, i) => digit(timestamp + i, 11, ended, timestamp)),
    );
    expect(received(twice).digits).toBe('##');
  });

  it('has no jitter where packets come each 20 ms, and some where they don’t', () => {
    const steady = [1, 2, 3, 4].map((sequence) => packet(sequence));
    expect(received(steady).jitterMs).toBe(0);
    expect(received([packet(1), packet(3), packet(4)]).jitterMs).toBeGreaterThan(1);
  });
});

describe('two RTP streams', () => {
  const open: RtpStream[] = [];
  const stream = async (options: Omit<RtpStreamOptions, 'host'> = {}): Promise<RtpStream> => {
    const opened = await RtpStream.open({ host: '127.0.0.1', ...options });
    open.push(opened);
    return opened;
  };
  const connect = (a: RtpStream, b: RtpStream): void => {
    const answer = b.answer(a.offer());
    if (!answer) throw new Error('no common codec');
    a.follow(a.offer(), answer);
    b.follow(answer, a.offer());
  };

  afterEach(async () => {
    await Promise.all(open.splice(0).map((one) => one.close()));
  });

  it('hear each other’s tone and not their own', async () => {
    const [a, b] = [await stream({ toneHz: 440 }), await stream({ toneHz: 620 })];
    connect(a, b);
    await Promise.all([a.waitToHear(620), b.waitToHear(440)]);
    expect([a.hears(440), b.hears(620)]).toEqual([false, false]);
    expect([b.reception.lost, b.reception.sources]).toEqual([0, 1]);
  });

  it('speak A-law where that is what both know', async () => {
    const [a, b] = [await stream({ toneHz: 440, codecs: ['PCMA', 'PCMU'] }), await stream({ codecs: ['PCMA'] })];
    connect(a, b);
    await b.waitToHear(440);
  });

  it('have no answer without a common codec', async () => {
    const [a, b] = [await stream({ codecs: ['PCMU'] }), await stream({ codecs: ['PCMA'] })];
    expect(b.answer(a.offer())).toBeNull();
  });

  it('change tone and fall silent while they go on sending', async () => {
    const [a, b] = [await stream({ toneHz: 440 }), await stream()];
    connect(a, b);
    await b.waitToHear(440);
    a.setTone(880);
    await b.waitToHear(880);
    a.setTone(null);
    await b.waitForQuiet();
    await b.waitForPackets(b.reception.packets + 3);
  });

  it('stop sending to who wants to hear nothing', async () => {
    const [a, b] = [await stream({ toneHz: 440 }), await stream()];
    connect(a, b);
    await b.waitToHear(440);
    a.follow(a.offer(), { ...b.offer(), direction: 'inactive' });
    await b.waitForQuiet();
    expect(b.hears(440)).toBe(false);
  });

  it('carry digits as events, each once and in order', async () => {
    const [a, b] = [await stream({ toneHz: 440 }), await stream()];
    connect(a, b);
    a.sendDigits('15#');
    await b.waitForDigits('15#');
    await b.waitToHear(440);
    expect(b.reception.lost).toBe(0);
  });

  it('say what they heard instead when a wait fails', async () => {
    const a = await stream();
    await expect(a.waitToHear(440, 40)).rejects.toThrow(/waited 40 ms to hear 440 Hz; received 0 packets/);
    expect(() => a.sendDigits('x')).toThrow(/"x" is no digit: use one of/);
  });
});
