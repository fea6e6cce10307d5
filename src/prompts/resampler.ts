import type { Samples } from './decode-samples.ts';

/** What telephones play. */
export const TELEPHONE_RATE_HZ = 8_000;

/**
 * The low-pass: flat up to 3 500 Hz, the end of a telephone's band, and 80 dB down from 4 000 Hz on, where what is left
 * would fold back into the band. A Kaiser window of that depth needs 5 ms to either side for a slope of 500 Hz.
 */
const CUTOFF_HZ = 3_750;
const HALF_LENGTH_S = 0.005;
const KAISER_BETA = 7.857;

/** Rates whose ratio needs more phases than this take the mean of the two nearest, weighted: good to -120 dB. */
const MAX_PHASES = 1_024;

/**
 * Brings samples of any rate to 8 kHz by a polyphase windowed sinc, piece by piece: the same whatever the pieces. What is
 * at the rate already passes as it is. The filter has no delay: the first sample out belongs to the first one in.
 */
export class Resampler {
  readonly #rateHz: number;
  /** Between two samples out lie `#inPer` / `#outPer` samples in. */
  readonly #inPer: number;
  readonly #outPer: number;
  readonly #phases: number;
  /** Samples to either side that bear on one sample out. */
  readonly #reach: number;
  readonly #kernels: Samples[] = [];
  /** Samples that may still be needed. */
  #window: Samples;
  /** Where in the window the next sample out lies, whole samples and the rest in parts of `#outPer`. */
  #at: number;
  #rest = 0;

  constructor(rateHz: number) {
    const shared = greatestCommonDivisor(rateHz, TELEPHONE_RATE_HZ);
    this.#rateHz = rateHz;
    this.#inPer = rateHz / shared;
    this.#outPer = TELEPHONE_RATE_HZ / shared;
    this.#phases = Math.min(this.#outPer, MAX_PHASES);
    this.#reach = Math.ceil(HALF_LENGTH_S * rateHz);
    // Before the first sample there was silence.
    this.#window = new Float32Array(this.#reach);
    this.#at = this.#reach;
  }

  /** Takes the next samples, and gives what can be said of them. */
  push(samples: Samples): Samples {
    if (this.#rateHz === TELEPHONE_RATE_HZ) return samples;
    this.#extend(samples);
    return this.#drain(this.#window.length - this.#reach);
  }

  /** The rest, with silence after the last sample. */
  finish(): Samples {
    if (this.#rateHz === TELEPHONE_RATE_HZ) return new Float32Array(0);
    const left = this.#window.length - this.#at;
    this.#extend(new Float32Array(this.#reach + 1));
    return this.#drain(this.#at + left);
  }

  #extend(samples: Samples): void {
    const passed = Math.max(0, this.#at - this.#reach);
    const kept = this.#window.subarray(passed);
    const window = new Float32Array(kept.length + samples.length);
    window.set(kept);
    window.set(samples, kept.length);
    this.#window = window;
    this.#at -= passed;
  }

  /** Every sample out that lies before a place in the window. */
  #drain(before: number): Samples {
    const out: number[] = [];
    while (this.#at < before) {
      out.push(this.#sampleHere());
      this.#rest += this.#inPer;
      this.#at += Math.floor(this.#rest / this.#outPer);
      this.#rest %= this.#outPer;
    }
    return Float32Array.from(out);
  }

  #sampleHere(): number {
    const phase = (this.#rest * this.#phases) / this.#outPer;
    const lower = Math.floor(phase);
    const share = phase - lower;
    const sample = this.#weigh(this.#kernel(lower));
    return share === 0 ? sample : sample * (1 - share) + this.#weigh(this.#kernel(lower + 1)) * share;
  }

  #weigh(kernel: Samples): number {
    const first = this.#at - this.#reach + 1;
    let sum = 0;
    for (let tap = 0; tap < kernel.length; tap += 1) sum += (kernel[tap] ?? 0) * (this.#window[first + tap] ?? 0);
    return sum;
  }

  /** The filter for samples out that lie `phase` / `#phases` after a sample in. Made when first needed. */
  #kernel(phase: number): Samples {
    const known = this.#kernels[phase];
    if (known) return known;
    const after = phase / this.#phases;
    const taps = Array.from({ length: 2 * this.#reach }, (_, tap) => {
      return lowPass((tap - this.#reach + 1 - after) / this.#rateHz);
    });
    // To the last digit as loud as before, in every phase alike.
    const sum = taps.reduce((total, tap) => total + tap, 0);
    const kernel = Float32Array.from(taps, (tap) => tap / sum);
    this.#kernels[phase] = kernel;
    return kernel;
  }
}

/** The filter's impulse response at a time from its middle, in seconds; up to a factor. */
function lowPass(seconds: number): number {
  const place = seconds / HALF_LENGTH_S;
  if (Math.abs(place) > 1) return 0;
  const turn = 2 * Math.PI * CUTOFF_HZ * seconds;
  const sinc = turn === 0 ? 1 : Math.sin(turn) / turn;
  return sinc * bessel0(KAISER_BETA * Math.sqrt(1 - place * place));
}

/** The modified Bessel function of the first kind and order 0, by its power series. */
function bessel0(x: number): number {
  const quarter = (x * x) / 4;
  let term = 1;
  let sum = 1;
  for (let k = 1; term > sum * 1e-12; k += 1) {
    term *= quarter / (k * k);
    sum += term;
  }
  return sum;
}

function greatestCommonDivisor(a: number, b: number): number {
  return b === 0 ? a : greatestCommonDivisor(b, a % b);
}
