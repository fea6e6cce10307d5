import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { RtpStream } from '../support/phone/rtp-stream.ts';
import { loudness, SAMPLE_RATE, shareOfTone } from '../support/phone/tone.ts';
import { channelsOf } from '../support/tone-wav.ts';
import { mediaServers, type MediaUnderTest } from './media-engines.ts';
import { hearEachOther, MediaStage, speaksOn, type StagedCall } from './media-stage.ts';

const CALLER_HZ = 440;
const BUYER_HZ = 700;

/** How many milliseconds of a channel are this tone, a tenth of a second at a time; with null, how many are silent. */
function msOf(hz: number | null, samples: Int16Array): number {
  const piece = SAMPLE_RATE / 10;
  const pieces = Array.from({ length: Math.floor(samples.length / piece) }, (_, i) =>
    samples.subarray(i * piece, (i + 1) * piece),
  );
  const isIt = (sound: Int16Array): boolean =>
    hz === null ? loudness(sound) < 50 : loudness(sound) > 1_000 && shareOfTone(sound, hz) > 0.5;
  return 100 * pieces.filter(isIt).length;
}

/** Reads a file that is complete: its header says how long it is. */
async function soundsOf(path: string): Promise<readonly Int16Array[]> {
  const wav = await readFile(path);
  expect(wav.readUInt32LE(4)).toBe(wav.length - 8);
  return channelsOf(wav);
}

describe.each(mediaServers)('what the media server writes: $kind', ({ start }) => {
  let server: MediaUnderTest;
  let stage: MediaStage;

  beforeAll(async () => {
    server = await start();
    stage = await MediaStage.open(server);
  });

  afterAll(async () => {
    await stage.close();
    await server.close();
  });

  /** A call that is up, between two tones. */
  async function talk(): Promise<StagedCall & { readonly buyer: RtpStream }> {
    const [caller, buyer] = [await stage.phone(CALLER_HZ), await stage.phone(BUYER_HZ)];
    const call = await stage.call(caller);
    await call.media.bridge(await stage.answer(call, 'att_1', buyer));
    await hearEachOther(caller, CALLER_HZ, buyer, BUYER_HZ);
    return { ...call, buyer };
  }

  it('records the caller left and the destination right', async () => {
    const { media, caller } = await talk();
    const path = join(stage.folder, 'a talk.wav');
    await media.startRecording(path);
    await speaksOn(caller, 50);
    await media.stopRecording();
    const [left, right, ...more] = await soundsOf(path);
    expect(more).toEqual([]);
    expect(msOf(CALLER_HZ, left!)).toBeGreaterThanOrEqual(500);
    expect(msOf(BUYER_HZ, right!)).toBeGreaterThanOrEqual(500);
    expect(msOf(BUYER_HZ, left!) + msOf(CALLER_HZ, right!)).toBe(0);
    await media.close();
  });

  it('records silence while it is paused', async () => {
    const { media, caller } = await talk();
    const path = join(stage.folder, 'paused.wav');
    await media.startRecording(path);
    // FreeSWITCH holds the first half second back, and would write that as silence too.
    await speaksOn(caller, 40);
    await media.pauseRecording();
    await speaksOn(caller, 50);
    await media.resumeRecording();
    await speaksOn(caller, 25);
    await media.stopRecording();
    for (const sound of await soundsOf(path)) {
      expect(msOf(null, sound)).toBeGreaterThanOrEqual(700);
      expect(msOf(null, sound)).toBeLessThanOrEqual(1_500);
      expect(msOf(CALLER_HZ, sound) + msOf(BUYER_HZ, sound)).toBeGreaterThanOrEqual(600);
    }
    await media.close();
  });

  it('records on when it is begun together with the bridge, and completes the file when the call is closed', async () => {
    const [caller, buyer] = [await stage.phone(CALLER_HZ), await stage.phone(BUYER_HZ)];
    const call = await stage.call(caller);
    const path = join(stage.folder, 'from-the-bridge.wav');
    const attempt = await stage.answer(call, 'att_1', buyer);
    await Promise.all([call.media.bridge(attempt), call.media.startRecording(path)]);
    await hearEachOther(caller, CALLER_HZ, buyer, BUYER_HZ);
    await speaksOn(caller, 40);
    await call.media.close();
    const [left, right] = await soundsOf(path);
    expect(msOf(CALLER_HZ, left!)).toBeGreaterThanOrEqual(500);
    expect(msOf(BUYER_HZ, right!)).toBeGreaterThanOrEqual(500);
  });

  it('goes on recording through a hold and after it', async () => {
    const call = await talk();
    const path = join(stage.folder, 'held.wav');
    await call.media.startRecording(path);
    await stage.reoffer(call, 'caller', call.caller, 'inactive');
    await speaksOn(call.buyer, 25);
    await stage.reoffer(call, 'caller', call.caller, 'sendrecv');
    await hearEachOther(call.caller, CALLER_HZ, call.buyer, BUYER_HZ);
    await speaksOn(call.caller, 50);
    await call.media.close();
    const [left, right] = await soundsOf(path);
    expect(msOf(CALLER_HZ, left!)).toBeGreaterThanOrEqual(500);
    expect(msOf(BUYER_HZ, right!)).toBeGreaterThanOrEqual(500);
  });

  it('takes a message from the caller alone, until #', async () => {
    const caller = await stage.phone(CALLER_HZ);
    const { media } = await stage.call(caller);
    const path = join(stage.folder, 'a message.wav');
    const taken = media.takeMessage(path, { maxMs: 30_000, silenceMs: 3_000 });
    await caller.waitUntil(() => existsSync(path), 'for the message to begin');
    await speaksOn(caller, 50);
    caller.sendDigits('#');
    await taken;
    const sounds = await soundsOf(path);
    expect(sounds).toHaveLength(1);
    expect(msOf(CALLER_HZ, sounds[0]!)).toBeGreaterThanOrEqual(500);
    await media.close();
  });

  it('takes a message until it is silent, and no longer than it may be', async () => {
    const caller = await stage.phone(CALLER_HZ);
    const { media, events } = await stage.call(caller);
    const long = join(stage.folder, 'long.wav');
    const begunAt = performance.now();
    await media.takeMessage(long, { maxMs: 1_000, silenceMs: 5_000 });
    expect(performance.now() - begunAt).toBeLessThan(2_500);

    caller.setTone(null);
    const silent = join(stage.folder, 'silent.wav');
    await media.takeMessage(silent, { maxMs: 30_000, silenceMs: 1_000 });
    expect(performance.now() - begunAt).toBeLessThan(5_000);
    expect(await media.play('caller', { kind: 'beep' })).toBe('finished');
    expect(events).toEqual([]);
    await media.close();
  });

  it('completes a message when the caller hangs up', async () => {
    const caller = await stage.phone(CALLER_HZ);
    const { media } = await stage.call(caller);
    const path = join(stage.folder, 'hung-up.wav');
    const taken = media.takeMessage(path, { maxMs: 30_000, silenceMs: 3_000 });
    await caller.waitUntil(() => existsSync(path), 'for the message to begin');
    await speaksOn(caller, 50);
    await media.close();
    await taken;
    const [sound] = await soundsOf(path);
    expect(msOf(CALLER_HZ, sound!)).toBeGreaterThanOrEqual(500);
  });
});
