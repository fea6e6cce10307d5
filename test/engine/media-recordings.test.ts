import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { wavSamples } from '../support/audio-samples.ts';
import { shareOfTone } from '../support/phone/tone.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { describeMedia, next } from './media-bench.ts';

describeMedia('a message', (bench) => {
  const message = (): string => join(temporaryFolder(), 'a message.wav');

  it('is what the caller says, up to its limit', async () => {
    const { endpoint } = await bench.line(500);
    const file = message();
    const { recordMilliseconds } = await endpoint.record(`'${file}'`, { timeLimitSecs: 1 });
    expect(Number(recordMilliseconds)).toBeGreaterThanOrEqual(900);
    expect(Number(recordMilliseconds)).toBeLessThan(2100);
    expect(shareOfTone(wavSamples(readFileSync(file)).subarray(1000, 5000), 500)).toBeGreaterThan(0.9);
  });

  it('ends with a digit that ends playbacks', async () => {
    const { endpoint, phone } = await bench.line(500);
    await endpoint.set({ playback_terminators: '#' });
    const recording = endpoint.record(`'${message()}'`, { timeLimitSecs: 10 });
    phone.sendDigits('5#');
    expect(await recording).toMatchObject({ terminatorUsed: '#' });
  });

  it('ends when the caller has been silent for long enough', async () => {
    const { endpoint, phone } = await bench.line(500);
    const recording = endpoint.record(`'${message()}'`, { timeLimitSecs: 10, silenceThresh: 200, silenceHits: 1 });
    await expect.poll(() => phone.sent).toBeGreaterThan(25);
    phone.setTone(null);
    const { recordMilliseconds } = await recording;
    expect(Number(recordMilliseconds)).toBeLessThan(5000);
  });

  it('is complete when the caller hangs up', async () => {
    const { endpoint, phone } = await bench.line(500);
    const file = message();
    void endpoint.record(`'${file}'`, { timeLimitSecs: 10 });
    await expect.poll(() => phone.sent).toBeGreaterThan(40);
    const gone = next(endpoint, 'destroy');
    await endpoint.dialog.destroy();
    await gone;
    await expect.poll(() => wavSamples(readFileSync(file)).length).toBeGreaterThan(1000);
  });

  it('can’t be stopped where none is being recorded', async () => {
    const { endpoint } = await bench.line();
    const answer = await bench.server.api(`uuid_record ${endpoint.uuid} stop ${message().replaceAll(' ', '-')}`);
    expect(answer).toMatch(/^-ERR Cannot stop record session/);
  });
});
