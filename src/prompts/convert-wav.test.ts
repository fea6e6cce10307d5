import * as fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';

import { formatOf, pcm16, riffChunk, samplesOf, sine, wavFile, type WavFields } from '../../test/support/wav-files.ts';
import { AppError } from '../domain/app-error.ts';
import { convertWav } from './convert-wav.ts';
import type { Encoding } from './wav-format.ts';

/** What is said of a file that is refused. */
async function refusal(file: Buffer): Promise<string> {
  const error = await convertWav([file]).catch((reason: unknown) => reason);
  if (!(error instanceof AppError)) throw new Error('It was not refused');
  expect(error).toMatchObject({ code: 'invalid', problems: [{ path: '/file' }] });
  return error.problems[0]?.message ?? '';
}

const TONE = sine(1_000, 8_000, 0.1);

/** How each encoding writes a sample. */
const WRITERS: Readonly<Record<Encoding, (sample: number) => Buffer>> = {
  pcm8: (sample) => Buffer.from([Math.round(sample * 128) + 128]),
  pcm16: (sample) => pcm16([sample]),
  pcm24: (sample) => {
    const bytes = Buffer.alloc(3);
    bytes.writeIntLE(Math.round(sample * 0x80_0000), 0, 3);
    return bytes;
  },
  pcm32: (sample) => {
    const bytes = Buffer.alloc(4);
    bytes.writeInt32LE(Math.round(sample * 0x7fff_ffff));
    return bytes;
  },
  float32: (sample) => {
    const bytes = Buffer.alloc(4);
    bytes.writeFloatLE(sample);
    return bytes;
  },
  // By search: the byte that stands for the nearest sample.
  'mu-law': (sample) => nearestByte(sample, muLawValue),
  'a-law': (sample) => nearestByte(sample, aLawValue),
};

function nearestByte(sample: number, valueOf: (byte: number) => number): Buffer {
  const bytes = Array.from({ length: 256 }, (_, byte) => byte);
  const errorOf = (byte: number): number => Math.abs(valueOf(byte) / 32_768 - sample);
  return Buffer.from([bytes.reduce((best, byte) => (errorOf(byte) < errorOf(best) ? byte : best), 0)]);
}

/** G.711 as its tables put it: segments of sixteen steps, each segment's steps twice those of the one before. */
function muLawValue(byte: number): number {
  const inverted = 255 - byte;
  const segment = Math.floor((inverted % 128) / 16);
  const value = (2 * (inverted % 16) + 33) * 2 ** segment - 33;
  return (inverted >= 128 ? -value : value) * 4;
}

function aLawValue(byte: number): number {
  const plain = byte ^ 0b0101_0101;
  const segment = Math.floor((plain % 128) / 16);
  const step = 2 * (plain % 16) + 1;
  const value = segment === 0 ? step : (step + 32) * 2 ** (segment - 1);
  return (plain >= 128 ? value : -value) * 8;
}

describe('A prompt is made', () => {
  it('as a WAV file of 8 kHz, mono, 16 bit', async () => {
    const { wav, durationMs } = await convertWav([wavFile(pcm16(TONE))]);
    expect(wav).toEqual(wavFile(pcm16(TONE)));
    expect(wav.subarray(0, 44).toString('latin1')).toBe(
      'RIFF\x64\x06\x00\x00WAVEfmt \x10\x00\x00\x00\x01\x00\x01\x00' +
        '\x40\x1f\x00\x00\x80\x3e\x00\x00\x02\x00\x10\x00data\x40\x06\x00\x00',
    );
    expect(durationMs).toBe(100);
  });

  it.each<[Encoding, number]>([
    ['pcm8', 1 / 128],
    ['pcm16', 1 / 32_768],
    ['pcm24', 1 / 32_768],
    ['pcm32', 1 / 32_768],
    ['float32', 1 / 32_768],
    ['mu-law', 1 / 40],
    ['a-law', 1 / 40],
  ])('of %s, to within its own steps', async (encoding, step) => {
    const data = Buffer.concat(TONE.map(WRITERS[encoding]));
    const samples = samplesOf((await convertWav([wavFile(data, { encoding })])).wav);
    expect(samples).toHaveLength(TONE.length);
    for (const [index, sample] of samples.entries()) expect(Math.abs(sample - TONE[index]!)).toBeLessThanOrEqual(step);
  });

  it.each(['mu-law', 'a-law'] as const)('of every byte of %s, to the very number', async (encoding) => {
    const valueOf = encoding === 'mu-law' ? muLawValue : aLawValue;
    const data = Buffer.from(Array.from({ length: 256 }, (_, byte) => byte));
    const samples = samplesOf((await convertWav([wavFile(data, { encoding })])).wav);
    expect(samples.map((sample) => sample * 32_768)).toEqual(Array.from(data, (byte) => valueOf(byte) + 0));
  });

  it('of two channels by their mean, which never clips', async () => {
    const data = pcm16([1, 1, -1, -1, 0.5, -0.5, 0.5, 0].map((sample) => sample * (32_767 / 32_768)));
    const { wav } = await convertWav([wavFile(data, { channels: 2 })]);
    const quarter = samplesOf(wav).map((sample) => Math.round(sample * 4));
    expect(quarter).toEqual([4, -4, 0, 1]);
  });

  it('of a loud one without turning over: beyond full scale stays at it', async () => {
    const loud = Buffer.concat([2, -2, Number.NaN, Infinity, 1, -1].map(WRITERS.float32));
    const { wav } = await convertWav([wavFile(loud, { encoding: 'float32' })]);
    expect(samplesOf(wav).map((sample) => sample * 32_768)).toEqual([32_767, -32_768, 0, 0, 32_767, -32_768]);
    // A square wave rings over its edges once its harmonics are gone.
    const square = sine(500, 44_100, 0.2, 1).map(Math.sign);
    const samples = samplesOf((await convertWav([wavFile(pcm16(square), { rateHz: 44_100 })])).wav).slice(100, -100);
    expect(Math.max(...samples)).toBe(32_767 / 32_768);
    for (const [index, sample] of samples.entries()) {
      expect(Math.abs(sample - (samples[index + 1] ?? sample))).toBeLessThan(1.9);
    }
  });

  it('of other rates, in its own time', async () => {
    const data = pcm16(sine(1_000, 44_100, 1.5));
    const { wav, durationMs } = await convertWav([wavFile(data, { rateHz: 44_100 })]);
    expect(durationMs).toBe(1_500);
    const samples = samplesOf(wav);
    const wanted = sine(1_000, 8_000, 1.5);
    for (let at = 500; at < 11_500; at += 1) expect(samples[at]).toBeCloseTo(wanted[at]!, 3);
  });

  it('of a file with other chunks in it, of odd sizes too, and a format that says more', async () => {
    const note = riffChunk('LIST', Buffer.from('INFOabc'));
    const plain = wavFile(pcm16(TONE));
    expect((await convertWav([wavFile(pcm16(TONE), { before: [note, note], after: [note] })])).wav).toEqual(plain);
    const long = Buffer.concat([formatOf({}), Buffer.alloc(2)]);
    const withLong = riffChunk(
      'RIFF',
      Buffer.concat([Buffer.from('WAVE'), note, riffChunk('fmt ', long), riffChunk('data', pcm16(TONE))]),
    );
    expect((await convertWav([withLong])).wav).toEqual(plain);
  });

  it('of the extensible format, by the code in its sub-format', async () => {
    const extensible = (code: number, guid = '000000001000800000aa00389b71'): Buffer => {
      const more = Buffer.alloc(10);
      more.writeUInt16LE(22, 0);
      more.writeUInt16LE(16, 2);
      more.writeUInt16LE(code, 8);
      const format = Buffer.concat([formatOf({ code: 0xff_fe }), more, Buffer.from(guid, 'hex')]);
      return riffChunk(
        'RIFF',
        Buffer.concat([Buffer.from('WAVE'), riffChunk('fmt ', format), riffChunk('data', pcm16(TONE))]),
      );
    };
    expect((await convertWav([extensible(1)])).wav).toEqual(wavFile(pcm16(TONE)));
    expect(await refusal(extensible(0x55))).toContain('compressed (MP3)');
    expect(await refusal(extensible(1, '000000001000800000aa00389b72'))).toContain('sub-format');
  });

  it('of what was streamed without knowing its length, up to its end', async () => {
    const { wav } = await convertWav([wavFile(pcm16(TONE), { dataBytes: 0xffff_ffff })]);
    expect(wav).toEqual(wavFile(pcm16(TONE)));
  });

  it('of whole samples: part of one at the end is none', async () => {
    const { wav } = await convertWav([wavFile(Buffer.concat([pcm16(TONE), Buffer.from([1])]))]);
    expect(wav).toEqual(wavFile(pcm16(TONE)));
  });

  it('of five minutes, and reads no further than the last sample', async () => {
    const file = wavFile(Buffer.alloc(300 * 8_000, 0xff), { encoding: 'mu-law', after: [Buffer.from('rest')] });
    const pieces = [file.subarray(0, -4), file.subarray(-4)][Symbol.iterator]();
    expect((await convertWav({ [Symbol.iterator]: () => pieces })).durationMs).toBe(300_000);
    expect(pieces.next().value?.toString()).toBe('rest');
  });

  test('whatever the pieces it comes in', async () => {
    const file = wavFile(pcm16(sine(700, 22_050, 0.05)), { rateHz: 22_050, channels: 2 });
    const { wav } = await convertWav([file]);
    await fc.assert(
      fc.asyncProperty(fc.array(fc.nat({ max: 40 }), { minLength: 1, maxLength: 10 }), async (sizes) => {
        const pieces: Buffer[] = [];
        for (let at = 0, turn = 0; at < file.length; turn += 1) {
          const size = sizes[turn % sizes.length]! + (turn % sizes.length === 0 ? 1 : 0);
          pieces.push(file.subarray(at, at + size));
          at += size;
        }
        expect((await convertWav(pieces)).wav).toEqual(wav);
      }),
      { numRuns: 50 },
    );
  });
});

describe('A file is refused', () => {
  const tone = pcm16(TONE);
  const damaged = (fields: WavFields): Buffer => wavFile(tone, fields);

  it.each<[string, Buffer, string]>([
    ['that is empty', Buffer.alloc(0), 'The file is empty'],
    ['that is an MP3', Buffer.from('ID3\x04\x00rest of the file'), 'It is an MP3 file'],
    ['that is an MP3 without a tag', Buffer.from([0xff, 0xfb, 0x90, 0x64, ...Buffer.alloc(20)]), 'It is an MP3 file'],
    ['that is Ogg', Buffer.from('OggS and more of it'), 'It is an Ogg file'],
    ['that is FLAC', Buffer.from('fLaC and more of it'), 'It is a FLAC file'],
    ['that is M4A', Buffer.from('\0\0\0\x20ftypM4A and more'), 'It is an MP4 or M4A file'],
    ['that is AIFF', Buffer.from('FORM1234AIFF'), 'It is an AIFF file'],
    ['that is big-endian', Buffer.from('RIFX1234WAVE'), 'of the big-endian kind'],
    ['that is of the 64-bit kind', Buffer.from('RF641234WAVE'), 'of the 64-bit kind'],
    ['that is no audio', Buffer.from('<html>hello there</html>'), 'It is no WAV file'],
    ['that is another RIFF', Buffer.from('RIFF1234AVI LIST'), 'of another form than WAVE'],
    ['of four bytes', Buffer.from('RIFF'), 'It is no WAV file'],
    ['without anything in it', Buffer.from('RIFF1234WAVE'), 'It ends before its format'],
    [
      'without audio',
      riffChunk('RIFF', Buffer.concat([Buffer.from('WAVE'), riffChunk('fmt ', formatOf({}))])),
      'audio',
    ],
    [
      'whose audio comes first',
      Buffer.concat([Buffer.from('RIFF1234WAVE'), riffChunk('data', tone)]),
      'before its for',
    ],
    ['whose format is cut off', Buffer.concat([Buffer.from('RIFF1234WAVE'), riffChunk('fmt ', tone, 14)]), 'cut off'],
    ['that is cut off', damaged({}).subarray(0, -100), 'of 1600 bytes of audio that it announces, 1500 are there'],
    ['with nothing to hear', wavFile(Buffer.alloc(0)), 'It has no audio in it'],
    ['with less than a sample', wavFile(Buffer.alloc(1)), 'It has no audio in it'],
    ['of MP3 in WAV', damaged({ code: 0x55 }), 'compressed (MP3), which is not read here: export it as PCM, 16 bit.'],
    ['of ADPCM', damaged({ code: 0x11 }), 'compressed (IMA ADPCM)'],
    ['of GSM', damaged({ code: 0x31 }), 'compressed (GSM 6.10)'],
    ['of a codec nobody knows', damaged({ code: 0x12_34 }), 'compressed (codec 0x1234)'],
    ['of 12 bits', damaged({ bits: 12 }), 'Its samples have 12 bits'],
    ['of 64-bit floats', damaged({ code: 3, bits: 64 }), 'floating point of 64 bits'],
    ['of 16-bit µ-law', damaged({ code: 7 }), 'G.711 samples have 16 bits'],
    ['of no channel', damaged({ channels: 0 }), 'It has 0 channels'],
    ['of six channels', damaged({ channels: 6 }), 'It has 6 channels: mix it down'],
    ['of 7 999 samples a second', damaged({ rateHz: 7_999 }), 'It has 7999 samples a second'],
    ['of 192 kHz', damaged({ rateHz: 192_000 }), 'It has 192000 samples a second'],
    ['whose header contradicts itself', damaged({ code: 1, bits: 8 }), 'contradicts itself'],
    [
      'of more than five minutes, by its header',
      damaged({ dataBytes: 300 * 16_000 + 2 }),
      'It lasts more than five minutes',
    ],
  ])('%s', async (_what, file, message) => {
    expect(await refusal(file)).toContain(message);
  });

  it('of more than five minutes that does not say so, once it is', async () => {
    let pieces = 0;
    const head = wavFile(Buffer.alloc(0), { encoding: 'mu-law', dataBytes: 0xffff_ffff });
    function* endless(): Generator<Buffer> {
      yield head;
      for (;;) {
        pieces += 1;
        yield Buffer.alloc(65_536, 0xff);
      }
    }
    await expect(convertWav(endless())).rejects.toThrow('It lasts more than five minutes');
    expect(pieces).toBe(37);
  });

  it('or converted, whatever is in it, and nothing else ever happens', async () => {
    const file = wavFile(tone, { before: [riffChunk('LIST', Buffer.from('note'))] });
    const changes = fc.array(fc.tuple(fc.nat({ max: file.length - 1 }), fc.nat({ max: 255 })), { maxLength: 6 });
    await fc.assert(
      fc.asyncProperty(changes, fc.nat({ max: file.length }), async (bytes, cut) => {
        const damage = Buffer.from(file.subarray(0, cut));
        for (const [at, byte] of bytes) if (at < damage.length) damage[at] = byte;
        const outcome = await convertWav([damage]).then(
          ({ durationMs }) => durationMs >= 0 && 'converted',
          (error: unknown) => (error instanceof AppError ? error.code : error),
        );
        expect(['converted', 'invalid']).toContain(outcome);
      }),
      { numRuns: 500 },
    );
  });
});
