import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { audioPorts, handled, packet, until } from '../../../../test/support/audio-ports.ts';
import { decode } from '../../../../test/support/phone/g711.ts';
import { writeRtp } from '../../../../test/support/phone/rtp-packet.ts';
import { shareOfTone } from '../../../../test/support/phone/tone.ts';
import { RtpPeer } from '../../../../test/support/rtp-peer.ts';
import { TurnedClock } from '../../../../test/support/turned-clock.ts';
import type { AudioSource } from '../audio-port.ts';
import { SilenceSource } from '../audio/silence-source.ts';
import { toneStream } from '../audio/tone-stream.ts';
import { openAudioPort } from './open-audio-port.ts';
import { Pacer } from './pacer.ts';
import { PortRange } from './port-range.ts';
import { RtpAudioPort } from './rtp-audio-port.ts';

/** A source that knows whether it was closed. */
function closable(ms: number): AudioSource & { closed: number } {
  const silence = new SilenceSource(ms);
  const source = {
    closed: 0,
    read: (samples: number) => silence.read(samples),
    close: () => {
      source.closed += 1;
    },
  };
  return source;
}

const soundOf = (packets: readonly { readonly payload: Buffer }[], codec: 'PCMU' | 'PCMA'): Int16Array =>
  decode(codec, Buffer.concat(packets.map(({ payload }) => payload)));

describe('what a port plays', () => {
  it.each([
    [10, 0],
    [20, 8],
    [30, 0],
    [40, 8],
    [60, 0],
  ] as const)('comes in packets of %i ms, law %i, as fast as it sounds', async (packetMs, codec) => {
    const { clock, leg } = audioPorts();
    const { port, peer } = await leg({ packetMs, codec });
    const playback = port.play(toneStream('%(600,0,500)'));
    const wanted = 600 / packetMs;
    clock.advance(300);
    expect(Math.abs(port.counts.sent - 300 / packetMs)).toBeLessThanOrEqual(1);
    clock.advance(400);
    expect(await playback.ended).toBe('finished');
    expect([playback.playedMs, port.counts.sent]).toEqual([600, wanted]);
    const heard = await peer.receive(wanted);
    expect(heard.map(({ marker }) => marker)).toEqual(heard.map((_, i) => i === 0));
    expect(heard.every(({ payloadType, payload }) => payloadType === codec && payload.length === packetMs * 8)).toBe(
      true,
    );
    expect(heard.slice(1).every((one, i) => ((one.timestamp - heard[i]!.timestamp) | 0) === packetMs * 8)).toBe(true);
    expect(shareOfTone(soundOf(heard, codec === 0 ? 'PCMU' : 'PCMA'), 500)).toBeGreaterThan(0.99);
  });

  it('is a packet each 20 ms for hours, not one more or less', async () => {
    const { clock, leg } = audioPorts();
    const { port } = await leg({ remote: { address: '0.0.0.0', port: 9 } });
    const playback = port.play(new SilenceSource(Infinity));
    clock.advance(3_600_000);
    expect(playback.playedMs).toBe(3_600_000);
    playback.stop();
  });

  it('keeps its timestamps to the time after a stall, and does not burst', async () => {
    const { clock, leg } = audioPorts();
    const { port, peer } = await leg();
    port.play(new SilenceSource(Infinity));
    clock.advance(40);
    clock.stall(500);
    clock.advance(0);
    expect(port.counts.sent).toBe(6);
    clock.advance(20);
    const heard = await peer.receive(7);
    const steps = heard.slice(1).map((one, i) => (one.timestamp - heard[i]!.timestamp) >>> 0);
    expect(steps).toEqual([160, 3520, 160, 160, 160, 160]);
    expect(heard.map(({ marker }) => marker)).toEqual([true, false, true, false, false, false, false]);
  });

  it('fills its last packet up with silence', async () => {
    const { clock, leg } = audioPorts();
    const { port, peer } = await leg({ codec: 8 });
    port.play(new SilenceSource(5));
    clock.advance(40);
    const [heard] = await peer.receive(1);
    expect([...heard!.payload]).toEqual(Array.from({ length: 160 }, () => 0xd5));
  });

  it('gives way to what is played next; every source is closed once, however it ends', async () => {
    const { clock, leg } = audioPorts();
    const { port } = await leg();
    const sources = [closable(1000), closable(1000), closable(40), closable(1000), closable(1000)];
    const [first, second] = [port.play(sources[0]!), port.play(sources[1]!)];
    clock.advance(100);
    second.stop();
    second.stop();
    const third = port.play(sources[2]!);
    clock.advance(100);
    const fourth = port.play(sources[3]!);
    clock.advance(20);
    port.close();
    const fifth = port.play(sources[4]!);
    const ends = await Promise.all([first, second, third, fourth, fifth].map(({ ended }) => ended));
    expect(ends).toEqual(['stopped', 'stopped', 'finished', 'closed', 'closed']);
    expect(sources.map(({ closed }) => closed)).toEqual([1, 1, 1, 1, 1]);
    expect([first, second, third, fourth, fifth].map(({ playedMs }) => playedMs)).toEqual([0, 100, 40, 20, 0]);
    expect(clock.running).toBe(0);
  });

  it('passes unheard while the peer may not hear', async () => {
    const { clock, leg } = audioPorts();
    const { port, agree } = await leg({ direction: 'inactive' });
    const playback = port.play(new SilenceSource(Infinity));
    clock.advance(100);
    expect([playback.playedMs, port.counts.sent]).toEqual([100, 0]);
    agree({ direction: 'sendonly' });
    clock.advance(40);
    expect([playback.playedMs, port.counts.sent]).toEqual([140, 2]);
  });

  it('waits until something is agreed', async () => {
    const clock = new TurnedClock();
    const range = new PortRange({ host: '127.0.0.1', min: 0, max: 0 });
    const port = await openAudioPort({ range, pacer: new Pacer(clock), clock, onTrouble: () => undefined });
    onTestFinished(() => port.close());
    const playback = port.play(new SilenceSource(100));
    clock.advance(1000);
    expect(playback.playedMs).toBe(0);
    const remote = { address: '127.0.0.1', port: 9 };
    port.agree({ remote, codec: 0, telephoneEvent: null, direction: 'sendonly', packetMs: 20 });
    clock.advance(120);
    expect([await playback.ended, playback.playedMs, port.counts.sent]).toEqual(['finished', 100, 5]);
  });
});

describe('digits of a port', () => {
  it('are sent as events in the place of what is played, which goes on behind them', async () => {
    const { clock, leg } = audioPorts();
    const { port, peer } = await leg();
    const playback = port.play(toneStream('%(2000,0,400)'));
    clock.advance(100);
    const sent = port.sendDigits('7', 60);
    clock.advance(160);
    await sent;
    expect(playback.playedMs).toBe(260);
    const heard = await peer.receive(11);
    const types = heard.map(({ payloadType }) => payloadType);
    expect(types).toEqual([0, 0, 0, 0, 0, 101, 101, 101, 101, 101, 0]);
    expect((heard[5]!.timestamp - heard[4]!.timestamp) >>> 0).toBe(160);
    expect((heard[10]!.timestamp - heard[4]!.timestamp) >>> 0).toBe(8 * 160);
    expect([heard[5]!.marker, heard[10]!.marker]).toEqual([true, true]);
  });

  it.each([10, 20, 30, 60] as const)(
    'are tones where the peer takes no events, in packets of %i ms',
    async (packetMs) => {
      const { clock, leg } = audioPorts();
      const { port, peer } = await leg({ telephoneEvent: null, packetMs });
      const sent = port.sendDigits('59', 120);
      clock.advance(600);
      await sent;
      const heard = await peer.receive(Math.ceil(200 / packetMs) * 2);
      const first = soundOf(heard, 'PCMU').subarray(0, 960);
      expect([770, 1336].map((hz) => shareOfTone(first, hz) > 0.4)).toEqual([true, true]);
      const time = heard.map(({ timestamp }) => (timestamp - heard[0]!.timestamp) >>> 0);
      expect(time.every((one, i) => i === 0 || one - time[i - 1]! >= packetMs * 8)).toBe(true);
      expect(heard.filter(({ marker }) => marker)).toHaveLength(2);
    },
  );

  it('are refused where one is none, and over when the port is', async () => {
    const { clock, leg } = audioPorts();
    const { port } = await leg();
    await expect(port.sendDigits('1?', 100)).rejects.toThrow(`can't send "?" as a digit`);
    const sent = port.sendDigits('123', 100);
    clock.advance(40);
    port.close();
    await sent;
    await port.sendDigits('1', 100);
    expect(clock.running).toBe(0);
  });

  it('are heard by all that listen, whatever of them is lost', async () => {
    const { clock, leg } = audioPorts();
    const { port, say } = await leg({ telephoneEvent: 96 });
    const heard: string[] = [];
    port.onDigit((digit, ms) => heard.push(`${digit} ${ms}`));
    port.onDigit((digit) => heard.push(digit));
    const event = (sequence: number, timestamp: number, flags: number, duration: number) =>
      packet({
        sequence,
        timestamp,
        payloadType: 96,
        payload: Buffer.from([3, flags, duration >> 8, duration & 0xff]),
      });
    await say(event(1, 800, 10, 160), event(2, 800, 10, 320), event(5, 800, 0x8a, 800), event(6, 800, 0x8a, 800));
    expect(heard).toEqual(['3 100', '3']);
    await say(event(9, 9000, 10, 160));
    clock.advance(200);
    expect(heard).toEqual(['3 100', '3', '3 20', '3']);
  });
});

describe('whom a port listens to', () => {
  it('is its peer alone: a stranger is neither heard nor answered', async () => {
    const { clock, leg } = audioPorts();
    const { port, peer, at, say } = await leg();
    const stranger = await RtpPeer.open('127.0.0.2');
    const heard: string[] = [];
    port.onDigit((digit) => heard.push(digit));
    const digit = (ssrc: number) =>
      packet({ sequence: 1, ssrc, payloadType: 101, payload: Buffer.from([1, 0x8a, 1, 0]) });
    await stranger.send(at, packet({ sequence: 1 }), digit(1));
    await until(() => port.counts.refused === 2);
    await say(digit(2));
    await stranger.send(at, digit(3));
    await until(() => port.counts.refused === 3);
    port.play(new SilenceSource(Infinity));
    clock.advance(60);
    await peer.receive(3);
    expect([heard, stranger.packets.length, port.counts]).toEqual([['1'], 0, { received: 1, sent: 3, refused: 3 }]);
  });

  it('is where the peer really sends from, and that is where it is answered (RFC 4961)', async () => {
    const { clock, leg } = audioPorts();
    const { port, at } = await leg({ remote: { address: '127.0.0.1', port: 9 } });
    const real = await RtpPeer.open();
    await real.send(at, packet({ sequence: 1 }));
    await until(() => port.counts.received === 1);
    const other = await RtpPeer.open();
    await other.send(at, packet({ sequence: 1 }));
    await until(() => port.counts.refused === 1);
    port.play(new SilenceSource(Infinity));
    clock.advance(40);
    await real.receive(2);
    expect(other.packets).toEqual([]);
    clock.advance(3000);
    await other.send(at, packet({ sequence: 2 }));
    await until(() => port.counts.received === 2);
  });

  it('is nobody who sends no RTP', async () => {
    const { leg } = audioPorts();
    const { port, peer, at } = await leg();
    await peer.sendBytes(at, Buffer.alloc(0), Buffer.from('hello'), Buffer.from('80c80006000000010000000000', 'hex'));
    await until(() => handled(port) === 3);
    expect(port.counts).toEqual({ received: 0, sent: 0, refused: 3 });
  });

  it('sends nowhere while nothing is agreed, or the address can’t be sent to', async () => {
    const { clock, leg } = audioPorts();
    const { port, agree } = await leg({ remote: { address: 'phone.example.com', port: 4000 } });
    port.play(new SilenceSource(Infinity));
    clock.advance(40);
    agree({ remote: { address: '::1', port: 4000 } });
    clock.advance(40);
    agree({ remote: { address: '0.0.0.0', port: 4000 } });
    clock.advance(40);
    expect(port.counts.sent).toBe(0);
  });
});

describe('a peer that falls silent', () => {
  it('is noticed once, and again when asked anew', async () => {
    const { clock, leg } = audioPorts();
    const { port, say, agree } = await leg();
    const silent = vi.fn<() => void>();
    port.watch(2000, silent);
    clock.advance(1900);
    await say(packet({ sequence: 1 }));
    clock.advance(1999);
    expect(silent).not.toHaveBeenCalled();
    clock.advance(1);
    clock.advance(60_000);
    agree({ direction: 'sendonly' });
    agree({ direction: 'sendrecv' });
    clock.advance(60_000);
    expect(silent).toHaveBeenCalledTimes(1);
    port.watch(2000, silent);
    clock.advance(2000);
    expect(silent).toHaveBeenCalledTimes(2);
  });

  it('is not expected to speak on hold, and has all the time anew after it', async () => {
    const { clock, leg } = audioPorts();
    const { port, agree } = await leg({ direction: 'sendonly' });
    const silent = vi.fn<() => void>();
    port.watch(2000, silent);
    clock.advance(10_000);
    agree({ direction: 'sendrecv' });
    clock.advance(1500);
    agree({ direction: 'inactive' });
    clock.advance(10_000);
    agree({ direction: 'recvonly' });
    clock.advance(1999);
    expect(silent).not.toHaveBeenCalled();
    clock.advance(1);
    expect(silent).toHaveBeenCalledTimes(1);
  });

  it('lives as long as its RTCP comes, but a stranger’s counts for nothing', async () => {
    const clock = new TurnedClock();
    const pair = await new PortRange({ host: '127.0.0.1', min: 0, max: 0 }).open();
    const port = new RtpAudioPort({ pair, pacer: new Pacer(clock), clock, onTrouble: () => undefined });
    onTestFinished(() => port.close());
    const remote = { address: '127.0.0.1', port: 4000 };
    port.agree({ remote, codec: 0, telephoneEvent: null, direction: 'sendrecv', packetMs: 20 });
    const silent = vi.fn<() => void>();
    port.watch(2000, silent);
    const report = (address: string): void => {
      const bytes = Buffer.from('80c8000600000001', 'hex');
      pair.rtcp.emit('message', bytes, { address, port: 4001, family: 'IPv4', size: bytes.length });
    };
    clock.advance(1500);
    report('127.0.0.1');
    clock.advance(1500);
    report('127.0.0.2');
    clock.advance(499);
    expect(silent).not.toHaveBeenCalled();
    clock.advance(1);
    expect(silent).toHaveBeenCalledTimes(1);
    expect(port.counts).toEqual({ received: 0, sent: 0, refused: 0 });
  });

  it('is nobody’s business once the port is closed', async () => {
    const { clock, leg } = audioPorts();
    const { port } = await leg();
    const silent = vi.fn<() => void>();
    port.watch(1000, silent);
    port.close();
    port.watch(1000, silent);
    clock.advance(5000);
    expect([silent.mock.calls.length, clock.running]).toEqual([0, 0]);
  });
});

describe('a port that closes', () => {
  it('gives its ports back, once, and takes no more part in anything', async () => {
    const { range, leg } = audioPorts();
    const { port, peer, at, agree } = await leg();
    expect(range.inUse).toBe(1);
    port.close();
    port.close();
    agree();
    await peer.sendBytes(at, writeRtp(packet({ sequence: 1 })));
    expect([range.inUse, port.counts.received]).toEqual([0, 0]);
    const recording = port.record('/nowhere/at/all.wav', { stereo: true, limitMs: null });
    recording.mask();
    recording.unmask();
    expect([await recording.stop(), await recording.ended]).toEqual([
      0,
      { cause: 'closed', recordedMs: 0, error: null },
    ]);
  });

  it('is never lost, in thousands', async () => {
    const { clock, range, leg } = audioPorts();
    for (let round = 0; round < 200; round += 1) {
      const legs = await Promise.all(Array.from({ length: 10 }, () => leg()));
      legs.forEach(({ port }, i) => {
        if (i % 2 === 1) port.bridge(legs[i - 1]!.port);
        if (i % 3 === 0) port.play(new SilenceSource(Infinity));
        if (i % 4 === 0) void port.sendDigits('1', 100);
        port.watch(1000, () => undefined);
      });
      clock.advance(20);
      for (const { port } of legs) port.close();
    }
    expect([range.inUse, clock.running]).toEqual([0, 0]);
  });
});
