/** Samples a second: telephone audio. */
export const SAMPLE_RATE = 8000;

/** One second of a sine, so that any whole number of hertz repeats without a click; silence for null. */
export function secondOfTone(hz: number | null, amplitude = 8000): Int16Array {
  return Int16Array.from({ length: SAMPLE_RATE }, (_, i) =>
    hz === null ? 0 : Math.round(amplitude * Math.sin((2 * Math.PI * hz * i) / SAMPLE_RATE)),
  );
}

/** Mean loudness, as the root of the mean square: a tone of amplitude a has a/√2. */
export function loudness(samples: Int16Array): number {
  return samples.length === 0 ? 0 : Math.sqrt(energy(samples) / samples.length);
}

/**
 * How much of a sound is one tone, 0…1 (Goertzel): near 1 for that tone alone, about a half each where two equally loud
 * ones are mixed, near 0 for any other sound and for silence.
 */
export function shareOfTone(samples: Int16Array, hz: number): number {
  const total = energy(samples);
  if (total === 0) return 0;
  const coefficient = 2 * Math.cos((2 * Math.PI * hz) / SAMPLE_RATE);
  let last = 0;
  let beforeLast = 0;
  for (const sample of samples) {
    const next = sample + coefficient * last - beforeLast;
    beforeLast = last;
    last = next;
  }
  const power = last * last + beforeLast * beforeLast - coefficient * last * beforeLast;
  return (2 * power) / (samples.length * total);
}

function energy(samples: Int16Array): number {
  return samples.reduce((sum, sample) => sum + sample * sample, 0);
}
