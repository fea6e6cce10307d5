import { parseSipUri } from '../message/sip-uri.ts';
import { prependHeader } from '../message/header-fields.ts';
import { serializeMessage } from '../message/serialize-message.ts';
import type { SipRequest } from '../message/sip-message.ts';
import type { Locator, Target } from '../locate/locate-server.ts';
import type { ClientTransaction, ReceivedResponse } from '../transaction/client-transaction.ts';
import type { TransactionLayer } from '../transaction/transaction-layer.ts';
import type { Flow, SocketAddress, TransportName } from '../transport/flow.ts';
import type { Network } from '../transport/transport.ts';
import { viaFor } from './build-request.ts';

/** Above this a request whose URI names no transport goes by TCP (RFC 3261 §18.1.1). */
const LARGE_REQUEST_BYTES = 1300;

/** Who hears of a request's fate. */
export interface OutgoingRequestUser {
  /** It is about to leave, to its first target or the next. */
  onLeaving?(request: SipRequest, flow: Flow): void;
  onResponse(received: ReceivedResponse): void;
  /** No target answered. `peer` is the last that was tried, if there was one. */
  onFailure(why: 'timeout' | 'transport', peer: Target | undefined): void;
}

/** What sending takes. */
export interface SendingServices {
  readonly transport: Network;
  readonly transactions: TransactionLayer;
  readonly locator: Locator;
}

/** One way to send: a target, or a flow that is there already. */
export type Route = Target | { readonly flow: Flow };

/**
 * A request on its way: tried at one target after the other, each time in a transaction of its own, until one answers
 * (RFC 3263 §4.3). The Via is put on here, for it tells the transport.
 */
export class OutgoingRequest {
  readonly #services: SendingServices;
  readonly #user: OutgoingRequestUser;
  readonly #request: SipRequest;
  readonly #routes: Route[];
  #transaction: ClientTransaction | undefined;
  #heard = false;
  #stopped = false;

  /** `request` lacks its Via; `routes` are in the order to try. */
  constructor(services: SendingServices, request: SipRequest, routes: readonly Route[], user: OutgoingRequestUser) {
    this.#services = services;
    this.#request = request;
    this.#routes = withLargeRequestsByTcp(routes, request, services.transport);
    this.#user = user;
  }

  /** The transaction of the current attempt; undefined before the first and where there is no target. */
  get transaction(): ClientTransaction | undefined {
    return this.#transaction;
  }

  /**
   * Sends it to the first target and returns the request as it left. Without any target it "leaves" nowhere, and fails
   * a moment later, as it would after a look-up that found nothing.
   * @throws {RangeError} when a header holds a line break.
   */
  start(): { readonly request: SipRequest; readonly transport: TransportName; readonly peer: SocketAddress } {
    const route = this.#routes.shift();
    if (route === undefined) {
      setImmediate(() => this.#user.onFailure('transport', undefined));
      const local = { host: this.#services.transport.bound.host, port: this.#services.transport.bound.port };
      return { request: prependHeader(this.#request, 'Via', viaFor('udp', local)), transport: 'udp', peer: local };
    }
    const transaction = this.#attempt(route);
    return { request: transaction.request, transport: transaction.flow.transport, peer: transaction.flow.remote };
  }

  /** No further target is tried: the caller has given up. */
  stop(): void {
    this.#stopped = true;
  }

  #attempt(route: Route): ClientTransaction {
    const { transport, transactions } = this.#services;
    const flow = 'flow' in route ? route.flow : transport.flowTo(route.transport, route);
    const local = { host: transport.local.hostFor(flow.remote.host), port: transport.local.port };
    const request = prependHeader(this.#request, 'Via', viaFor(flow.transport, local));
    this.#user.onLeaving?.(request, flow);
    this.#transaction = transactions.request(request, flow, {
      onResponse: (received) => this.#onResponse(received),
      onFailure: (why) =>
        this.#onFailure(why, { ...flow.remote, transport: flow.transport, transportIsExplicit: true }),
    });
    return this.#transaction;
  }

  #onResponse(received: ReceivedResponse): void {
    const { status } = received.response;
    // RFC 3263 §4.3: a 503 from one server sends us to the next.
    if (status === 503 && this.#tryNext()) return;
    if (status > 100) this.#heard = true;
    this.#user.onResponse(received);
  }

  #onFailure(why: 'timeout' | 'transport', peer: Target): void {
    if (!this.#tryNext()) this.#user.onFailure(why, peer);
  }

  #tryNext(): boolean {
    if (this.#stopped || this.#heard) return false;
    const next = this.#routes.shift();
    if (next === undefined) return false;
    this.#attempt(next);
    return true;
  }
}

/** RFC 3261 §18.1.1: by TCP first where it is too large for UDP, and by UDP after all where TCP is refused. */
function withLargeRequestsByTcp(routes: readonly Route[], request: SipRequest, transport: Network): Route[] {
  const isFreeToChange = (route: Route): route is Target =>
    !('flow' in route) && route.transport === 'udp' && !route.transportIsExplicit && !transport.refusedTcpLately(route);
  if (!routes.some(isFreeToChange)) return [...routes];
  // Our Via is still to come: 120 bytes are what it takes at most with a host name of usual length.
  if (serializeMessage(request).length + 120 <= LARGE_REQUEST_BYTES) return [...routes];
  return routes.flatMap((route): Route[] =>
    isFreeToChange(route) ? [{ ...route, transport: 'tcp' }, route] : [route],
  );
}

/** The targets of a URI as text; none where it is no SIP URI. */
export async function locate(locator: Locator, uri: string): Promise<readonly Target[]> {
  const parsed = parseSipUri(uri);
  return parsed === undefined ? [] : locator.locate(parsed);
}
