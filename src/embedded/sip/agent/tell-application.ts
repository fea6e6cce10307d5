import type { Target } from '../locate/locate-server.ts';
import { serializeMessage } from '../message/serialize-message.ts';
import type { SipMessage, SipRequest } from '../message/sip-message.ts';
import type { ReceivedResponse } from '../transaction/client-transaction.ts';
import type { ReceivedRequest } from '../transaction/server-transaction.ts';
import type { SocketAddress, TransportName } from '../transport/flow.ts';
import type { ApplicationLink, Sent } from './application-link.ts';
import { buildResponse, REASONS } from './build-response.ts';

/** The names a message has towards the application. */
export interface MessageNames {
  readonly transactionId: string;
  /** Empty outside a dialog. */
  readonly dialogId: string;
}

/** A message as it left, before it has names towards the application. */
export interface Left {
  readonly message: SipMessage;
  readonly transport: TransportName;
  readonly peer: SocketAddress;
}

/** What the application is told of a message it had sent. */
export const sentAs = (left: Left, names: MessageNames): Sent => ({
  ...left,
  ...names,
  bytes: serializeMessage(left.message).length,
});

/** Tells an application of a request from the network; `receivedOn` only where the request begins something. */
export function tellRequest(
  link: ApplicationLink,
  { request, flow, bytes }: ReceivedRequest,
  names: MessageNames,
  receivedOn?: SocketAddress,
): void {
  link.deliver({
    message: request,
    source: 'network',
    transport: flow.transport,
    peer: flow.remote,
    bytes,
    ...names,
    ...(receivedOn === undefined ? {} : { receivedOn }),
  });
}

/** Tells an application of a response to a request of its own. */
export function tellResponse(link: ApplicationLink, received: ReceivedResponse, names: MessageNames): void {
  const { response, flow, bytes } = received;
  link.deliver({ message: response, source: 'network', transport: flow.transport, peer: flow.remote, bytes, ...names });
}

/**
 * Tells an application that nobody answered a request of its own, by the response the engine makes of it: 408 where
 * time ran out, 503 where it could not be delivered (RFC 3261 §8.1.3.1).
 */
export function tellFailure(
  link: ApplicationLink,
  why: 'timeout' | 'transport',
  request: SipRequest,
  peer: Target | undefined,
  names: MessageNames,
): void {
  const status = why === 'timeout' ? 408 : 503;
  const message = buildResponse(request, { status, reason: REASONS[status] });
  link.deliver({
    message,
    source: 'network',
    transport: peer?.transport ?? 'udp',
    peer: peer ?? { host: '0.0.0.0', port: 0 },
    bytes: serializeMessage(message).length,
    ...names,
  });
}

/** Tells an application that the engine has hung up a call of its, by the BYE that went out. */
export function tellHangUp(link: ApplicationLink, bye: Left, dialogId: string): void {
  link.deliver({ ...sentAs(bye, { transactionId: 'unsolicited', dialogId }), source: 'application' });
}
