import { SAMPLE_RATE } from './audio-format.ts';
import { g711Samples } from './g711.ts';

/** Codes of the `fmt ` chunk that can be played. */
const PCM = 1;
const FLOAT = 3;
const A_LAW = 6;
const MU_LAW = 7;
/** The real code stands in the chunk's extension (WAVEFORMATEXTENSIBLE). */
const EXTENSIBLE = 0xfffe;

const MIN_RATE = 4000;
const MAX_RATE = 192_000;
const MAX_CHANNELS = 8;

/** Reads one sample as a signed 16-bit number. */
type ReadSample = (bytes: Buffer, at: number) => number;

/** How the samples of a WAV file lie in it. */
export interface WavFormat {
  readonly sampleRate: number;
  readonly channels: number;
  /** Octets of one sample of each channel. */
  readonly frameBytes: number;
  /** Mixes whole frames down to mono samples of 16 bits. */
  readonly toMono: (bytes: Buffer) => Int16Array;
}

/** A WAV file that can't be played: not one at all, cut off in its head, or of a kind not supported. */
export class WavError extends Error {
  override readonly name = 'WavError';
}

/**
 * Reads a `fmt ` chunk: PCM of 8 to 32 bits, 32-bit float, A-law and µ-law, up to 8 channels of 4 to 192 kHz.
 * @throws {WavError} for everything else, saying what it is.
 */
export function readWavFormat(chunk: Buffer): WavFormat {
  if (chunk.length < 16) throw new WavError(`its "fmt " chunk has ${chunk.length} bytes; 16 are the least`);
  const stated = chunk.readUInt16LE(0);
  const code = stated === EXTENSIBLE && chunk.length >= 26 ? chunk.readUInt16LE(24) : stated;
  const channels = chunk.readUInt16LE(2);
  const sampleRate = chunk.readUInt32LE(4);
  const bits = chunk.readUInt16LE(14);
  const readSample = sampleReader(code, bits);
  if (readSample === undefined) {
    throw new WavError(`its format ${code} with ${bits} bits is not supported: use PCM, e.g. 16 bit at 8000 Hz`);
  }
  if (channels < 1 || channels > MAX_CHANNELS) throw new WavError(`it has ${channels} channels: use mono or stereo`);
  if (sampleRate < MIN_RATE || sampleRate > MAX_RATE) {
    throw new WavError(`its sample rate of ${sampleRate} Hz is not within ${MIN_RATE}–${MAX_RATE}: use ${SAMPLE_RATE}`);
  }
  const sampleBytes = bits / 8;
  const frameBytes = sampleBytes * channels;
  const toMono = (bytes: Buffer): Int16Array => {
    const samples = new Int16Array(Math.floor(bytes.length / frameBytes));
    for (let frame = 0; frame < samples.length; frame += 1) {
      let sum = 0;
      for (let channel = 0; channel < channels; channel += 1) {
        sum += readSample(bytes, frame * frameBytes + channel * sampleBytes);
      }
      samples[frame] = Math.round(sum / channels);
    }
    return samples;
  };
  return { sampleRate, channels, frameBytes, toMono };
}

function sampleReader(code: number, bits: number): ReadSample | undefined {
  switch (`${code}/${bits}`) {
    case `${PCM}/8`:
      return (bytes, at) => (bytes[at]! - 128) << 8;
    case `${PCM}/16`:
      return (bytes, at) => bytes.readInt16LE(at);
    case `${PCM}/24`:
      return (bytes, at) => bytes.readInt16LE(at + 1);
    case `${PCM}/32`:
      return (bytes, at) => bytes.readInt16LE(at + 2);
    case `${FLOAT}/32`:
      return (bytes, at) => Math.max(-32_768, Math.min(32_767, Math.round(bytes.readFloatLE(at) * 32_767)));
    case `${A_LAW}/8`:
      return (bytes, at) => g711Samples(8)[bytes[at]!]!;
    case `${MU_LAW}/8`:
      return (bytes, at) => g711Samples(0)[bytes[at]!]!;
    default:
      return undefined;
  }
}
