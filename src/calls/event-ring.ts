/** Something that happened, with its place in the order of all that did. */
export interface Numbered<Event> {
  /** From 1. */
  readonly seq: number;
  readonly event: Event;
}

/**
 * The latest events, each with a number, for readers that each go at their own pace: a reader keeps the number of what
 * it had last, and nothing is queued for anyone. Writing tells readers on the next turn of the event loop, so that
 * whoever writes never waits for them.
 */
export class EventRing<Event> {
  readonly #capacity: number;
  readonly #slots: Event[] = [];
  readonly #readers = new Set<() => void>();
  #last = 0;
  #telling = false;

  /** @param capacity events that are remembered */
  constructor(capacity: number) {
    this.#capacity = capacity;
  }

  /** The number of the latest event; 0 before any. */
  get last(): number {
    return this.#last;
  }

  /** Remembers an event and forgets the oldest where there is no more room. */
  add(event: Event): void {
    this.#slots[this.#last % this.#capacity] = event;
    this.#last += 1;
    if (this.#telling || this.#readers.size === 0) return;
    this.#telling = true;
    setImmediate(() => {
      this.#telling = false;
      for (const tell of this.#readers) tell();
    });
  }

  /** Whether everything after this number is still remembered, and this number was given at all. */
  reaches(seq: number): boolean {
    return seq <= this.#last && seq >= this.#last - this.#slots.length;
  }

  /** The first event after this number; undefined where there is none yet. For numbers that the ring reaches. */
  after(seq: number): Numbered<Event> | undefined {
    const event = seq < this.#last ? this.#slots[seq % this.#capacity] : undefined;
    return event === undefined ? undefined : { seq: seq + 1, event };
  }

  /** Calls `tell` soon after there is something new, once for all of it. Returns how to stop. */
  onNews(tell: () => void): () => void {
    this.#readers.add(tell);
    return () => this.#readers.delete(tell);
  }
}
