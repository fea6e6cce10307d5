const MINUTE_MS = 60_000;

/** What a key has left: a request costs 60 000, and a millisecond brings back as much as the rate, so all is whole. */
interface Allowance {
  readonly left: number;
  readonly atMs: number;
}

/**
 * How often each key may ask: so many requests a minute, which come back evenly, so that a burst of all of them is let
 * through and what follows it goes at the steady pace. Remembers as many keys as were used since the start.
 */
export class KeyRate {
  readonly #perMinute: number;
  readonly #allowances = new Map<string, Allowance>();

  /** @param perMinute 0 for as many as they like */
  constructor(perMinute: number) {
    this.#perMinute = perMinute;
  }

  /** Takes one request from what the key has left. Returns how long it must wait before it may ask, 0 where it may now. */
  takeOne(keyId: string, nowMs: number): number {
    if (this.#perMinute === 0) return 0;
    const most = this.#perMinute * MINUTE_MS;
    const { left, atMs } = this.#allowances.get(keyId) ?? { left: most, atMs: nowMs };
    const now = Math.min(most, left + (nowMs - atMs) * this.#perMinute);
    if (now < MINUTE_MS) return (MINUTE_MS - now) / this.#perMinute;
    this.#allowances.set(keyId, { left: now - MINUTE_MS, atMs: nowMs });
    return 0;
  }
}
