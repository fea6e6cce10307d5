import type { AudioSource } from '../../src/embedded/media/audio-port.ts';

/** All that a source has to say, read in frames of so many samples; at most `limit` samples of one that never ends. */
export function readAll(source: AudioSource, frameSamples = 160, limit = 80_000): Int16Array {
  const samples: number[] = [];
  while (samples.length < limit) {
    const frame = source.read(frameSamples);
    if (frame === null) break;
    samples.push(...frame);
  }
  return Int16Array.from(samples);
}

/** One side of interleaved stereo, or mono with one channel. */
export function channelOf(samples: Int16Array, channel: number, channels = 2): Int16Array {
  return samples.filter((_, i) => i % channels === channel);
}

/** The samples of a canonical WAV file of 16 bits, as far as its header tells of them. */
export function wavSamples(file: Buffer): Int16Array {
  const bytes = file.subarray(44, 44 + file.readUInt32LE(40));
  return Int16Array.from({ length: bytes.length / 2 }, (_, i) => bytes.readInt16LE(i * 2));
}

/** A WAV file of any kind around audio that is coded already; `before` are chunks between `fmt ` and `data`. */
export function wavFile(
  audio: Buffer,
  kind: { readonly code?: number; readonly channels?: number; readonly rate?: number; readonly bits?: number },
  before: Buffer = Buffer.alloc(0),
): Buffer {
  const { code = 1, channels = 1, rate = 8000, bits = 16 } = kind;
  const format = Buffer.alloc(24);
  format.write('fmt ', 'latin1');
  format.writeUInt32LE(16, 4);
  format.writeUInt16LE(code, 8);
  format.writeUInt16LE(channels, 10);
  format.writeUInt32LE(rate, 12);
  format.writeUInt32LE((rate * channels * bits) / 8, 16);
  format.writeUInt16LE((channels * bits) / 8, 20);
  format.writeUInt16LE(bits, 22);
  const head = Buffer.from('RIFF\0\0\0\0WAVE', 'latin1');
  head.writeUInt32LE(4 + format.length + before.length + 8 + audio.length, 4);
  const data = Buffer.from('data\0\0\0\0', 'latin1');
  data.writeUInt32LE(audio.length, 4);
  return Buffer.concat([head, format, before, data, audio]);
}

/** The bytes of 16-bit samples in a WAV file. */
export function pcm16(samples: Int16Array): Buffer {
  const bytes = Buffer.alloc(samples.length * 2);
  samples.forEach((sample, i) => bytes.writeInt16LE(sample, i * 2));
  return bytes;
}
