import type { Encoding } from '../../src/prompts/wav-format.ts';

/** The format codes of the encodings, and their bits. */
const CODES: Readonly<Record<Encoding, readonly [code: number, bits: number]>> = {
  pcm8: [1, 8],
  pcm16: [1, 16],
  pcm24: [1, 24],
  pcm32: [1, 32],
  float32: [3, 32],
  'mu-law': [7, 8],
  'a-law': [6, 8],
};

export interface WavFields {
  readonly encoding?: Encoding;
  readonly rateHz?: number;
  readonly channels?: number;
  /** Said in the header instead of what is true. */
  readonly code?: number;
  readonly bits?: number;
  readonly dataBytes?: number;
  /** Chunks between format and samples, and after the samples. */
  readonly before?: readonly Buffer[];
  readonly after?: readonly Buffer[];
}

/** One chunk of a RIFF file, with the byte that fills it up to an even size. */
export function riffChunk(name: string, content: Buffer, size = content.length): Buffer {
  const head = Buffer.alloc(8);
  head.write(name, 'latin1');
  head.writeUInt32LE(size, 4);
  return Buffer.concat([head, content, Buffer.alloc(content.length % 2)]);
}

/** The content of a `fmt ` chunk. */
export function formatOf(fields: WavFields): Buffer {
  const { encoding = 'pcm16', rateHz = 8_000, channels = 1 } = fields;
  const [code, bits] = CODES[encoding];
  const format = Buffer.alloc(16);
  format.writeUInt16LE(fields.code ?? code, 0);
  format.writeUInt16LE(channels, 2);
  format.writeUInt32LE(rateHz, 4);
  format.writeUInt32LE((rateHz * channels * bits) / 8, 8);
  format.writeUInt16LE((channels * bits) / 8, 12);
  format.writeUInt16LE(fields.bits ?? bits, 14);
  return format;
}

/** A WAV file of these bytes of audio. */
export function wavFile(data: Buffer, fields: WavFields = {}): Buffer {
  const body = Buffer.concat([
    Buffer.from('WAVE'),
    riffChunk('fmt ', formatOf(fields)),
    ...(fields.before ?? []),
    riffChunk('data', data, fields.dataBytes),
    ...(fields.after ?? []),
  ]);
  return riffChunk('RIFF', body);
}

/** Samples, full scale -1…1, as a file of 16 bits holds them. */
export function pcm16(samples: Iterable<number>): Buffer {
  const values = Array.from(samples, (sample) => Math.max(-32_768, Math.min(32_767, Math.round(sample * 32_768))));
  const data = Buffer.alloc(values.length * 2);
  for (const [index, value] of values.entries()) data.writeInt16LE(value, index * 2);
  return data;
}

/** A sine of this frequency. */
export function sine(frequencyHz: number, rateHz: number, seconds: number, amplitude = 0.5): number[] {
  return Array.from({ length: Math.round(rateHz * seconds) }, (_, index) => {
    return amplitude * Math.sin((2 * Math.PI * frequencyHz * index) / rateHz);
  });
}

/** The samples of a WAV file with a head of 44 bytes. */
export function samplesOf(wav: Buffer): number[] {
  return Array.from({ length: (wav.length - 44) / 2 }, (_, index) => wav.readInt16LE(44 + index * 2) / 32_768);
}
