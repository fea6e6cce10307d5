import { SAMPLE_RATE } from './audio-format.ts';

/** Zero crossings of the sinc on either side of its middle: about 60 dB of what would alias are kept away. */
const CROSSINGS = 12;
/** The pass band ends a little below half the lower rate, where the filter's slope begins. */
const PASS_BAND = 0.94;
/** Common rates are multiples of 25 Hz; an odd one is taken for its neighbour, so that there are few phases. */
const RATE_STEP = 25;

/**
 * Converts a stream of samples from any rate to 8 kHz: a sinc cut off below half the lower of both rates, windowed after
 * Hann, with one set of weights for each of the few phases two whole rates have to one another.
 */
export class Resampler {
  /** Reach of the filter to either side, in samples that come in. */
  readonly #reach: number;
  /** Steps of the input in one step of the output, as a fraction in lowest terms. */
  readonly #inStep: number;
  readonly #outStep: number;
  readonly #weights: readonly Float64Array[];
  /** What the next output still needs of the input. */
  #kept: Float64Array;
  /** Place of the next output after the first kept sample plus the reach: whole samples, and a phase of `outStep`. */
  #whole = 0;
  #phase = 0;

  /** @param fromRate samples a second, 4000 and more */
  constructor(fromRate: number) {
    const nearRate = Math.round(fromRate / RATE_STEP) * RATE_STEP;
    const divisor = greatestCommonDivisor(nearRate, SAMPLE_RATE);
    this.#inStep = nearRate / divisor;
    this.#outStep = SAMPLE_RATE / divisor;
    const cutoff = Math.min(1, SAMPLE_RATE / nearRate) * PASS_BAND;
    this.#reach = Math.ceil(CROSSINGS / cutoff);
    this.#weights = Array.from({ length: this.#outStep }, (_, phase) =>
      weightsOf(phase / this.#outStep, this.#reach, cutoff),
    );
    this.#kept = new Float64Array(this.#reach);
  }

  /** Takes the next samples in; returns all that can be said of the output by now. */
  push(samples: Int16Array): Int16Array {
    const input = new Float64Array(this.#kept.length + samples.length);
    input.set(this.#kept);
    input.set(samples, this.#kept.length);
    const taps = 2 * this.#reach + 1;
    const output: number[] = [];
    while (this.#whole + taps <= input.length) {
      output.push(dot(this.#weights[this.#phase]!, input, this.#whole));
      this.#phase += this.#inStep;
      this.#whole += Math.floor(this.#phase / this.#outStep);
      this.#phase %= this.#outStep;
    }
    this.#kept = input.slice(this.#whole);
    this.#whole = 0;
    return Int16Array.from(output, (sample) => Math.max(-32_768, Math.min(32_767, Math.round(sample))));
  }

  /** The rest of the output, once nothing more comes in. */
  flush(): Int16Array {
    return this.push(new Int16Array(this.#reach));
  }
}

/** Weights of the samples around an output that lies `fraction` of a sample behind one of the input. */
function weightsOf(fraction: number, reach: number, cutoff: number): Float64Array {
  const weights = Float64Array.from({ length: 2 * reach + 1 }, (_, i) => {
    const distance = i - reach - fraction;
    const window = Math.abs(distance) > reach ? 0 : 0.5 + 0.5 * Math.cos((Math.PI * distance) / reach);
    return cutoff * sinc(cutoff * distance) * window;
  });
  // Each phase passes a constant as it is, so that no phase is louder than another.
  const sum = weights.reduce((total, weight) => total + weight, 0);
  return weights.map((weight) => weight / sum);
}

function sinc(x: number): number {
  return x === 0 ? 1 : Math.sin(Math.PI * x) / (Math.PI * x);
}

function dot(weights: Float64Array, input: Float64Array, from: number): number {
  let sum = 0;
  for (let i = 0; i < weights.length; i += 1) sum += weights[i]! * input[from + i]!;
  return sum;
}

function greatestCommonDivisor(a: number, b: number): number {
  return b === 0 ? a : greatestCommonDivisor(b, a % b);
}
