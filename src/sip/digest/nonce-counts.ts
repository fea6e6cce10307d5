/** Nonces whose counts are remembered at once: a peer that gives each request a new one needs none to be. */
const MAX_NONCES = 2_000;

/**
 * How often we have used each nonce a peer gave us. A peer that hands the same nonce to several calls takes a count it
 * has seen for a replay (RFC 7616 §3.4), so they are counted for the whole process.
 */
export class NonceCounts {
  readonly #used = new Map<string, number>();

  /** The next `nc` of a nonce: `00000001`, `00000002` … */
  next(nonce: string): string {
    const count = (this.#used.get(nonce) ?? 0) + 1;
    this.#used.delete(nonce);
    this.#used.set(nonce, count);
    // A Map keeps the order of insertion, so the first is the one unused the longest.
    if (this.#used.size > MAX_NONCES) this.#used.delete(this.#used.keys().next().value ?? '');
    return count.toString(16).padStart(8, '0');
  }
}
