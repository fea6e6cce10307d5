import { refuseWav } from './refuse-wav.ts';

/** How samples are written. */
export type Encoding = 'pcm8' | 'pcm16' | 'pcm24' | 'pcm32' | 'float32' | 'mu-law' | 'a-law';

export const BYTES_PER_SAMPLE: Readonly<Record<Encoding, number>> = {
  pcm8: 1,
  pcm16: 2,
  pcm24: 3,
  pcm32: 4,
  float32: 4,
  'mu-law': 1,
  'a-law': 1,
};

/** What a WAV file's `fmt ` chunk says. */
export interface WavFormat {
  readonly encoding: Encoding;
  readonly channels: 1 | 2;
  readonly rateHz: number;
}

const MIN_RATE_HZ = 8_000;
const MAX_RATE_HZ = 96_000;

/** The codes of RFC 2361 that are met in telephony and music; `extensible` says that the code comes later. */
const PCM = 0x0001;
const FLOAT = 0x0003;
const A_LAW = 0x0006;
const MU_LAW = 0x0007;
const EXTENSIBLE = 0xfffe;
const COMPRESSED: Readonly<Record<number, string>> = {
  0x0002: 'Microsoft ADPCM',
  0x0011: 'IMA ADPCM',
  0x0022: 'TrueSpeech',
  0x0031: 'GSM 6.10',
  0x0040: 'G.721 ADPCM',
  0x0042: 'G.723.1',
  0x0045: 'G.726 ADPCM',
  0x0050: 'MPEG audio',
  0x0055: 'MP3',
  0x0083: 'G.729',
  0x00ff: 'AAC',
  0x0161: 'Windows Media Audio',
  0x1610: 'AAC',
  0x706d: 'AAC',
  0xf1ac: 'FLAC',
};

/** What follows the code in a sub-format's GUID, where the sub-format is one of the codes above. */
const CODE_GUID = '000000001000800000aa00389b71';

/**
 * Reads a `fmt ` chunk.
 *
 * @throws AppError `invalid` naming what it can't use: a codec, a number of bits, of channels, a rate
 */
export function readFormat(chunk: Uint8Array): WavFormat {
  if (chunk.length < 16) throw refuseWav('Its format chunk is cut off: export it anew as WAV.');
  const view = new DataView(chunk.buffer, chunk.byteOffset, chunk.length);
  const channels = view.getUint16(2, true);
  const rateHz = view.getUint32(4, true);
  const encoding = readEncoding(readCode(chunk, view), view.getUint16(14, true));
  if (channels !== 1 && channels !== 2) {
    throw refuseWav(`It has ${channels} channels: mix it down to one or two.`);
  }
  if (rateHz < MIN_RATE_HZ || rateHz > MAX_RATE_HZ) {
    throw refuseWav(`It has ${rateHz} samples a second: export it with 8000 to 96000 (8 to 96 kHz).`);
  }
  if (view.getUint16(12, true) !== channels * BYTES_PER_SAMPLE[encoding]) {
    throw refuseWav(
      'Its format chunk contradicts itself (block size against bits and channels): export it anew as WAV.',
    );
  }
  return { encoding, channels, rateHz };
}

function readCode(chunk: Uint8Array, view: DataView): number {
  const code = view.getUint16(0, true);
  if (code !== EXTENSIBLE) return code;
  const isCode = chunk.length >= 40 && Buffer.from(chunk.subarray(26, 40)).toString('hex') === CODE_GUID;
  if (!isCode) throw refuseWav('Its sub-format is not known here: export it as PCM, 16 bit.');
  return view.getUint16(24, true);
}

function readEncoding(code: number, bits: number): Encoding {
  const written = `${code}/${bits}`;
  switch (written) {
    case `${PCM}/8`:
      return 'pcm8';
    case `${PCM}/16`:
      return 'pcm16';
    case `${PCM}/24`:
      return 'pcm24';
    case `${PCM}/32`:
      return 'pcm32';
    case `${FLOAT}/32`:
      return 'float32';
    case `${MU_LAW}/8`:
      return 'mu-law';
    case `${A_LAW}/8`:
      return 'a-law';
    default:
      throw refuseWav(describeRefused(code, bits));
  }
}

function describeRefused(code: number, bits: number): string {
  if (code === PCM) return `Its samples have ${bits} bits: export it with 8, 16, 24 or 32.`;
  if (code === FLOAT) return `Its samples are floating point of ${bits} bits: export it with 32, or as PCM, 16 bit.`;
  if (code === MU_LAW || code === A_LAW) return `Its G.711 samples have ${bits} bits instead of 8: export it anew.`;
  const name = COMPRESSED[code] ?? `codec 0x${code.toString(16).padStart(4, '0')}`;
  return `Its audio is compressed (${name}), which is not read here: export it as PCM, 16 bit.`;
}
