import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import * as fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import { pcm16, readAll, wavFile } from '../../../../test/support/audio-samples.ts';
import { canSeeDescriptors, descriptorsOf, processWarnings } from '../../../../test/support/file-descriptors.ts';
import { encode } from '../../../../test/support/phone/g711.ts';
import { loudness, secondOfTone, shareOfTone } from '../../../../test/support/phone/tone.ts';
import { temporaryFolder } from '../../../../test/support/temporary-folder.ts';
import type { AudioSource } from '../audio-port.ts';
import { openWav } from './wav-source.ts';

/** Of no sample that is 0, so that silence put in for a late disk can be told from it. */
const ramp = (length: number): Int16Array => Int16Array.from({ length }, (_, i) => 1 + (i % 30_000));
const shortTone = secondOfTone(440).subarray(0, 1600);

function written(bytes: Buffer): string {
  const file = join(temporaryFolder(), 'sound.wav');
  writeFileSync(file, bytes);
  return file;
}

const opened = (bytes: Buffer, fromSample = 0): Promise<AudioSource> =>
  openWav(written(bytes), fromSample, (error) => expect.unreachable(error.message));

/** Reads a frame a turn of the loop, and leaves out the silence that a late disk brings. */
async function heardOf(source: AudioSource): Promise<Int16Array> {
  const samples: number[] = [];
  for (let frame = source.read(160); frame !== null; frame = source.read(160)) {
    samples.push(...frame.filter((sample) => sample !== 0));
    await nextTurn();
  }
  return Int16Array.from(samples);
}

describe('playing a WAV file', () => {
  it('gives back what is in it, its last frame as long as the rest, and then its end', async () => {
    const source = await opened(wavFile(pcm16(ramp(250)), {}));
    expect([...source.read(160)!]).toEqual([...ramp(250).subarray(0, 160)]);
    expect([...source.read(160)!]).toEqual([...ramp(250).subarray(160)]);
    expect([source.read(160), source.read(160)]).toEqual([null, null]);
  });

  it('reads a long one while it plays', async () => {
    const sound = ramp(80_000);
    expect(await heardOf(await opened(wavFile(pcm16(sound), {})))).toEqual(sound);
  });

  it('is silent while the disk is late, and goes on where it was', async () => {
    const sound = ramp(20_000);
    const source = await opened(wavFile(pcm16(sound), {}));
    const first = readAll(source, 160, 9600);
    expect(first.subarray(0, 4000)).toEqual(sound.subarray(0, 4000));
    expect(first.subarray(4000).every((sample) => sample === 0)).toBe(true);
    expect(await heardOf(source)).toEqual(sound.subarray(4000));
  });

  it('begins where it is told to', async () => {
    const file = wavFile(pcm16(ramp(2000)), {});
    expect(readAll(await opened(file, 900))).toEqual(ramp(2000).subarray(900));
    expect(readAll(await opened(file, 5000))).toHaveLength(0);
  });

  it.each([
    ['8 bit', { bits: 8 }, Buffer.from(shortTone.map((sample) => (sample >> 8) + 128))],
    [
      '24 bit',
      { bits: 24 },
      Buffer.concat([...shortTone].map((sample) => Buffer.from([7, sample & 0xff, sample >> 8]))),
    ],
    ['32 bit', { bits: 32 }, Buffer.from(Int32Array.from(shortTone, (sample) => sample * 65_536).buffer)],
    ['32 bit float', { code: 3, bits: 32 }, Buffer.from(Float32Array.from(shortTone, (s) => s / 32_767).buffer)],
    ['A-law', { code: 6, bits: 8 }, encode('PCMA', shortTone)],
    ['µ-law', { code: 7, bits: 8 }, encode('PCMU', shortTone)],
  ])('takes %s', async (_, kind, audio) => {
    const heard = readAll(await opened(wavFile(audio, kind)));
    expect(heard).toHaveLength(shortTone.length);
    const worst = heard.reduce((most, sample, i) => Math.max(most, Math.abs(sample - shortTone[i]!)), 0);
    expect(worst).toBeLessThanOrEqual(260);
  });

  it('mixes its channels', async () => {
    const stereo = Int16Array.from({ length: 400 }, (_, i) => (i % 2 === 0 ? 1000 : 3000));
    const heard = readAll(await opened(wavFile(pcm16(stereo), { channels: 2 })));
    expect([...heard]).toEqual(Array.from({ length: 200 }, () => 2000));
  });

  it.each([11_025, 16_000, 44_100, 48_000])('of %i Hz sounds as high and lasts as long as it should', async (rate) => {
    const sound = Int16Array.from({ length: rate * 0.4 }, (_, i) => 9000 * Math.sin((2 * Math.PI * 600 * i) / rate));
    const heard = readAll(await opened(wavFile(pcm16(sound), { rate })));
    expect(Math.abs(heard.length - 3200)).toBeLessThanOrEqual(1);
    expect(shareOfTone(heard.subarray(200, 3000), 600)).toBeGreaterThan(0.99);
    expect(loudness(heard.subarray(200, 3000))).toBeCloseTo(9000 / Math.SQRT2, -2);
  });

  it('finds its audio behind any other chunks', async () => {
    const name = fc.constantFrom('LIST', 'fact', 'JUNK', 'bext');
    const chunk = fc.record({ name, body: fc.uint8Array({ maxLength: 60 }) });
    await fc.assert(
      fc.asyncProperty(fc.array(chunk, { maxLength: 5 }), async (chunks) => {
        const before = chunks.map(({ name, body }) => {
          const head = Buffer.alloc(8);
          head.write(name, 'latin1');
          head.writeUInt32LE(body.length, 4);
          return Buffer.concat([head, body, Buffer.alloc(body.length % 2)]);
        });
        const source = await opened(wavFile(pcm16(ramp(300)), {}, Buffer.concat(before)));
        expect(readAll(source)).toEqual(ramp(300));
      }),
      { numRuns: 30 },
    );
  });

  it('plays what there is of a file that was cut off, or whose length nobody wrote', async () => {
    const whole = wavFile(pcm16(ramp(1000)), {});
    expect(readAll(await opened(whole.subarray(0, -1001)))).toEqual(ramp(499));
    whole.writeUInt32LE(0xffff_ffff, 40);
    expect(readAll(await opened(whole))).toEqual(ramp(1000));
  });

  it('reads the real format out of the extensible one', async () => {
    const plain = wavFile(encode('PCMA', shortTone), { code: 6, bits: 8 });
    const extended = Buffer.concat([plain.subarray(0, 36), Buffer.alloc(24), plain.subarray(36)]);
    extended.writeUInt32LE(40, 16);
    extended.writeUInt16LE(0xfffe, 20);
    extended.writeUInt16LE(6, 44);
    expect(readAll(await opened(extended))).toHaveLength(shortTone.length);
  });

  it.each([
    ['no WAV file', Buffer.from('ID3 and so on, as an MP3 begins'), 'it is no WAV file: convert it'],
    ['an empty file', Buffer.alloc(0), 'it is no WAV file'],
    [
      'MP3 inside',
      wavFile(Buffer.alloc(10), { code: 85, bits: 0 }),
      'its format 85 with 0 bits is not supported: use PCM',
    ],
    ['twelve bits', wavFile(Buffer.alloc(10), { bits: 12 }), 'its format 1 with 12 bits is not supported'],
    ['no channels', wavFile(Buffer.alloc(10), { channels: 0 }), 'it has 0 channels: use mono or stereo'],
    [
      'a mad rate',
      wavFile(Buffer.alloc(10), { rate: 3 }),
      'its sample rate of 3 Hz is not within 4000–192000: use 8000',
    ],
    ['no audio', wavFile(Buffer.alloc(0), {}).subarray(0, 36), 'it has no audio ("data" chunk)'],
    ['no format', Buffer.from('RIFF\x04\0\0\0WAVE', 'latin1'), 'it has no "fmt " chunk'],
    [
      'half a format',
      Buffer.from('RIFF\x04\0\0\0WAVEfmt \x02\0\0\0ab', 'latin1'),
      'its "fmt " chunk has 2 bytes; 16 are',
    ],
    [
      'a late format',
      Buffer.from('RIFF\x04\0\0\0WAVEdata\0\0\0\0', 'latin1'),
      'its audio comes before its "fmt " chunk',
    ],
  ])('refuses %s with the reason', async (_, bytes, reason) => {
    await expect(opened(bytes)).rejects.toThrow(reason);
  });

  it('survives whatever a file holds', async () => {
    const valid = wavFile(pcm16(ramp(20)), {});
    await fc.assert(
      fc.asyncProperty(fc.array(fc.tuple(fc.nat(valid.length - 1), fc.nat(255)), { maxLength: 6 }), async (changes) => {
        const bytes = Buffer.from(valid);
        for (const [at, octet] of changes) bytes[at] = octet;
        const outcome = await opened(bytes).then(readAll, (error: Error) => error.name);
        expect(typeof outcome === 'string' ? outcome : 'played').toMatch(/^(WavError|played)$/);
      }),
      { numRuns: 200 },
    );
  });
});

describe.runIf(canSeeDescriptors)('the file', () => {
  const long = wavFile(pcm16(ramp(80_000)), {});

  it('is open while it plays, and closed at its end', async () => {
    const file = written(long);
    const source = await openWav(file, 0, (error) => expect.unreachable(error.message));
    expect(descriptorsOf(file)).toBe(1);
    await heardOf(source);
    await vi.waitFor(() => expect(descriptorsOf(file)).toBe(0));
  });

  it('is closed with the source, even while it is being read', async () => {
    const warnings = processWarnings();
    const file = written(long);
    const sources = await Promise.all(
      Array.from({ length: 20 }, () => openWav(file, 0, (error) => expect.unreachable(error.message))),
    );
    sources.forEach((source, i) => {
      // Half of them are about to read on.
      if (i % 2 === 0) readAll(source, 160, 3200);
      source.close?.();
      source.close?.();
    });
    await vi.waitFor(() => expect(descriptorsOf(file)).toBe(0));
    expect(sources[1]!.read(160)).not.toBeNull();
    expect(warnings).toEqual([]);
  });

  it('is closed at once where all of it has been read ahead, or it can’t be played', async () => {
    const short = written(wavFile(pcm16(ramp(100)), {}));
    await openWav(short, 0, (error) => expect.unreachable(error.message));
    expect(descriptorsOf(short)).toBe(0);
    const broken = written(Buffer.from('RIFF'));
    await expect(openWav(broken, 0, () => undefined)).rejects.toThrow('no WAV file');
    expect(descriptorsOf(broken)).toBe(0);
  });
});
