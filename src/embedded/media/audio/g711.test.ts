import { describe, expect, it } from 'vitest';
import { decode, encode } from '../../../../test/support/phone/g711.ts';
import { asG711, encodeG711, G711_SILENCE, g711Samples, translateG711 } from './g711.ts';

const LAWS = [
  [0, 'PCMU'],
  [8, 'PCMA'],
] as const;

const everySample = Int16Array.from({ length: 65_536 }, (_, i) => i - 32_768);
const everyOctet = Uint8Array.from({ length: 256 }, (_, i) => i);

function encoded(codec: 0 | 8, samples: Int16Array): Uint8Array {
  const octets = new Uint8Array(samples.length);
  encodeG711(codec, samples, octets, 0);
  return octets;
}

describe('G.711', () => {
  it.each(LAWS)('codes every sample and octet of %i as an independent implementation does', (codec, name) => {
    expect(Buffer.from(encoded(codec, everySample)).equals(encode(name, everySample))).toBe(true);
    expect(g711Samples(codec)).toEqual(decode(name, everyOctet));
  });

  // Values of ITU-T G.711 tables 1a–2b, those of A-law and µ-law scaled to 16 bits.
  it.each([
    [0, 0x80, 32_124],
    [0, 0x8f, 16_764],
    [0, 0xfe, 8],
    [0, 0xff, 0],
    [0, 0x00, -32_124],
    [8, 0xd5, 8],
    [8, 0xaa, 32_256],
    [8, 0x2a, -32_256],
    [8, 0x55, -8],
  ] as const)('of law %i expands %i to %i', (codec, octet, sample) => {
    expect(g711Samples(codec)[octet]).toBe(sample);
  });

  it.each(LAWS)('loses no more than half a step of law %i on a sample it can hold', (codec) => {
    const octets = encoded(codec, everySample);
    const worst = everySample.reduce((most, sample, i) => {
      if (Math.abs(sample) > 32_256) return most;
      const error = Math.abs(g711Samples(codec)[octets[i]!]! - sample);
      // A step is a sixteenth of a segment, and segments double; the lowest step is 16 for A-law, 8 for µ-law.
      return Math.max(most, error / Math.max(16, (Math.abs(sample) + 132) / 16));
    }, 0);
    expect(worst).toBeLessThanOrEqual(0.52);
  });

  it.each(LAWS)('translates law %i as if it went over samples, and only what it is told to', (codec) => {
    const other = codec === 0 ? 8 : 0;
    const octets = Uint8Array.from(everyOctet);
    translateG711(codec, octets, 3, 250);
    const expected = encoded(other, g711Samples(codec));
    expect([...octets.subarray(3, 250)]).toEqual([...expected.subarray(3, 250)]);
    expect([...octets.subarray(0, 3), ...octets.subarray(250)]).toEqual([0, 1, 2, 250, 251, 252, 253, 254, 255]);
  });

  it.each(LAWS)('has an octet of silence for law %i', (codec) => {
    expect(encoded(codec, Int16Array.of(0))[0]).toBe(G711_SILENCE[codec]);
  });

  it('writes where it is told to', () => {
    const into = new Uint8Array(5).fill(1);
    encodeG711(0, Int16Array.of(0, 0), into, 2);
    expect([...into]).toEqual([1, 1, 0xff, 0xff, 1]);
  });

  it('knows its payload types from others', () => {
    expect([0, 8, 13, 101].map(asG711)).toEqual([0, 8, null, null]);
  });
});
