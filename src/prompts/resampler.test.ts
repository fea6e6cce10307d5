import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { sine } from '../../test/support/wav-files.ts';
import { Resampler } from './resampler.ts';

/** Everything that comes out for samples pushed at once. */
function resample(samples: readonly number[], rateHz: number): number[] {
  const resampler = new Resampler(rateHz);
  return [...resampler.push(Float32Array.from(samples)), ...resampler.finish()];
}

/** Its effective value in the middle, where no edge is near, in dB of a sine of that amplitude. */
function levelDb(samples: readonly number[], amplitude: number): number {
  const middle = samples.slice(400, -400);
  const power = middle.reduce((sum, sample) => sum + sample * sample, 0) / middle.length;
  return 10 * Math.log10((2 * power) / (amplitude * amplitude));
}

/** The usual rates, and some that share next to nothing with 8 kHz. */
const RATES = [8_001, 11_025, 12_000, 16_000, 22_050, 24_000, 32_000, 44_100, 47_999, 48_000, 88_200, 95_999, 96_000];

describe.each(RATES)('From %i samples a second', (rateHz) => {
  it.each([50, 440, 1_000, 2_000, 3_000, 3_500])('a tone of %i Hz is as loud as before', (frequencyHz) => {
    expect(levelDb(resample(sine(frequencyHz, rateHz, 0.4), rateHz), 0.5)).toBeCloseTo(0, 1);
  });

  it('a tone is the same tone at the same time', () => {
    const out = resample(sine(1_000, rateHz, 0.3), rateHz);
    const wanted = sine(1_000, 8_000, 0.3);
    const furthest = Math.max(...out.slice(400, -400).map((sample, index) => Math.abs(sample - wanted[index + 400]!)));
    expect(furthest).toBeLessThan(0.000_5);
  });

  it('what lies above a telephone’s band does not fold into it', () => {
    for (const frequencyHz of [4_100, 5_000, 7_000, 9_000, 12_345, 16_000, 40_000].filter((f) => f < rateHz / 2)) {
      expect([frequencyHz, levelDb(resample(sine(frequencyHz, rateHz, 0.4), rateHz), 0.5) < -75]).toEqual([
        frequencyHz,
        true,
      ]);
    }
  });

  it('silence stays silence, and what doesn’t change stays as loud', () => {
    expect(
      resample(
        Array.from({ length: rateHz / 10 }, () => 0),
        rateHz,
      ).every((sample) => sample === 0),
    ).toBe(true);
    const level = resample(
      Array.from({ length: Math.round(rateHz / 5) }, () => 0.7),
      rateHz,
    ).slice(100, -100);
    for (const sample of level) expect(sample).toBeCloseTo(0.7, 5);
  });

  it('lasts as long', () => {
    for (const length of [1, 2, 479, 480, 481, rateHz]) {
      expect(
        resample(
          Array.from({ length }, () => 0.1),
          rateHz,
        ),
      ).toHaveLength(Math.ceil((length * 8_000) / rateHz));
    }
  });
});

it('What is at 8 kHz already passes as it is', () => {
  const samples = sine(3_900, 8_000, 0.1).map(Math.fround);
  expect(resample(samples, 8_000)).toEqual(samples);
});

it('It makes no difference in which pieces samples come', () => {
  fc.assert(
    fc.property(
      fc.constantFrom(...RATES),
      fc.array(fc.double({ min: -1, max: 1, noNaN: true }), { maxLength: 300 }),
      fc.array(fc.nat({ max: 70 }), { minLength: 1, maxLength: 20 }),
      (rateHz, samples, sizes) => {
        const resampler = new Resampler(rateHz);
        const pieces: number[] = [];
        let at = 0;
        for (let turn = 0; at < samples.length; turn += 1) {
          const size = sizes[turn % sizes.length]! + (turn % sizes.length === 0 ? 1 : 0);
          pieces.push(...resampler.push(Float32Array.from(samples.slice(at, at + size))));
          at += size;
        }
        expect([...pieces, ...resampler.finish()]).toEqual(resample(samples, rateHz));
      },
    ),
    { numRuns: 200 },
  );
});
