import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { pcm16, readAll, wavSamples } from '../../../../test/support/audio-samples.ts';
import { temporaryFolder } from '../../../../test/support/temporary-folder.ts';
import { openWav } from './wav-source.ts';
import { WavWriter } from './wav-writer.ts';

const ramp = (length: number): Int16Array => Int16Array.from({ length }, (_, i) => i - length / 2);

describe('a WAV file that grows', () => {
  it('has all that was appended, and a header that says so', async () => {
    const file = join(temporaryFolder(), 'deep', 'down', 'recording.wav');
    const writer = new WavWriter(file, 2);
    for (let from = 0; from < 6000; from += 600) writer.append(pcm16(ramp(6000).subarray(from, from + 600)));
    writer.finish();
    expect(await writer.closed).toBeNull();
    const bytes = readFileSync(file);
    expect(wavSamples(bytes)).toEqual(ramp(6000));
    expect(writer.writtenBytes).toBe(12_000);
    expect([bytes.length, bytes.readUInt32LE(4)]).toEqual([12_044, 12_036]);
    const format = [20, 22, 32, 34].map((at) => bytes.readUInt16LE(at));
    expect([...format, bytes.readUInt32LE(24), bytes.readUInt32LE(28)]).toEqual([1, 2, 4, 16, 8000, 32_000]);
  });

  it('plays at any moment up to where it was written, as after a crash', async () => {
    const file = join(temporaryFolder(), 'recording.wav');
    const writer = new WavWriter(file, 1);
    await vi.waitFor(() => expect(readFileSync(file)).toHaveLength(44));
    expect(wavSamples(readFileSync(file))).toHaveLength(0);
    for (const length of [800, 1600, 2400]) {
      writer.append(pcm16(ramp(2400).subarray(length - 800, length)));
      await vi.waitFor(() => expect(writer.writtenBytes).toBe(length * 2));
      await vi.waitFor(() => expect(wavSamples(readFileSync(file))).toHaveLength(length));
      expect(readAll(await openWav(file, 0, () => undefined))).toEqual(ramp(2400).subarray(0, length));
    }
    writer.finish();
    await writer.closed;
  });

  it('never tells of audio that is not there yet', async () => {
    const file = join(temporaryFolder(), 'recording.wav');
    const writer = new WavWriter(file, 1);
    for (let i = 0; i < 200; i += 1) {
      writer.append(pcm16(ramp(800)));
      const bytes = existsSync(file) ? readFileSync(file) : Buffer.alloc(44);
      expect(bytes.length - 44).toBeGreaterThanOrEqual(bytes.length < 44 ? -44 : bytes.readUInt32LE(40));
      await new Promise(setImmediate);
    }
    writer.finish();
    await writer.closed;
    expect(wavSamples(readFileSync(file))).toHaveLength(160_000);
  });

  it('takes nothing more once it is finished, and replaces what was there', async () => {
    const file = join(temporaryFolder(), 'recording.wav');
    writeFileSync(file, Buffer.alloc(100_000, 1));
    const writer = new WavWriter(file, 1);
    writer.append(pcm16(Int16Array.of(1, 2)));
    writer.finish();
    writer.append(pcm16(Int16Array.of(3)));
    writer.finish();
    await writer.closed;
    expect([...wavSamples(readFileSync(file))]).toEqual([1, 2]);
    expect(readFileSync(file)).toHaveLength(48);
  });

  it('says why it can’t be written', async () => {
    const occupied = join(temporaryFolder(), 'file');
    writeFileSync(occupied, '');
    const writer = new WavWriter(join(occupied, 'recording.wav'), 1);
    writer.append(pcm16(ramp(10)));
    expect(await writer.closed).toMatchObject({ code: 'EEXIST' });
    expect(writer.writtenBytes).toBe(0);
    writer.append(pcm16(ramp(10)));
    writer.finish();
  });

  it.runIf(existsSync('/dev/full'))('ends when the disk is full, and says so', async () => {
    const writer = new WavWriter('/dev/full', 1);
    writer.append(pcm16(ramp(10)));
    expect(await writer.closed).toMatchObject({ code: 'ENOSPC' });
  });

  it('gives up on a disk that is so slow that memory would fill', async () => {
    const writer = new WavWriter(join(temporaryFolder(), 'recording.wav'), 1);
    for (let i = 0; i < 9; i += 1) writer.append(Buffer.alloc(1024 * 1024));
    expect((await writer.closed)?.message).toMatch(/recording\.wav: the disk is too slow, 9437184 bytes wait/);
  });
});
