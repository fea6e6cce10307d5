import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { loudness, shareOfTone } from '../../../../test/support/phone/tone.ts';
import { Resampler } from './resampler.ts';

const tone = (rate: number, hz: number, seconds = 0.5): Int16Array =>
  Int16Array.from({ length: rate * seconds }, (_, i) => 10_000 * Math.sin((2 * Math.PI * hz * i) / rate));

const converted = (rate: number, samples: Int16Array): Int16Array => {
  const resampler = new Resampler(rate);
  return Int16Array.from([...resampler.push(samples), ...resampler.flush()]);
};

describe('converting to 8 kHz', () => {
  it.each([4000, 8000, 11_025, 16_000, 22_050, 44_100, 48_000, 96_000])(
    'keeps a tone’s pitch, loudness and length from %i Hz',
    (rate) => {
      const output = converted(rate, tone(rate, 1000));
      expect(Math.abs(output.length - 4000)).toBeLessThanOrEqual(1);
      const middle = output.subarray(400, 3600);
      expect(shareOfTone(middle, 1000)).toBeGreaterThan(0.999);
      expect(loudness(middle)).toBeCloseTo(10_000 / Math.SQRT2, -2);
    },
  );

  it.each([16_000, 44_100, 48_000])(
    'keeps out what 8 kHz cannot hold, rather than fold it over, from %i Hz',
    (rate) => {
      expect(loudness(converted(rate, tone(rate, 5200)).subarray(400, 3600))).toBeLessThan(20);
    },
  );

  it('gives the same however its input is cut up', () => {
    const input = tone(44_100, 700, 0.05);
    const whole = [...converted(44_100, input)];
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 400 }), { maxLength: 20 }), (lengths) => {
        const resampler = new Resampler(44_100);
        const output: number[] = [];
        let at = 0;
        for (const length of [...lengths, input.length]) {
          output.push(...resampler.push(input.subarray(at, at + length)));
          at += length;
        }
        output.push(...resampler.flush());
        expect(output).toEqual(whole);
      }),
    );
  });

  it('takes an odd rate for its neighbour', () => {
    const output = converted(11_019, tone(11_019, 1000));
    expect(shareOfTone(output.subarray(400, 1200), 1000)).toBeGreaterThan(0.99);
  });

  it('clips what overshoots', () => {
    const square = Int16Array.from({ length: 1600 }, (_, i) => (i % 16 < 8 ? 32_767 : -32_768));
    const output = converted(16_000, square);
    expect(Math.max(...output)).toBe(32_767);
    expect(Math.min(...output)).toBe(-32_768);
  });
});
