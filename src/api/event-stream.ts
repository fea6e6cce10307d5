import { Readable } from 'node:stream';

import type { EventRing } from '../calls/event-ring.ts';

/** Where a client stands: it says it again, as its Last-Event-ID, when it comes back. */
export interface EventPlace {
  /** Names one run of the product: numbers begin anew with each. */
  readonly bootId: string;
  readonly seq: number;
}

/** How a client's events are made. */
export interface EventView<Event> {
  /** What the client is shown of one, or undefined for what isn't for it. */
  readonly show: (event: Event) => { readonly type: string; readonly data: object } | undefined;
  /** Sent first to a client that can't go on where it was. */
  readonly resync: object;
}

/** So many events may come while a client takes in nothing, before it is told to come back. */
const MOST_BEHIND = 1_000;

/** What a client waits before it comes back, in milliseconds. */
const RETRY_MS = 2_000;

/**
 * Server-Sent Events (WHATWG HTML, section 9.2) for one client, read from a ring at the pace the client takes them in.
 * What it hasn't taken stays in the ring, so a slow client costs no memory; one that stands still is cut off, and can go
 * on where it was as long as the ring reaches back to there.
 */
export class EventStream<Event> extends Readable {
  readonly #ring: EventRing<Event>;
  readonly #bootId: string;
  readonly #view: EventView<Event>;
  readonly #stopListening: () => void;
  #seq: number;
  /** The ring's number when the client last took something in; null while it waits for more. */
  #stalledAt: number | null = null;
  #beatMissed = false;

  /** @param from what the client had last; undefined where it begins now */
  constructor(parts: {
    readonly ring: EventRing<Event>;
    readonly bootId: string;
    readonly view: EventView<Event>;
    readonly from: EventPlace | 'unknown' | undefined;
  }) {
    super();
    const { ring, bootId, view, from } = parts;
    this.#ring = ring;
    this.#bootId = bootId;
    this.#view = view;
    const goesOn = from !== undefined && from !== 'unknown' && from.bootId === bootId && ring.reaches(from.seq);
    this.#seq = goesOn ? from.seq : ring.last;
    // An id without data is no event, but is where a client that is cut off now comes back to.
    this.#send(`retry: ${RETRY_MS}\nid: ${this.#id}\n\n`);
    if (!goesOn && from !== undefined) this.#send(`event: resync\ndata: ${JSON.stringify(view.resync)}\n\n`);
    this.#stopListening = ring.onNews(() => this.#onNews());
  }

  /** Keeps the connection and the client's place fresh. A client that took nothing in since the last one is cut off. */
  beat(): void {
    if (this.#stalledAt === null) this.#send(`: still here\nid: ${this.#id}\n\n`);
    else if (this.#beatMissed) this.destroy();
    else this.#beatMissed = true;
  }

  /** Ends the answer in order. */
  end(): void {
    this.#stopListening();
    this.push(null);
  }

  override _read(): void {
    this.#stalledAt = null;
    this.#beatMissed = false;
    this.#sendNews();
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    this.#stopListening();
    done(error);
  }

  get #id(): string {
    return `${this.#bootId}-${this.#seq}`;
  }

  #onNews(): void {
    if (this.#stalledAt === null) this.#sendNews();
    else if (this.#ring.last - this.#stalledAt > MOST_BEHIND) this.destroy();
  }

  #sendNews(): void {
    // Pushing what was asked for may ask for more at once, from within: the place is kept before each push.
    while (this.#stalledAt === null && !this.destroyed) {
      if (!this.#ring.reaches(this.#seq)) return void this.destroy();
      const next = this.#ring.after(this.#seq);
      if (next === undefined) return;
      this.#seq = next.seq;
      const shown = this.#view.show(next.event);
      if (shown) this.#send(`event: ${shown.type}\nid: ${this.#id}\ndata: ${JSON.stringify(shown.data)}\n\n`);
    }
  }

  #send(text: string): void {
    if (!this.push(text)) this.#stalledAt = this.#ring.last;
  }
}

/** Reads what a client says it had last; `unknown` for what is no such thing. */
export function readPlace(text: string): EventPlace | 'unknown' {
  const [, bootId, seq] = /^([\da-f]{1,32})-(\d{1,15})$/.exec(text) ?? [];
  return bootId === undefined || seq === undefined ? 'unknown' : { bootId, seq: Number(seq) };
}
