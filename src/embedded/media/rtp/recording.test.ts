import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { audioPorts, packet, type Leg } from '../../../../test/support/audio-ports.ts';
import { channelOf, wavSamples } from '../../../../test/support/audio-samples.ts';
import { encode } from '../../../../test/support/phone/g711.ts';
import { RtpStream } from '../../../../test/support/phone/rtp-stream.ts';
import { loudness, secondOfTone, shareOfTone } from '../../../../test/support/phone/tone.ts';
import { temporaryFolder } from '../../../../test/support/temporary-folder.ts';
import { toneStream } from '../audio/tone-stream.ts';
import { openAudioPort } from './open-audio-port.ts';
import { Pacer } from './pacer.ts';
import { PortRange } from './port-range.ts';
import { machineClock } from '../media-clock.ts';

const SECONDS = new Map([440, 620].map((hz) => [hz, encode('PCMU', secondOfTone(hz))]));

/** A frame of a second of tone that goes round and round. */
const frameOf = (hz: number, frame: number): Buffer =>
  SECONDS.get(hz)!.subarray((frame % 50) * 160, ((frame % 50) + 1) * 160);

/** Two bridged legs whose peers speak for so many frames: the first 440 Hz, the second 620 Hz. */
async function conversation() {
  const { clock, leg } = audioPorts();
  const [a, b] = [await leg(), await leg()];
  a.port.bridge(b.port);
  const file = join(temporaryFolder(), 'call.wav');
  let frame = 0;
  const speak = (one: Leg, hz: number): Promise<void> =>
    one.say(packet({ sequence: frame, ssrc: hz, payload: frameOf(hz, frame) }));
  const talk = async (frames: number, who: 'both' | 'a' | 'b' = 'both'): Promise<void> => {
    for (let i = 0; i < frames; i += 1, frame += 1) {
      if (who !== 'b') await speak(a, 440);
      if (who !== 'a') await speak(b, 620);
      clock.advance(20);
    }
  };
  const sides = (): readonly [Int16Array, Int16Array] => {
    const samples = wavSamples(readFileSync(file));
    return [channelOf(samples, 0), channelOf(samples, 1)];
  };
  return { clock, a, b, file, talk, sides };
}

/** Where a tone's sound begins, in samples. */
const onset = (samples: Int16Array): number => samples.findIndex((sample) => Math.abs(sample) > 1000);

/** A tone's share where it is the clearest, for a tenth of a second: between digits and other tones. */
function clearest(samples: Int16Array, hz: number): number {
  let most = 0;
  for (let at = 0; at + 800 <= samples.length; at += 80) {
    most = Math.max(most, shareOfTone(samples.subarray(at, at + 800), hz));
  }
  return most;
}

describe('the recording of a bridged call', () => {
  it('has the one on the left and the other on the right, each alone', async () => {
    const { a, file, talk, sides } = await conversation();
    await talk(10);
    const recording = a.port.record(file, { stereo: true, limitMs: null });
    await talk(100);
    expect(await recording.stop()).toBe(2000);
    const [left, right] = sides();
    expect([left.length, right.length]).toEqual([16_000, 16_000]);
    expect([shareOfTone(left, 440), shareOfTone(right, 620)].every((share) => share > 0.98)).toBe(true);
    expect([shareOfTone(left, 620), shareOfTone(right, 440)].every((share) => share < 0.01)).toBe(true);
  });

  it('keeps both sides aligned where only one speaks for a while', async () => {
    const { a, file, talk, sides } = await conversation();
    const recording = a.port.record(file, { stereo: true, limitMs: null });
    await talk(50, 'a');
    await talk(50, 'b');
    await talk(50);
    await recording.stop();
    const [left, right] = sides();
    const loud = (side: Int16Array): boolean[] =>
      [0, 8000, 16_000].map((from) => loudness(side.subarray(from, from + 8000)) > 1000);
    expect([loud(left), loud(right)]).toEqual([
      [true, false, true],
      [false, true, true],
    ]);
    // To a frame: the first of b's begins where its second began.
    expect(Math.abs(onset(right) - 8000)).toBeLessThan(160);
  });

  it('has what is played to the peer on the right, and silence for its digits', async () => {
    const { clock, a, file, sides } = await conversation();
    const recording = a.port.record(file, { stereo: true, limitMs: null });
    a.port.play(toneStream('%(500,0,950)'));
    clock.advance(600);
    const digit = Buffer.from([5, 0x8a, 3, 32]);
    await a.say(packet({ sequence: 1, payload: frameOf(440, 0) }));
    await a.say(packet({ sequence: 2, payloadType: 101, payload: digit }));
    clock.advance(400);
    await recording.stop();
    const [left, right] = sides();
    expect(shareOfTone(right.subarray(onset(right), onset(right) + 4000), 950)).toBeGreaterThan(0.98);
    expect([onset(left), loudness(left.subarray(onset(left) + 160))]).toEqual([expect.closeTo(4800, -2), 0]);
  });

  it('ends with the port, its file complete', async () => {
    const { a, file, talk, sides } = await conversation();
    const recordings = [
      a.port.record(file, { stereo: true, limitMs: null }),
      a.port.record(`${file}.mono.wav`, { stereo: false, limitMs: 200 }),
    ];
    await talk(30);
    a.port.close();
    expect(await Promise.all(recordings.map(({ ended }) => ended))).toEqual([
      { cause: 'closed', recordedMs: 600, error: null },
      { cause: 'limit', recordedMs: 200, error: null },
    ]);
    expect(sides()[0]).toHaveLength(4800);
    expect(wavSamples(readFileSync(`${file}.mono.wav`))).toHaveLength(1600);
  });
});

describe('a call by the machine’s own clock', () => {
  it('relays, plays, sends and hears digits and records, between phones that share no code with it', async () => {
    const range = new PortRange({ host: '127.0.0.1', min: 0, max: 0 });
    const pacer = new Pacer(machineClock);
    const onTrouble = (error: Error): void => expect.unreachable(error.message);
    const legs = await Promise.all(
      [440, 620].map(async (toneHz) => {
        const port = await openAudioPort({ range, pacer, onTrouble });
        const phone = await RtpStream.open({ host: '127.0.0.1', toneHz });
        onTestFinished(() => phone.close());
        onTestFinished(() => port.close());
        const session = phone.answer({ ...phone.offer(), host: '127.0.0.1', port: port.localPort });
        if (session === null) throw new Error('no common codec');
        phone.follow(session, { ...session, host: '127.0.0.1', port: port.localPort });
        const remote = { address: phone.address.host, port: phone.address.port };
        port.agree({ remote, codec: 0, telephoneEvent: 101, direction: 'sendrecv', packetMs: 20 });
        return { port, phone };
      }),
    );
    const [a, b] = legs as [(typeof legs)[0], (typeof legs)[0]];
    const heard: string[] = [];
    a.port.onDigit((digit) => heard.push(digit));
    a.port.bridge(b.port);
    const file = join(temporaryFolder(), 'call.wav');
    const recording = a.port.record(file, { stereo: true, limitMs: null });
    await Promise.all([a.phone.waitToHear(620), b.phone.waitToHear(440)]);
    a.phone.sendDigits('12#');
    await b.phone.waitForDigits('12#');
    const playback = b.port.play(toneStream('%(300,0,1500)'));
    await b.phone.waitToHear(1500);
    await playback.ended;
    await b.port.sendDigits('90', 60);
    await b.phone.waitForDigits('12#90');
    await b.phone.waitToHear(440);
    const ms = await recording.stop();
    expect(heard.join('')).toBe('12#');
    expect([
      a.phone.reception.sources,
      a.phone.reception.lost,
      b.phone.reception.sources,
      b.phone.reception.lost,
    ]).toEqual([1, 0, 1, 0]);
    const samples = wavSamples(readFileSync(file));
    expect(samples.length / 16).toBeCloseTo(ms, 0);
    expect(clearest(channelOf(samples, 0), 440)).toBeGreaterThan(0.98);
    expect(clearest(channelOf(samples, 1), 620)).toBeGreaterThan(0.98);
  });
});
