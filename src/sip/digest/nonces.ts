import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';

/** How long a caller may take over its answer, and go on using a nonce. */
const NONCE_LIFE_MS = 60_000;

/** Used nonces remembered at once; beyond it the oldest are forgotten, and refused as such. */
const MAX_USED = 100_000;

const TIME_BYTES = 6;
const SALT_BYTES = 8;
const SIGNATURE_BYTES = 16;

/**
 * Nonces for callers: the time, some chance and our signature over both and the caller's address. Nothing is kept of
 * one until someone has proved with it to know the password, so challenges cost no memory, however many are asked for.
 */
export class Nonces {
  readonly #key = randomBytes(32);
  readonly #nowMs: () => number;
  /** Highest count seen of each nonce that was used, and when the nonce was made. */
  readonly #used = new Map<string, { readonly count: number; readonly madeAtMs: number }>();
  #forgottenUpToMs = 0;

  /** @param nowMs wall-clock milliseconds */
  constructor(nowMs: () => number) {
    this.#nowMs = nowMs;
  }

  /** A nonce for a caller at this address. */
  make(address: string): string {
    const head = Buffer.alloc(TIME_BYTES + SALT_BYTES);
    head.writeUIntBE(this.#nowMs(), 0, TIME_BYTES);
    randomBytes(SALT_BYTES).copy(head, TIME_BYTES);
    return Buffer.concat([head, this.#sign(head, address)]).toString('base64url');
  }

  /** Whether we made this nonce, for this address, and lately. */
  isCurrent(nonce: string, address: string): boolean {
    const madeAtMs = this.#madeAtMs(nonce, address);
    if (madeAtMs === undefined || madeAtMs <= this.#forgottenUpToMs) return false;
    const ageMs = this.#nowMs() - madeAtMs;
    return ageMs >= 0 && ageMs <= NONCE_LIFE_MS;
  }

  /**
   * Uses a current nonce whose credentials were right: true where this count is higher than any before it. A nonce
   * without a count (no qop) is good for one use (RFC 7616 §3.4.6).
   */
  use(nonce: string, address: string, count: number | null): boolean {
    const madeAtMs = this.#madeAtMs(nonce, address) ?? 0;
    const last = this.#used.get(nonce)?.count ?? 0;
    const next = count ?? Number.MAX_SAFE_INTEGER;
    if (next <= last) return false;
    this.#used.delete(nonce);
    this.#used.set(nonce, { count: next, madeAtMs });
    this.#forgetOldest();
    return true;
  }

  #forgetOldest(): void {
    const oldestMs = this.#nowMs() - NONCE_LIFE_MS;
    for (const [nonce, { madeAtMs }] of this.#used) {
      const isDead = madeAtMs < oldestMs;
      if (!isDead && this.#used.size <= MAX_USED) return;
      this.#used.delete(nonce);
      // A nonce whose count is forgotten must not be good again; nor then may any older one.
      if (!isDead) this.#forgottenUpToMs = Math.max(this.#forgottenUpToMs, madeAtMs);
    }
  }

  #madeAtMs(nonce: string, address: string): number | undefined {
    const bytes = Buffer.from(nonce, 'base64url');
    if (bytes.length !== TIME_BYTES + SALT_BYTES + SIGNATURE_BYTES) return undefined;
    // Other spellings of the same bytes would each have a count of their own.
    if (bytes.toString('base64url') !== nonce) return undefined;
    const head = bytes.subarray(0, TIME_BYTES + SALT_BYTES);
    if (!timingSafeEqual(bytes.subarray(head.length), this.#sign(head, address))) return undefined;
    return head.readUIntBE(0, TIME_BYTES);
  }

  #sign(head: Buffer, address: string): Buffer {
    return createHmac('sha256', this.#key).update(head).update(address).digest().subarray(0, SIGNATURE_BYTES);
  }
}
