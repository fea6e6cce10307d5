import type { G711 } from '../audio-port.ts';

/** Added to a magnitude before µ-law takes its logarithm (G.711 §2, in 16-bit terms). */
const MU_BIAS = 0x84;
/** The loudest magnitude µ-law can hold. */
const MU_CLIP = 32_635;
/** A-law inverts every other bit on the wire (G.711 §3). */
const A_TOGGLE = 0x55;

/** Index of sample 0 in a table over all 16-bit samples. */
const ZERO = 32_768;

const DECODED: Readonly<Record<G711, Int16Array>> = {
  0: Int16Array.from({ length: 256 }, (_, octet) => expandMu(octet)),
  8: Int16Array.from({ length: 256 }, (_, octet) => expandA(octet)),
};

const ENCODED: Readonly<Record<G711, Uint8Array>> = {
  0: Uint8Array.from({ length: 65_536 }, (_, index) => compressMu(index - ZERO)),
  8: Uint8Array.from({ length: 65_536 }, (_, index) => compressA(index - ZERO)),
};

/** From the law that indexes it into the other one. */
const TRANSLATED: Readonly<Record<G711, Uint8Array>> = {
  0: Uint8Array.from(DECODED[0], compressA),
  8: Uint8Array.from(DECODED[8], compressMu),
};

/** The octet of a sample of 0. */
export const G711_SILENCE: Readonly<Record<G711, number>> = { 0: 0xff, 8: 0xd5 };

/** Reads a payload type as G.711; null for every other one. */
export function asG711(payloadType: number): G711 | null {
  return payloadType === 0 || payloadType === 8 ? payloadType : null;
}

/** The table from an octet to its 16-bit sample. */
export function g711Samples(codec: G711): Int16Array {
  return DECODED[codec];
}

/** Encodes samples, an octet each, to `into` from index `at` on. */
export function encodeG711(codec: G711, samples: Int16Array, into: Uint8Array, at: number): void {
  const table = ENCODED[codec];
  for (let i = 0; i < samples.length; i += 1) into[at + i] = table[samples[i]! + ZERO]!;
}

/** Rewrites the octets from `start` to `end` in place, from one law into the other, without a detour over samples. */
export function translateG711(from: G711, octets: Uint8Array, start: number, end: number): void {
  const table = TRANSLATED[from];
  for (let i = start; i < end; i += 1) octets[i] = table[octets[i]!]!;
}

function expandMu(octet: number): number {
  const inverted = octet ^ 0xff;
  const magnitude = (((inverted & 0x0f) << 3) + MU_BIAS) << ((inverted >> 4) & 0x07);
  return inverted & 0x80 ? MU_BIAS - magnitude : magnitude - MU_BIAS;
}

function compressMu(sample: number): number {
  const biased = Math.min(Math.abs(sample), MU_CLIP) + MU_BIAS;
  // The segment is the place of the highest bit, counted from the bias' own; four bits below it are the step.
  const segment = 24 - Math.clz32(biased);
  const step = (biased >> (segment + 3)) & 0x0f;
  return ((sample < 0 ? 0x80 : 0) | (segment << 4) | step) ^ 0xff;
}

function expandA(octet: number): number {
  const plain = octet ^ A_TOGGLE;
  const segment = (plain >> 4) & 0x07;
  const step = ((plain & 0x0f) << 4) | 0x08;
  const magnitude = segment === 0 ? step : (step | 0x100) << (segment - 1);
  return plain & 0x80 ? magnitude : -magnitude;
}

function compressA(sample: number): number {
  // One's complement for the negative half, so that both halves have the same 4096 magnitudes.
  const magnitude = (sample < 0 ? ~sample : sample) >> 4;
  const segment = Math.max(0, 28 - Math.clz32(magnitude));
  const step = (segment < 2 ? magnitude : magnitude >> (segment - 1)) & 0x0f;
  return ((sample < 0 ? 0 : 0x80) | (segment << 4) | step) ^ A_TOGGLE;
}
