import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { channelOf, wavSamples } from '../support/audio-samples.ts';
import { shareOfTone } from '../support/phone/tone.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { describeMedia, next, type Line, type MediaBench } from './media-bench.ts';

/** What the two phones of a bridged call sound like. */
const [CALLER_HZ, BUYER_HZ] = [500, 800];
const MUSIC_HZ = 1000;

const MUSIC = `tone_stream://%(10000,0,${MUSIC_HZ});loops=-1`;

async function bridged(bench: MediaBench): Promise<{ readonly caller: Line; readonly buyer: Line }> {
  const [caller, buyer] = [await bench.line(CALLER_HZ), await bench.line(BUYER_HZ)];
  await caller.endpoint.bridge(buyer.endpoint);
  await Promise.all([caller.phone.waitToHear(BUYER_HZ), buyer.phone.waitToHear(CALLER_HZ)]);
  return { caller, buyer };
}

describeMedia('two bridged endpoints', (bench) => {
  it('hear each other', async () => {
    await bridged(bench);
  });

  it('hear each other’s digits, which are told of as well', async () => {
    const { caller, buyer } = await bridged(bench);
    const told = next(caller.endpoint, 'dtmf');
    caller.phone.sendDigits('5');
    buyer.phone.sendDigits('9');
    await Promise.all([buyer.phone.waitForDigits('5'), caller.phone.waitForDigits('9')]);
    expect(await told).toMatchObject({ dtmf: '5' });
  });

  it('hear each other’s digits that came another way', async () => {
    const { caller, buyer } = await bridged(bench);
    expect(await bench.server.api(`uuid_recv_dtmf ${caller.endpoint.uuid} 46`)).toMatch(/^\+OK/);
    await buyer.phone.waitForDigits('46');
  });

  it('translate for each other where their codecs differ', async () => {
    const caller = await bench.line(CALLER_HZ);
    const buyer = await bench.line(BUYER_HZ, {}, 'PCMA');
    await caller.endpoint.bridge(buyer.endpoint);
    await Promise.all([caller.phone.waitToHear(BUYER_HZ), buyer.phone.waitToHear(CALLER_HZ)]);
  });

  it('end what played to them', async () => {
    const [caller, buyer] = [await bench.line(CALLER_HZ), await bench.line(BUYER_HZ)];
    const playing = caller.endpoint.play('tone_stream://%(10000,0,440)');
    await caller.phone.waitToHear(440);
    await caller.endpoint.bridge(buyer.endpoint);
    await playing;
    await caller.phone.waitToHear(BUYER_HZ);
  });

  it.each(['sendonly', 'inactive'] as const)(
    'hear music while the other is on hold (%s), and the other again after it',
    async (direction) => {
      const { caller, buyer } = await bridged(bench);
      await caller.endpoint.set({ hold_music: MUSIC });
      const held = next(caller.endpoint, 'channelCallState');
      await caller.renegotiate({ direction });
      expect(await held).toEqual({ state: 'HELD' });
      await buyer.phone.waitToHear(MUSIC_HZ);
      await caller.phone.waitForQuiet();
      await caller.renegotiate({ direction: 'sendrecv' });
      await Promise.all([caller.phone.waitToHear(BUYER_HZ), buyer.phone.waitToHear(CALLER_HZ)]);
      await buyer.phone.waitUntil(() => !buyer.phone.hears(MUSIC_HZ), 'for the music to end');
    },
  );

  it('are recorded in stereo, the recorded one left and what it hears right', async () => {
    const { caller } = await bridged(bench);
    const file = join(temporaryFolder(), 'new-folder', 'call.wav');
    await caller.endpoint.set({ RECORD_STEREO: 'true' });
    const before = caller.phone.reception.packets;
    expect(await bench.server.api(`uuid_record ${caller.endpoint.uuid} start ${file}`)).toMatch(/^\+OK/);
    await caller.phone.waitForPackets(before + 60);
    expect(await bench.server.api(`uuid_record ${caller.endpoint.uuid} stop ${file}`)).toMatch(/^\+OK/);
    await expect.poll(() => wavSamples(readFileSync(file)).length).toBeGreaterThan(2 * 8000);
    const samples = wavSamples(readFileSync(file));
    const [left, right] = [channelOf(samples, 0), channelOf(samples, 1)];
    // Past the first moments, in which one may be heard before the other.
    expect(shareOfTone(left.subarray(2000, 6000), CALLER_HZ)).toBeGreaterThan(0.9);
    expect(shareOfTone(right.subarray(2000, 6000), BUYER_HZ)).toBeGreaterThan(0.9);
  });

  it('are recorded as silence while the recording is masked', async () => {
    const { caller } = await bridged(bench);
    const { uuid } = caller.endpoint;
    const file = join(temporaryFolder(), 'call.wav');
    await caller.endpoint.set({ RECORD_STEREO: 'true' });
    const during = async (packets: number): Promise<void> =>
      caller.phone.waitForPackets(caller.phone.reception.packets + packets);
    for (const action of ['start', 'mask', 'unmask', 'stop']) {
      expect(await bench.server.api(`uuid_record ${uuid} ${action} ${file}`)).toMatch(/^\+OK/);
      if (action !== 'stop') await during(40);
    }
    await expect.poll(() => wavSamples(readFileSync(file)).length).toBeGreaterThan(2 * 16_000);
    const left = channelOf(wavSamples(readFileSync(file)), 0);
    const loudAt = (ms: number): boolean =>
      left.subarray(ms * 8, ms * 8 + 400).some((sample) => Math.abs(sample) > 1000);
    expect([300, 1200, left.length / 8 - 200].map(loudAt)).toEqual([true, false, true]);
  });

  it('are parted, and bridged again', async () => {
    const { caller, buyer } = await bridged(bench);
    await caller.endpoint.unbridge();
    await Promise.all([caller.phone.waitForQuiet(), buyer.phone.waitForQuiet()]);
    await buyer.endpoint.play('tone_stream://%(200,0,440)');
    await caller.endpoint.bridge(buyer.endpoint);
    await Promise.all([caller.phone.waitToHear(BUYER_HZ), buyer.phone.waitToHear(CALLER_HZ)]);
  });

  it('outlive each other', async () => {
    const { caller, buyer } = await bridged(bench);
    await buyer.endpoint.destroy();
    await caller.phone.waitForQuiet();
    const playing = caller.endpoint.play('tone_stream://%(400,0,440)');
    await caller.phone.waitToHear(440);
    await playing;
  });

  it('go on with others, who part them', async () => {
    const { caller, buyer } = await bridged(bench);
    const second = await bench.line(650);
    await caller.endpoint.bridge(second.endpoint);
    await Promise.all([caller.phone.waitToHear(650), second.phone.waitToHear(CALLER_HZ)]);
    await buyer.phone.waitForQuiet();
  });

  it('both hear what is broadcast to both', async () => {
    const { caller, buyer } = await bridged(bench);
    const sent = await bench.server.api(`uuid_broadcast ${caller.endpoint.uuid} tone_stream://%(600,0,1200) both`);
    expect(sent).toMatch(/^\+OK/);
    await Promise.all([caller.phone.waitToHear(1200), buyer.phone.waitToHear(1200)]);
    await Promise.all([caller.phone.waitToHear(BUYER_HZ), buyer.phone.waitToHear(CALLER_HZ)]);
  });

  it('are no bridge where one is not there', async () => {
    const { endpoint } = await bench.line();
    expect(await bench.server.api(`uuid_bridge ${endpoint.uuid} nobody`)).toMatch(/^-ERR Invalid uuid/);
  });
});
