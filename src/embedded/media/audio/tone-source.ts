import type { AudioSource } from '../audio-port.ts';
import { SAMPLE_RATE, SAMPLES_PER_MS } from './audio-format.ts';
import { FrameBuffer } from './frame-buffer.ts';

/** A sound of some sines, and the silence after it. */
export interface Tone {
  readonly onMs: number;
  readonly offMs: number;
  /** Frequencies that sound together; none is silence. */
  readonly hz: readonly number[];
  /** Of each frequency, 0…32767. */
  readonly amplitude: number;
  /** A flat tone as the telephone network has it, or one that is struck and fades like a bell's. */
  readonly shape: 'flat' | 'struck';
}

/** A struck tone grows for so long, lest it click. */
const ATTACK_S = 0.012;
/** What a struck tone loses to the end of its time, as a natural logarithm (26 dB). */
const DECAY = 3;

const MAX_SAMPLE = 32_767;
/** A sine as loud as a 16-bit sample can be has 3.17 dBm0 (G.711 §4, table 5). */
const FULL_SCALE_DBM0 = 3.17;

/** The amplitude of a sine of a level in dBm0. */
export function amplitudeOf(dbm0: number): number {
  return MAX_SAMPLE * 10 ** ((dbm0 - FULL_SCALE_DBM0) / 20);
}

/** Tones one after the other, so many times over; `Infinity` never ends. What adds up to more than a sample is clipped. */
export class ToneSource implements AudioSource {
  readonly #tones: readonly Tone[];
  readonly #frame = new FrameBuffer();
  /** Rounds yet to come, the one that runs included. */
  #rounds: number;
  #index = 0;
  /** Samples into the tone at `#index`. */
  #at = 0;

  constructor(tones: readonly Tone[], rounds = 1) {
    this.#tones = tones;
    const isAudible = tones.some((tone) => lengthOf(tone) > 0);
    this.#rounds = isAudible ? rounds : 0;
  }

  read(samples: number): Int16Array | null {
    const frame = this.#frame.ofLength(samples);
    let filled = 0;
    while (filled < samples && this.#rounds > 0) filled = this.#fill(frame, filled);
    return filled === 0 ? null : frame.subarray(0, filled);
  }

  /** Writes what one tone has for the frame; returns where the next goes on. */
  #fill(frame: Int16Array, from: number): number {
    const tone = this.#tones[this.#index]!;
    const length = lengthOf(tone);
    const to = Math.min(frame.length, from + length - this.#at);
    for (let i = from; i < to; i += 1) {
      frame[i] = sampleOf(tone, this.#at);
      this.#at += 1;
    }
    if (this.#at >= length) this.#next();
    return to;
  }

  #next(): void {
    this.#at = 0;
    this.#index += 1;
    if (this.#index < this.#tones.length) return;
    this.#index = 0;
    this.#rounds -= 1;
  }
}

function lengthOf({ onMs, offMs }: Tone): number {
  return Math.round((onMs + offMs) * SAMPLES_PER_MS);
}

function sampleOf({ onMs, hz, amplitude, shape }: Tone, at: number): number {
  const onSamples = onMs * SAMPLES_PER_MS;
  if (at >= onSamples) return 0;
  const seconds = at / SAMPLE_RATE;
  let sum = 0;
  for (const one of hz) sum += Math.sin(2 * Math.PI * one * seconds);
  const loudness = shape === 'flat' ? 1 : Math.min(1, seconds / ATTACK_S) * Math.exp((-DECAY * at) / onSamples);
  return Math.max(-MAX_SAMPLE, Math.min(MAX_SAMPLE, Math.round(amplitude * loudness * sum)));
}
