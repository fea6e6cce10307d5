import { isIPv6 } from 'node:net';

const MINUTE_MS = 60_000;

/** Addresses remembered at once. Past that, those with the oldest wrong key are forgotten first. */
const MAX_ADDRESSES = 10_000;

/**
 * Counts wrong keys by address over a sliding minute. Past the limit an address is told nothing more, not even of a
 * right key, until its oldest guess is a minute old: otherwise it could go on guessing by watching for the one answer
 * that differs.
 */
export class WrongKeys {
  readonly #limit: number;
  /** Instants of each address's wrong keys, oldest first; at most `limit` of them. */
  readonly #guesses = new Map<string, number[]>();

  constructor(limit: number) {
    this.#limit = limit;
  }

  /** How long an address must wait before its next key is looked at, in milliseconds; 0 when it needn't. */
  waitMs(address: string, nowMs: number): number {
    const name = networkOf(address);
    const guesses = this.#guesses.get(name);
    if (guesses === undefined) return 0;
    while (guesses[0] !== undefined && guesses[0] <= nowMs - MINUTE_MS) guesses.shift();
    if (guesses.length === 0) this.#guesses.delete(name);
    const oldest = guesses[0];
    return oldest === undefined || guesses.length < this.#limit ? 0 : oldest + MINUTE_MS - nowMs;
  }

  /** Remembers a wrong key. */
  record(address: string, nowMs: number): void {
    const name = networkOf(address);
    const guesses = this.#guesses.get(name) ?? [];
    guesses.push(nowMs);
    this.#guesses.delete(name);
    this.#guesses.set(name, guesses);
    const [leastRecent] = this.#guesses.keys();
    if (this.#guesses.size > MAX_ADDRESSES && leastRecent !== undefined) this.#guesses.delete(leastRecent);
  }
}

/** One customer has a whole /64 of IPv6 (RFC 6177): its addresses count as one. */
function networkOf(address: string): string {
  if (!isIPv6(address) || address.startsWith('::ffff:')) return address.replace(/^::ffff:/, '');
  const [head = '', tail = ''] = address.split('%', 1)[0]?.split('::') ?? [];
  const front = head === '' ? [] : head.split(':');
  const back = tail === '' ? [] : tail.split(':');
  const gap = Math.max(0, 8 - front.length - back.length);
  return [...front, ...Array.from({ length: gap }, () => '0'), ...back].slice(0, 4).join(':');
}
