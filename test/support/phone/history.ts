import type { Timers } from './timers.ts';

/** How long a wait lasts before it fails: far longer than anything on loopback, shorter than a test. */
export const WAIT_MS = 5000;

export interface WaitOptions {
  /** How many must have happened, from the beginning of the history; 1 unless said. */
  readonly count?: number;
  readonly timeoutMs?: number;
}

interface Waiter<Item> {
  readonly matches: (item: Item) => boolean;
  missing: number;
  readonly resolve: (item: Item) => void;
  readonly reject: (error: Error) => void;
}

/**
 * What has happened, in order. A wait looks at the past first, so a test never has to listen before it acts and no
 * event can slip through between two lines of it.
 */
export class History<Item> {
  readonly #items: Item[] = [];
  readonly #waiters = new Set<Waiter<Item>>();
  readonly #timers: Timers;
  readonly #keeps: boolean;

  /** @param keeps false remembers nothing: waits then see only what comes after them */
  constructor(timers: Timers, keeps = true) {
    this.#timers = timers;
    this.#keeps = keeps;
  }

  get items(): readonly Item[] {
    return this.#items;
  }

  record(item: Item): void {
    if (this.#keeps) this.#items.push(item);
    for (const waiter of this.#waiters) {
      if (waiter.matches(item) && --waiter.missing === 0) waiter.resolve(item);
    }
  }

  /**
   * Resolves to the first item that matches, or the `count`th.
   *
   * @param explain says in the error what was waited for and what happened instead
   */
  waitFor(matches: (item: Item) => boolean, explain: () => string, options: WaitOptions = {}): Promise<Item> {
    const { count = 1, timeoutMs = WAIT_MS } = options;
    const past = this.#items.filter(matches);
    const enough = past[count - 1];
    if (enough !== undefined) return Promise.resolve(enough);

    const wait = new Promise<Item>((resolve, reject) => {
      const settle = (): void => {
        stop();
        this.#waiters.delete(waiter);
      };
      const waiter: Waiter<Item> = {
        matches,
        missing: count - past.length,
        resolve: (item) => {
          settle();
          resolve(item);
        },
        reject: (error) => {
          settle();
          reject(error);
        },
      };
      const stop = this.#timers.after(timeoutMs, () => waiter.reject(new Error(`after ${timeoutMs} ms: ${explain()}`)));
      this.#waiters.add(waiter);
    });
    // A test that failed elsewhere may never come to await this; its failure is reported there.
    wait.catch(() => undefined);
    return wait;
  }

  /** Fails whoever still waits. */
  close(reason: string): void {
    for (const waiter of this.#waiters) waiter.reject(new Error(reason));
  }
}
