import type { Codec } from './sdp.ts';

/** Loudest sample that µ-law can hold before its bias is added (ITU-T G.711). */
const MU_CLIP = 32_635;
const MU_BIAS = 132;

/** µ-law octet of a 16-bit sample. */
function muLawOf(sample: number): number {
  const sign = sample < 0 ? 0x80 : 0;
  const magnitude = Math.min(Math.abs(sample), MU_CLIP) + MU_BIAS;
  const exponent = 31 - Math.clz32(magnitude >> 7);
  const mantissa = (magnitude >> (exponent + 3)) & 0x0f;
  return ~(sign | (exponent << 4) | mantissa) & 0xff;
}

function sampleOfMuLaw(octet: number): number {
  const bits = ~octet & 0xff;
  const magnitude = ((((bits & 0x0f) << 3) + MU_BIAS) << ((bits & 0x70) >> 4)) - MU_BIAS;
  return bits & 0x80 ? -magnitude : magnitude;
}

/** A-law octet of a 16-bit sample. */
function aLawOf(sample: number): number {
  const sign = sample >= 0 ? 0x80 : 0;
  const magnitude = Math.min(sample >= 0 ? sample : -sample - 1, 32_767) >> 3;
  const exponent = magnitude < 32 ? 0 : 27 - Math.clz32(magnitude);
  const mantissa = (magnitude >> Math.max(1, exponent)) & 0x0f;
  return (sign | (exponent << 4) | mantissa) ^ 0x55;
}

function sampleOfALaw(octet: number): number {
  const bits = octet ^ 0x55;
  const exponent = (bits & 0x70) >> 4;
  const mantissa = ((bits & 0x0f) << 4) + 8;
  const magnitude = exponent === 0 ? mantissa : (mantissa + 0x100) << (exponent - 1);
  return bits & 0x80 ? magnitude : -magnitude;
}

const DECODED: Readonly<Record<Codec, Int16Array>> = {
  PCMU: Int16Array.from({ length: 256 }, (_, octet) => sampleOfMuLaw(octet)),
  PCMA: Int16Array.from({ length: 256 }, (_, octet) => sampleOfALaw(octet)),
};

/** Encodes 16-bit samples, one octet each. */
export function encode(codec: Codec, samples: Int16Array): Buffer {
  return Buffer.from(Array.from(samples, codec === 'PCMU' ? muLawOf : aLawOf));
}

/** Decodes octets to 16-bit samples. */
export function decode(codec: Codec, octets: Uint8Array): Int16Array {
  return Int16Array.from(octets, (octet) => DECODED[codec][octet] ?? 0);
}
