import type { Samples } from './decode-samples.ts';
import { TELEPHONE_RATE_HZ } from './resampler.ts';

const HEAD_BYTES = 44;
const BYTES_PER_SAMPLE = 2;

/** Samples as 16-bit numbers, as loud as they were; those beyond full scale stay at it. */
export function toPcm16(samples: Samples): Buffer {
  const pcm = Buffer.alloc(samples.length * BYTES_PER_SAMPLE);
  for (const [index, sample] of samples.entries()) {
    const scaled = Math.round(sample * 0x8000);
    pcm.writeInt16LE(Math.max(-0x8000, Math.min(0x7fff, scaled)), index * BYTES_PER_SAMPLE);
  }
  return pcm;
}

/** A WAV file of 8 kHz, mono, 16 bit, from its samples. */
export function writeWav(pcm: readonly Buffer[]): Buffer {
  const dataBytes = pcm.reduce((sum, { length }) => sum + length, 0);
  const head = Buffer.alloc(HEAD_BYTES);
  head.write('RIFF', 0, 'latin1');
  head.writeUInt32LE(HEAD_BYTES - 8 + dataBytes, 4);
  head.write('WAVEfmt ', 8, 'latin1');
  head.writeUInt32LE(16, 16);
  head.writeUInt16LE(1, 20);
  head.writeUInt16LE(1, 22);
  head.writeUInt32LE(TELEPHONE_RATE_HZ, 24);
  head.writeUInt32LE(TELEPHONE_RATE_HZ * BYTES_PER_SAMPLE, 28);
  head.writeUInt16LE(BYTES_PER_SAMPLE, 32);
  head.writeUInt16LE(BYTES_PER_SAMPLE * 8, 34);
  head.write('data', 36, 'latin1');
  head.writeUInt32LE(dataBytes, 40);
  return Buffer.concat([head, ...pcm]);
}
