import type { G711, SilenceLimit } from '../audio-port.ts';
import { g711Samples } from './g711.ts';

/** Listens for how long nothing has been said: a sum over each packet is all it costs. */
export class SilenceWatch {
  readonly #limit: SilenceLimit;
  #heardAtMs: number;

  constructor(limit: SilenceLimit, nowMs: number) {
    this.#limit = limit;
    this.#heardAtMs = nowMs;
  }

  /** Octets the peer has sent, from a packet that has just arrived. */
  heard(codec: G711, octets: Uint8Array, start: number, end: number, nowMs: number): void {
    const samples = g711Samples(codec);
    let sum = 0;
    for (let at = start; at < end; at += 1) sum += Math.abs(samples[octets[at]!]!);
    if (sum >= this.#limit.quieterThan * (end - start) && end > start) this.#heardAtMs = nowMs;
  }

  /** Whether it has been silent for as long as it may. */
  isOver(nowMs: number): boolean {
    return nowMs - this.#heardAtMs >= this.#limit.forMs;
  }
}
