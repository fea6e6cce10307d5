import type { MonoMs } from '../domain/time.ts';

/** Wrong answers to our challenges an address may give in one window. */
const GUESSES = 10;

const WINDOW_MS = 60_000;

/** Addresses remembered at once; beyond it the one that began the longest ago is forgotten. */
const MAX_ADDRESSES = 10_000;

/**
 * Slows down who tries passwords: after ten wrong answers within a minute an address is refused unheard, until that
 * minute is over. Only answers to challenges that were received at the address count (see `Authenticator`).
 */
export class GuessLimit {
  readonly #windows = new Map<string, { readonly since: MonoMs; readonly wrong: number }>();

  /** Whether nothing more is heard from this address for now. */
  isSpent(address: string, now: MonoMs): boolean {
    const window = this.#windows.get(address);
    return window !== undefined && now - window.since < WINDOW_MS && window.wrong >= GUESSES;
  }

  /** Counts a wrong answer. */
  add(address: string, now: MonoMs): void {
    const window = this.#windows.get(address);
    if (window && now - window.since < WINDOW_MS) {
      this.#windows.set(address, { since: window.since, wrong: window.wrong + 1 });
      return;
    }
    this.#windows.delete(address);
    this.#windows.set(address, { since: now, wrong: 1 });
    if (this.#windows.size > MAX_ADDRESSES) this.#windows.delete(this.#windows.keys().next().value ?? '');
  }
}
