import { isIP } from 'node:net';
import { listValues, withHeader } from '../message/header-fields.ts';
import { withParam } from '../message/header-params.ts';
import type { SipRequest } from '../message/sip-message.ts';
import { formatVia, parseVia, type Via } from '../message/via.ts';
import type { Flow, SocketAddress } from './flow.ts';

/**
 * Notes on the topmost Via where a request really came from: `received` where it differs from sent-by (RFC 3261
 * §18.2.1), and both `received` and `rport` where the sender asked for it (RFC 3581 §4). A request whose topmost Via
 * can't be read comes back unchanged.
 */
export function stampVia(request: SipRequest, source: SocketAddress): SipRequest {
  const [top, ...rest] = listValues(request, 'Via');
  const via = top === undefined ? undefined : parseVia(top);
  if (via === undefined) return request;
  const asksRport = via.params.has('rport');
  if (!asksRport && via.host === source.host) return request;
  let params = withParam(via.params, 'received', source.host);
  if (asksRport) params = withParam(params, 'rport', String(source.port));
  return withHeader(request, 'Via', [formatVia({ ...via, params }), ...rest]);
}

/**
 * Where a response goes whose topmost Via is `via` when the request's flow can't carry it (RFC 3261 §18.2.2, RFC 3581
 * §4). `maddr` is not honoured: it is for multicast, and would let a stranger point our answers at anyone.
 */
export function responseAddress(via: Via, source: SocketAddress): SocketAddress {
  const received = via.params.get('received');
  const host = received !== undefined && isIP(received) !== 0 ? received : source.host;
  const rport = Number(via.params.get('rport') ?? Number.NaN);
  const port = Number.isInteger(rport) && rport > 0 && rport < 65_536 ? rport : (via.port ?? 5060);
  return { host, port };
}

/** Whether a response may go back to where its request came from: always over TCP; over UDP when `rport` says so. */
export const answersToSource = (via: Via, flow: Flow): boolean => flow.transport === 'tcp' || via.params.has('rport');
