import { buildHopRequest } from './build-message.ts';
import { requiredHeader, type SipMessage, type SipRequest, type SipResponse } from './sip-wire.ts';
import type { Hop } from './sip-socket.ts';
import type { StopTimer, Timers } from './timers.ts';

/** What transactions need of their phone. */
export interface Wire {
  readonly timers: Timers;
  /** Round-trip estimate that all of RFC 3261's timers derive from (§17.1.1.1). */
  readonly t1Ms: number;
  send(message: SipMessage, to: Hop): void;
}

/** Longest pause between two retransmissions of anything but an INVITE (RFC 3261 timer T2, 8·T1). */
export function t2Ms(wire: Wire): number {
  return wire.t1Ms * 8;
}

/** When a phone gives up on an answer, or forgets one (RFC 3261 timers B, D, F, H: 64·T1). */
export function giveUpMs(wire: Wire): number {
  return wire.t1Ms * 64;
}

export interface ClientTransactionEvents {
  /** Each provisional response, each 2xx to an INVITE however often it comes, and the first final otherwise. */
  onResponse(response: SipResponse): void;
  onTimeout(): void;
  /** Nothing more can come. */
  onOver(): void;
}

export interface ClientTransactionHabits {
  /** False leaves retransmissions to the test. */
  readonly retransmits: boolean;
  /** False never ACKs a failure. */
  readonly acksFailures: boolean;
}

/**
 * A request on its way to its final response (RFC 3261 §17.1).
 *
 *     trying ──1xx──▶ proceeding ──final──▶ completed ──64·T1──▶ over
 *        └────────────final──────────────────▲
 */
export class ClientTransaction {
  readonly request: SipRequest;
  readonly hop: Hop;
  #state: 'trying' | 'proceeding' | 'completed' | 'over' = 'trying';
  readonly #wire: Wire;
  readonly #events: ClientTransactionEvents;
  readonly #habits: ClientTransactionHabits;
  #stopRetransmitting: StopTimer = () => undefined;
  #stopTimeout: StopTimer = () => undefined;

  constructor(
    wire: Wire,
    request: SipRequest,
    hop: Hop,
    events: ClientTransactionEvents,
    habits: ClientTransactionHabits = { retransmits: true, acksFailures: true },
  ) {
    this.#wire = wire;
    this.request = request;
    this.hop = hop;
    this.#events = events;
    this.#habits = habits;
    this.sendAgain();
    if (hop.transport === 'udp' && habits.retransmits) {
      const maxMs = request.method === 'INVITE' ? giveUpMs(wire) : t2Ms(wire);
      this.#stopRetransmitting = wire.timers.doubling(wire.t1Ms, maxMs, () => this.sendAgain());
    }
    this.#stopTimeout = wire.timers.after(giveUpMs(wire), () => {
      this.#finish();
      events.onTimeout();
    });
  }

  /** Sends the request once more. */
  sendAgain(): void {
    this.#wire.send(this.request, this.hop);
  }

  receive(response: SipResponse): void {
    const isInvite = this.request.method === 'INVITE';
    if (response.status < 200) {
      if (this.#state !== 'trying' && this.#state !== 'proceeding') return;
      this.#state = 'proceeding';
      // An INVITE that rings may ring for minutes; any other request still needs its final answer soon.
      if (isInvite) this.#rest();
      this.#events.onResponse(response);
      return;
    }
    const first = this.#state === 'trying' || this.#state === 'proceeding';
    if (first) this.#complete();
    if (isInvite && response.status >= 300) this.#ackFailure(response);
    if (first || (isInvite && response.status < 300)) this.#events.onResponse(response);
  }

  #complete(): void {
    this.#state = 'completed';
    this.#rest();
    this.#wire.timers.after(giveUpMs(this.#wire), () => this.#finish());
  }

  #ackFailure(response: SipResponse): void {
    if (!this.#habits.acksFailures) return;
    this.#wire.send(buildHopRequest('ACK', this.request, { to: requiredHeader(response, 'To') }), this.hop);
  }

  #rest(): void {
    this.#stopRetransmitting();
    this.#stopTimeout();
  }

  #finish(): void {
    if (this.#state === 'over') return;
    this.#state = 'over';
    this.#rest();
    this.#events.onOver();
  }
}
