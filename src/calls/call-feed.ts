import { phaseOf, type CallPhase, type CallState } from '../domain/call/call-state.ts';
import type { Cdr } from '../domain/call/cdr.ts';
import type { CallId } from '../domain/ids.ts';
import { toIso, type IsoInstant } from '../domain/time.ts';
import { EventRing } from './event-ring.ts';
import { describeLiveCall, type LiveCall } from './live-calls.ts';
import type { CallObserver } from './ports/call-observer.ts';
import type { Clock } from './ports/clock.ts';

/** Events that can be gone back to: of a hundred calls a second, the last quarter of a minute. */
const REMEMBERED = 10_000;

/** The least time between two counts. */
const COUNT_EVERY_MS = 1_000;

const SETTLED_FIELDS = [
  'id',
  'did',
  'ani',
  'trunkId',
  'campaignId',
  'publisherId',
  'buyerId',
  'destinationId',
  'routeId',
  'receivedAt',
  'connectedAt',
  'endedAt',
  'talkMs',
  'outcome',
  'sipStatus',
  'hangupBy',
  'buyerVerdict',
  'publisherVerdict',
  'estimated',
] as const satisfies readonly (keyof Cdr)[];

/** What is told of a call whose record is written; the record has the rest. */
export type SettledCall = Pick<Cdr, (typeof SETTLED_FIELDS)[number]>;

/** How many calls are in progress, and in which phases; phases that none is in are left out. */
export interface CallCounters {
  readonly calls: number;
  readonly byState: Readonly<Partial<Record<CallPhase, number>>>;
}

/** The kinds of events. */
export const FEED_TYPES = [
  'call.received',
  'call.moved',
  'call.connected',
  'call.ended',
  'call.settled',
  'counters',
] as const;
export type FeedType = (typeof FEED_TYPES)[number];

/** One change. `call` is as it stood right after it. */
export type FeedEvent =
  | { readonly type: Exclude<FeedType, 'call.settled' | 'counters'>; readonly at: IsoInstant; readonly call: LiveCall }
  | { readonly type: 'call.settled'; readonly at: IsoInstant; readonly call: SettledCall }
  | { readonly type: 'counters'; readonly at: IsoInstant; readonly counters: CallCounters };

/**
 * What goes on, as it goes on: each change of a call, and at most once a second how many there are. An observer of
 * calls like any other, so it neither throws nor waits; those who follow it read its ring at their own pace.
 */
export class CallFeed implements CallObserver {
  readonly ring = new EventRing<FeedEvent>(REMEMBERED);
  readonly #clock: Clock;
  readonly #stateOf: (callId: CallId) => CallState | undefined;
  readonly #phases = new Map<CallId, CallPhase>();
  readonly #counts = new Map<CallPhase, number>();
  #pause: 'none' | 'quiet' | 'count-after' = 'none';

  /** @param stateOf of calls that are in progress */
  constructor(parts: { readonly clock: Clock; readonly stateOf: (callId: CallId) => CallState | undefined }) {
    this.#clock = parts.clock;
    this.#stateOf = parts.stateOf;
  }

  callReceived(callId: CallId): void {
    const state = this.#stateOf(callId);
    if (state) this.#tell(callId, state, 'call.received');
  }

  /** States within one phase differ in nothing that is told. */
  callMoved(callId: CallId, state: CallState): void {
    const phase = phaseOf(state);
    if (this.#phases.get(callId) === phase) return;
    this.#tell(
      callId,
      state,
      phase === 'connected' ? 'call.connected' : phase === 'ended' ? 'call.ended' : 'call.moved',
    );
  }

  callSettled(cdr: Cdr): void {
    const call = Object.fromEntries(SETTLED_FIELDS.map((field) => [field, cdr[field]])) as unknown as SettledCall;
    this.ring.add({ type: 'call.settled', at: this.#now(), call });
    this.#phases.delete(cdr.id);
  }

  /** The log's business. */
  callFaulted(): void {}

  /** The log's business: the call is told of once it is settled. */
  settlementDelayed(): void {}

  /** The calls in progress now. Those whose end is only being written are none. */
  get counters(): CallCounters {
    const byState = Object.fromEntries([...this.#counts].filter(([, calls]) => calls > 0));
    return { calls: Object.values(byState).reduce((sum, calls) => sum + calls, 0), byState };
  }

  #tell(callId: CallId, state: CallState, type: Exclude<FeedType, 'call.settled' | 'counters'>): void {
    const phase = phaseOf(state);
    this.#count(this.#phases.get(callId), -1);
    this.#count(phase, 1);
    this.#phases.set(callId, phase);
    this.ring.add({ type, at: this.#now(), call: describeLiveCall(state) });
    this.#tellCounters();
  }

  #count(phase: CallPhase | undefined, by: 1 | -1): void {
    if (phase === undefined || phase === 'ended') return;
    this.#counts.set(phase, (this.#counts.get(phase) ?? 0) + by);
  }

  /** At once, and then not before a pause is over; what changes meanwhile is told at its end. */
  #tellCounters(): void {
    if (this.#pause !== 'none') {
      this.#pause = 'count-after';
      return;
    }
    this.ring.add({ type: 'counters', at: this.#now(), counters: this.counters });
    this.#pause = 'quiet';
    this.#clock.startTimer(COUNT_EVERY_MS, () => {
      const isDue = this.#pause === 'count-after';
      this.#pause = 'none';
      if (isDue) this.#tellCounters();
    });
  }

  #now(): IsoInstant {
    return toIso(this.#clock.now().wall);
  }
}
