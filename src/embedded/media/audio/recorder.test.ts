import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { channelOf, wavSamples } from '../../../../test/support/audio-samples.ts';
import { loudness, secondOfTone, shareOfTone } from '../../../../test/support/phone/tone.ts';
import { temporaryFolder } from '../../../../test/support/temporary-folder.ts';
import { TurnedClock } from '../../../../test/support/turned-clock.ts';
import type { G711 } from '../audio-port.ts';
import { encodeG711 } from './g711.ts';
import { Recorder } from './recorder.ts';

const FRAME = 160;

const SECONDS = new Map([440, 620].map((hz) => [hz, secondOfTone(hz)]));

/** A frame of a tone, coded, with a header's room before it. */
function octetsOf(hz: number, frame: number, codec: G711): Uint8Array {
  const octets = new Uint8Array(12 + FRAME);
  const from = (frame * FRAME) % 8000;
  encodeG711(codec, SECONDS.get(hz)!.subarray(from, from + FRAME), octets, 12);
  return octets;
}

function recording({ stereo = true, limitMs = null as number | null } = {}) {
  const clock = new TurnedClock();
  const file = join(temporaryFolder(), 'call.wav');
  const recorder = new Recorder({ file, stereo, limitMs, clock });
  let frame = 0;
  /** Lets both sides speak for so many frames: 440 Hz is said, 620 Hz heard; null is a silent side. */
  const talk = (frames: number, saidHz: number | null = 440, heardHz: number | null = 620): void => {
    for (let i = 0; i < frames; i += 1, frame += 1) {
      if (saidHz !== null) recorder.said(0, octetsOf(saidHz, frame, 0), 12, 172, frame * FRAME);
      if (heardHz !== null) recorder.heard(8, octetsOf(heardHz, frame, 8), 12, 172, 5_000_000 + frame * FRAME);
      clock.advance(20);
    }
  };
  const samples = async (): Promise<Int16Array> => {
    await recorder.stop();
    return wavSamples(readFileSync(file));
  };
  return { clock, file, recorder, talk, samples };
}

describe('a recording', () => {
  it('has what the peer says on the left and what it hears on the right', async () => {
    const { recorder, talk, samples } = recording();
    talk(200);
    expect(recorder.recordedMs).toBe(4000);
    expect(await recorder.stop()).toBe(4000);
    const both = await samples();
    const [said, heard] = [channelOf(both, 0), channelOf(both, 1)];
    expect([said.length, heard.length]).toEqual([32_000, 32_000]);
    expect(shareOfTone(said, 440)).toBeGreaterThan(0.99);
    expect(shareOfTone(heard, 620)).toBeGreaterThan(0.99);
    expect(await recorder.ended).toEqual({ cause: 'stopped', recordedMs: 4000, error: null });
  });

  it('has the peer alone where it is mono', async () => {
    const { talk, samples } = recording({ stereo: false });
    talk(100);
    const said = await samples();
    expect(said).toHaveLength(16_000);
    expect(shareOfTone(said, 440)).toBeGreaterThan(0.99);
  });

  it('is silent where nothing came, on either side apart', async () => {
    const { talk, samples } = recording();
    talk(50);
    talk(50, null, 620);
    talk(50, 440, null);
    const both = await samples();
    const loud = (channel: number): boolean[] =>
      [0, 1, 2].map((second) => loudness(channelOf(both, channel).subarray(second * 8000, (second + 1) * 8000)) > 1000);
    expect([loud(0), loud(1)]).toEqual([
      [true, false, true],
      [true, true, false],
    ]);
  });

  it('puts a packet that comes late, or after its successor, where it belongs', async () => {
    const { clock, recorder, samples } = recording({ stereo: false });
    recorder.said(0, octetsOf(440, 0, 0), 12, 172, 0);
    clock.advance(40);
    recorder.said(0, octetsOf(440, 2, 0), 12, 172, 320);
    clock.advance(500);
    recorder.said(0, octetsOf(440, 1, 0), 12, 172, 160);
    clock.advance(460);
    const said = await samples();
    expect(shareOfTone(said.subarray(0, 480), 440)).toBeGreaterThan(0.99);
    expect(loudness(said.subarray(480))).toBe(0);
  });

  it('is silent on both sides while it is masked, to the sample', async () => {
    const { recorder, talk, samples } = recording();
    talk(60);
    recorder.mask();
    recorder.mask();
    talk(70);
    recorder.unmask();
    talk(20);
    recorder.mask();
    talk(50);
    const both = await samples();
    for (const channel of [0, 1]) {
      const side = channelOf(both, channel);
      const levels = [
        side.subarray(0, 9600),
        side.subarray(9600, 20_800),
        side.subarray(20_800, 24_000),
        side.subarray(24_000),
      ];
      expect(levels.map((part) => loudness(part) > 1000)).toEqual([true, false, true, false]);
      expect(levels.filter((part) => part.every((sample) => sample === 0))).toHaveLength(2);
    }
  });

  it('silences what was said while masked though it came after', async () => {
    const { clock, recorder, talk, samples } = recording({ stereo: false });
    talk(10, 440, null);
    recorder.mask();
    clock.advance(200);
    recorder.unmask();
    for (let frame = 10; frame < 20; frame += 1) recorder.said(0, octetsOf(440, frame, 0), 12, 172, frame * FRAME);
    talk(40, null, null);
    const said = await samples();
    expect(loudness(said.subarray(0, 1600))).toBeGreaterThan(1000);
    expect(loudness(said.subarray(1600))).toBe(0);
  });

  it('grows on disk as it runs, so that a crash loses two seconds at the most', async () => {
    const { file, talk, recorder } = recording();
    for (let second = 1; second <= 5; second += 1) {
      talk(50);
      await vi.waitFor(() => expect(wavSamples(readFileSync(file)).length).toBe(16_000 * Math.max(0, second - 1)));
    }
    const cutOff = channelOf(wavSamples(readFileSync(file)), 0);
    expect(shareOfTone(cutOff, 440)).toBeGreaterThan(0.99);
    await recorder.stop();
  });

  it('ends at its limit by itself', async () => {
    const { clock, file, recorder, talk } = recording({ limitMs: 1250 });
    talk(100);
    expect(await recorder.ended).toEqual({ cause: 'limit', recordedMs: 1250, error: null });
    expect(wavSamples(readFileSync(file))).toHaveLength(20_000);
    expect([await recorder.stop(), recorder.recordedMs, clock.running]).toEqual([1250, 1250, 0]);
  });

  it('ends at once where its limit is nothing', async () => {
    const { clock, recorder } = recording({ limitMs: 0 });
    clock.advance(0);
    expect(await recorder.ended).toMatchObject({ cause: 'limit', recordedMs: 0 });
  });

  it('ends once, and the first cause counts', async () => {
    const { clock, recorder, talk } = recording();
    talk(10);
    recorder.finish('closed');
    talk(10);
    expect(await recorder.stop()).toBe(200);
    expect(await recorder.ended).toMatchObject({ cause: 'closed', recordedMs: 200 });
    expect(clock.running).toBe(0);
  });

  it('loses nothing but time in a stall of the loop', async () => {
    const { clock, recorder, talk, samples } = recording();
    talk(50);
    clock.stall(10_000);
    recorder.said(0, octetsOf(440, 550, 0), 12, 172, 550 * FRAME);
    clock.advance(20);
    const said = channelOf(await samples(), 0);
    expect(said).toHaveLength(8000 * 11 + 160);
    expect(loudness(said.subarray(0, 8000))).toBeGreaterThan(1000);
    expect(loudness(said.subarray(8000, 88_000))).toBe(0);
    expect(loudness(said.subarray(88_000))).toBeGreaterThan(1000);
  });

  it.runIf(existsSync('/dev/full'))(
    'ends when the disk is full, with the reason, and takes packets no more',
    async () => {
      const clock = new TurnedClock();
      const recorder = new Recorder({ file: '/dev/full', stereo: true, limitMs: null, clock });
      const end = await recorder.ended;
      expect(end).toMatchObject({ cause: 'failed', recordedMs: 0, error: { code: 'ENOSPC' } });
      recorder.said(0, octetsOf(440, 0, 0), 12, 172, 0);
      expect([await recorder.stop(), clock.running]).toEqual([0, 0]);
    },
  );

  it('says that its file can’t be had', async () => {
    const occupied = join(temporaryFolder(), 'file');
    writeFileSync(occupied, '');
    const recorder = new Recorder({
      file: join(occupied, 'call.wav'),
      stereo: true,
      limitMs: null,
      clock: new TurnedClock(),
    });
    expect(await recorder.ended).toMatchObject({ cause: 'failed', error: { code: 'EEXIST' } });
  });
});
