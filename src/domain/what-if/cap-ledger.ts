import { COUNTED_WINDOWS, type CountedWindow } from '../plan/caps.ts';
import type { CapOwner } from '../routing/caps.ts';
import type { CapWindow, CapWindows } from '../routing/cap-windows.ts';
import { type Question, spell } from '../routing/decision-basis.ts';
import type { RouteLine } from '../routing/routing-snapshot.ts';
import type { PublisherId } from '../ids.ts';
import type { EpochMs } from '../time.ts';

/** A call on a route: how long it holds its place, and what it counts for once it is over. */
export interface HeldCall {
  readonly line: RouteLine;
  readonly publisherId: PublisherId | null;
  /** It counts in the windows of this instant. */
  readonly receivedAt: EpochMs;
  readonly from: EpochMs;
  readonly until: EpochMs;
  /** The most it could cost its buyer, and pay its publisher, while it is in progress. */
  readonly pending: { readonly chargeMicros: number; readonly payoutMicros: number };
  /** Null for an attempt that came to nothing. */
  readonly result: { readonly billable: boolean; readonly chargeMicros: number; readonly payoutMicros: number } | null;
}

/** With the windows that its publisher counts in; null where they are those of each buyer. */
export interface CountedCall extends HeldCall {
  readonly publisherWindows: CapWindows | null;
}

/**
 * The counters that a list of calls fills, at any later instant: the store's caps on paper, without the store. Must be
 * asked about instants in ascending order, as calls come.
 */
export class CapLedger {
  /** Not over yet, in no order. */
  #open: CountedCall[] = [];
  /** Settled calls and money by the question that asks for them. */
  readonly #counts = new Map<string, number>();
  readonly #micros = new Map<string, number>();

  add(call: CountedCall): void {
    this.#open.push(call);
  }

  /** What these calls add to the answer; nothing to records of routes. */
  read(question: Question, at: EpochMs): readonly number[] {
    this.#settleUntil(at);
    const { about, owner } = question;
    if (about === 'record') return [0, 0];
    const pending = this.#open.filter((call) => call.from <= at && isOf(call, owner));
    switch (about) {
      case 'concurrent':
        return [pending.length];
      case 'spent':
        return [
          this.#micros.get(spell(question)) ?? 0,
          sumPending(
            pending.filter((call) => isIn(question.window, call)),
            owner,
          ),
        ];
      case 'balance':
        return [0 - (this.#micros.get(spell(question)) ?? 0), sumPending(pending, owner)];
      default: {
        const inWindow = pending.filter((call) => canCount(call) && isIn(question.window, call));
        return [this.#counts.get(spell(question)) ?? 0, inWindow.length];
      }
    }
  }

  #settleUntil(at: EpochMs): void {
    if (this.#open.every((call) => call.until > at)) return;
    for (const call of this.#open) if (call.until <= at) this.#settle(call);
    this.#open = this.#open.filter((call) => call.until > at);
  }

  #settle(call: CountedCall): void {
    const { line, publisherId, result } = call;
    if (result === null) return;
    const { route, destination, buyer } = line;
    if (result.billable) {
      this.#count(call, { kind: 'route', id: route.id }, result.chargeMicros);
      this.#count(call, { kind: 'destination', id: destination.id }, result.chargeMicros);
      this.#count(call, { kind: 'buyer', id: buyer.id }, result.chargeMicros);
      raise(this.#micros, { about: 'balance', owner: { kind: 'buyer', id: buyer.id } }, result.chargeMicros);
    }
    if (publisherId !== null && result.payoutMicros > 0) {
      this.#count(call, { kind: 'publisher', id: publisherId }, result.payoutMicros);
    }
  }

  #count(call: CountedCall, owner: CapOwner, amountMicros: number): void {
    const windows = (owner.kind === 'publisher' ? call.publisherWindows : null) ?? call.line.windows;
    const windowOf = (length: CountedWindow): CapWindow => windows.at(length, call.receivedAt);
    for (const length of COUNTED_WINDOWS) {
      raise(this.#counts, { about: length, owner, window: windowOf(length) }, 1);
    }
    raise(this.#micros, { about: 'spent', owner, window: windowOf('daily') }, amountMicros);
  }
}

function raise(sums: Map<string, number>, question: Question, by: number): void {
  const key = spell(question);
  sums.set(key, (sums.get(key) ?? 0) + by);
}

function isIn({ start, resetsAt }: CapWindow, { receivedAt }: HeldCall): boolean {
  return receivedAt >= start && (resetsAt === null || receivedAt < resetsAt);
}

/** A campaign in test holds a line, and no count. */
function canCount({ line }: HeldCall): boolean {
  return line.campaign.status !== 'test';
}

function isOf({ line, publisherId }: HeldCall, owner: CapOwner): boolean {
  switch (owner.kind) {
    case 'route':
      return line.route.id === owner.id;
    case 'destination':
      return line.destination.id === owner.id;
    case 'buyer':
      return line.buyer.id === owner.id;
    case 'publisher':
      return publisherId === owner.id;
  }
}

function sumPending(calls: readonly HeldCall[], { kind }: CapOwner): number {
  return calls.reduce(
    (sum, { pending }) => sum + (kind === 'publisher' ? pending.payoutMicros : pending.chargeMicros),
    0,
  );
}
