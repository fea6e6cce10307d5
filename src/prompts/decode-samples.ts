import { decodeALaw, decodeMuLaw } from './g711.ts';
import { BYTES_PER_SAMPLE, type Encoding, type WavFormat } from './wav-format.ts';

/** Samples of one channel, full scale being -1…1. */
export type Samples = Float32Array<ArrayBuffer>;

const READERS: Readonly<Record<Encoding, (view: DataView, at: number) => number>> = {
  // Alone among them unsigned.
  pcm8: (view, at) => (view.getUint8(at) - 0x80) / 0x80,
  pcm16: (view, at) => view.getInt16(at, true) / 0x8000,
  pcm24: (view, at) => (view.getUint16(at, true) + view.getInt8(at + 2) * 0x1_0000) / 0x80_0000,
  pcm32: (view, at) => view.getInt32(at, true) / 0x8000_0000,
  float32: (view, at) => {
    const value = view.getFloat32(at, true);
    return Number.isFinite(value) ? value : 0;
  },
  'mu-law': (view, at) => decodeMuLaw(view.getUint8(at)) / 0x8000,
  'a-law': (view, at) => decodeALaw(view.getUint8(at)) / 0x8000,
};

/** Bytes of one instant, all channels together. */
export function frameBytes({ encoding, channels }: WavFormat): number {
  return BYTES_PER_SAMPLE[encoding] * channels;
}

/** Whole frames as samples; two channels become their mean, which can't be louder than the louder of them. */
export function decodeSamples(bytes: Uint8Array, format: WavFormat): Samples {
  const { encoding, channels } = format;
  const read = READERS[encoding];
  const size = BYTES_PER_SAMPLE[encoding];
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const samples = new Float32Array(bytes.length / frameBytes(format));
  for (let frame = 0; frame < samples.length; frame += 1) {
    const at = frame * size * channels;
    samples[frame] = channels === 1 ? read(view, at) : (read(view, at) + read(view, at + size)) / 2;
  }
  return samples;
}
