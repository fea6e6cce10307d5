import { giveUpMs, t2Ms, type Wire } from './client-transaction.ts';
import { headerValue, type SipRequest, type SipResponse } from './sip-wire.ts';
import { paramOf, readHostPort } from './addresses.ts';
import type { Hop } from './sip-socket.ts';
import type { StopTimer } from './timers.ts';

export interface ServerTransactionEvents {
  /** The final response to an INVITE was never ACKed. */
  onNoAck(): void;
  /** Nothing more can come. */
  onOver(): void;
}

/**
 * A request and our answers to it (RFC 3261 §17.2, RFC 6026): the last response is sent again for each retransmission
 * of the request, and the final response to an INVITE until its ACK comes.
 */
export class ServerTransaction {
  readonly request: SipRequest;
  readonly source: Hop;
  readonly #wire: Wire;
  readonly #events: ServerTransactionEvents;
  readonly #replyTo: Hop;
  #last: SipResponse | null = null;
  #stopRepeating: StopTimer = () => undefined;
  #stopNoAck: StopTimer = () => undefined;

  constructor(wire: Wire, request: SipRequest, source: Hop, events: ServerTransactionEvents) {
    this.#wire = wire;
    this.request = request;
    this.source = source;
    this.#events = events;
    this.#replyTo = replyHop(request, source);
  }

  /** Whether the final response has been sent. */
  get answered(): boolean {
    return this.#last !== null && this.#last.status >= 200;
  }

  respond(response: SipResponse): void {
    this.#last = response;
    this.#wire.send(response, this.#replyTo);
    if (response.status < 200) return;
    const { timers, t1Ms } = this.#wire;
    if (this.request.method === 'INVITE') {
      // A 2xx is repeated over TCP too: only the caller's ACK proves that it went the whole way (§13.3.1.4).
      if (response.status < 300 || this.#replyTo.transport === 'udp') {
        this.#stopRepeating = timers.doubling(t1Ms, t2Ms(this.#wire), () => this.repeat());
      }
      this.#stopNoAck = timers.after(giveUpMs(this.#wire), () => {
        this.#stopRepeating();
        this.#events.onNoAck();
      });
    }
    timers.after(giveUpMs(this.#wire), () => this.#events.onOver());
  }

  /** The request came again, or the ACK did not come: the last response is sent once more. */
  repeat(): void {
    if (this.#last) this.#wire.send(this.#last, this.#replyTo);
  }

  /** The ACK has come. */
  acknowledge(): void {
    this.#stopRepeating();
    this.#stopNoAck();
  }
}

/** Where responses go: back on the connection, to the source port where rport is asked for, else to Via's (RFC 3581). */
function replyHop(request: SipRequest, source: Hop): Hop {
  const via = headerValue(request, 'Via') ?? '';
  if (source.transport === 'tcp' || paramOf(via, 'rport') !== undefined) return source;
  const sentBy = /^\S+\s+([^;\s]+)/.exec(via)?.[1] ?? '';
  return { ...source, port: readHostPort(sentBy).port };
}
