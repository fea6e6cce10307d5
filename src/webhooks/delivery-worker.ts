import { setMaxListeners } from 'node:events';

import type { Clock, Timer } from '../calls/ports/clock.ts';
import type { DeliveryId, WebhookId } from '../domain/ids.ts';
import type { EpochMs } from '../domain/time.ts';
import { judgePost } from '../domain/webhooks/judge-post.ts';
import type { Poster } from './post-event.ts';
import type { DeliveryObserver } from './ports/delivery-observer.ts';
import type { DeliveryStore, DueDelivery, PostTarget } from './ports/delivery-store.ts';

export interface DeliveryWorkerParts {
  readonly store: DeliveryStore;
  readonly poster: Pick<Poster, 'post'>;
  readonly clock: Clock;
  readonly observer: DeliveryObserver;
  /** A number from 0 to below 1. */
  readonly draw: () => number;
  /** How long what is over is kept, for people to look at and replay. */
  readonly keepMs: number;
}

/** Posts at once, to all webhooks together: what bounds connections and memory. */
const MOST_AT_ONCE = 64;

/** Posts at once to one webhook; to one that fails, a single one shows whether it is back. */
const MOST_TO_ONE = 4;

/** How long deliveries wait where the store could not be read, or could not write what came of a post. */
const AFTER_FAULT_MS = 5_000;

/** How often old deliveries are given up and removed. */
const TIDY_EVERY_MS = 600_000;

/**
 * Delivers what is due: looks when something becomes so, posts in bounded numbers, writes down what came of it, and sets
 * itself a timer for the rest. It holds nothing that must not be lost: what is in flight when the process dies is due
 * still, and is posted again.
 */
export class DeliveryWorker {
  readonly #parts: DeliveryWorkerParts;
  readonly #inFlight = new Map<WebhookId, Set<DeliveryId>>();
  /** Webhooks that get nothing until an instant, because they asked for silence or the store is away. */
  readonly #heldUntil = new Map<WebhookId, EpochMs>();
  readonly #abort = new AbortController();
  #looking = false;
  #stopped = false;
  #nextDue: Timer | undefined;
  #nextTidy: Timer | undefined;
  #firstServed = 0;
  #whenIdle: (() => void) | undefined;

  constructor(parts: DeliveryWorkerParts) {
    this.#parts = parts;
    // Each post in flight listens, and Node takes more than ten for a leak.
    setMaxListeners(MOST_AT_ONCE, this.#abort.signal);
  }

  /** Begins with what an earlier process has left. */
  start(): void {
    this.#parts.store.onDue(() => this.#look());
    this.#look();
    void this.#tidy();
  }

  /** Takes up nothing more, gives posts in flight so long to be answered, and calls off the rest: they stay due. */
  async stop(graceMs: number): Promise<void> {
    this.#stopped = true;
    this.#nextDue?.stop();
    this.#nextTidy?.stop();
    if (this.#count === 0) return;
    const idle = new Promise<void>((resolve) => {
      this.#whenIdle = resolve;
    });
    const grace = this.#parts.clock.startTimer(graceMs, () => this.#abort.abort());
    await idle;
    grace.stop();
  }

  get #count(): number {
    return this.#inFlight.values().reduce((sum, { size }) => sum + size, 0);
  }

  /** Looks soon: what becomes due at the same time is seen in one look. */
  #look(): void {
    if (this.#looking || this.#stopped) return;
    this.#looking = true;
    setImmediate(() => {
      this.#looking = false;
      if (this.#stopped) return;
      try {
        this.#lookNow();
      } catch (error) {
        this.#parts.observer.faulted(error);
        this.#lookAgainIn(AFTER_FAULT_MS);
      }
    });
  }

  #lookNow(): void {
    const { store } = this.#parts;
    const now = this.#now();
    let nextDueAt = now + TIDY_EVERY_MS;
    for (const target of this.#inTurn(store.targets(now))) {
      const { webhookId, isFailing } = target;
      const heldUntil = this.#heldUntil.get(webhookId) ?? now;
      if (heldUntil > now) {
        nextDueAt = Math.min(nextDueAt, heldUntil);
        continue;
      }
      this.#heldUntil.delete(webhookId);
      const inFlight = this.#inFlight.get(webhookId) ?? new Set();
      const room = Math.min((isFailing ? 1 : MOST_TO_ONE) - inFlight.size, MOST_AT_ONCE - this.#count);
      const taken = room > 0 ? store.due(webhookId, now, room, [...inFlight]) : [];
      for (const delivery of taken) void this.#deliver(target, delivery);
      nextDueAt = Math.min(nextDueAt, store.nextDueAt(webhookId, now) ?? nextDueAt);
    }
    this.#lookAgainIn(nextDueAt - now);
  }

  /** Each look begins with another webhook, so that none is always the one for whom no room is left. */
  #inTurn(targets: readonly PostTarget[]): readonly PostTarget[] {
    this.#firstServed = targets.length === 0 ? 0 : (this.#firstServed + 1) % targets.length;
    return [...targets.slice(this.#firstServed), ...targets.slice(0, this.#firstServed)];
  }

  #lookAgainIn(delayMs: number): void {
    this.#nextDue?.stop();
    this.#nextDue = this.#parts.clock.startTimer(delayMs, () => this.#look());
  }

  async #deliver(target: PostTarget, delivery: DueDelivery): Promise<void> {
    const { webhookId } = target;
    const inFlight = this.#inFlight.get(webhookId) ?? new Set();
    this.#inFlight.set(webhookId, inFlight.add(delivery.id));
    try {
      await this.#postAndRecord(target, delivery);
    } catch (error) {
      // It is due still and would be posted over and over, as fast as the receiver answers.
      this.#hold(webhookId, (this.#now() + AFTER_FAULT_MS) as EpochMs);
      this.#parts.observer.faulted(error);
    }
    inFlight.delete(delivery.id);
    if (inFlight.size === 0) this.#inFlight.delete(webhookId);
    if (this.#count === 0) this.#whenIdle?.();
    this.#look();
  }

  async #postAndRecord({ webhookId, url, secrets }: PostTarget, { id, eventId, ...due }: DueDelivery): Promise<void> {
    const { store, poster, observer, draw } = this.#parts;
    await store.onDisk();
    const { tookMs, ...outcome } = await poster.post(
      { url, secrets },
      { id: eventId, body: due.body },
      this.#abort.signal,
    );
    if (this.#abort.signal.aborted && outcome.status === null) return;
    const at = this.#now();
    const verdict = judgePost(outcome, { tries: due.tries + 1, createdAt: due.createdAt }, at, draw());
    if (verdict.kind === 'retry' && verdict.holdsAll) this.#hold(webhookId, verdict.dueAt);
    const { status, error, retryAfter } = outcome;
    const made = { deliveryId: id, webhookId, at, tookMs, outcome: { status, error, retryAfter }, verdict };
    const disabled = await store.recordPost(made);
    observer.posted({ webhookId, deliveryId: id, eventId, status, error, tookMs, result: verdict.kind });
    if (disabled !== null) observer.disabled(webhookId, disabled);
  }

  #hold(webhookId: WebhookId, until: EpochMs): void {
    this.#heldUntil.set(webhookId, Math.max(until, this.#heldUntil.get(webhookId) ?? 0) as EpochMs);
  }

  /** Piece by piece, so that calls come in between. */
  async #tidy(): Promise<void> {
    const { store, clock, observer, keepMs } = this.#parts;
    try {
      for (;;) {
        const { given, removed } = await store.tidy(this.#now(), keepMs);
        if (given > 0) observer.gaveUp(given);
        if (given + removed === 0 || this.#stopped) break;
      }
    } catch (error) {
      observer.faulted(error);
    }
    if (!this.#stopped) this.#nextTidy = clock.startTimer(TIDY_EVERY_MS, () => void this.#tidy());
  }

  #now(): EpochMs {
    return this.#parts.clock.now().wall;
  }
}
