import { listValues, withHeader } from '../message/header-fields.ts';
import { withParam } from '../message/header-params.ts';
import type { SipRequest } from '../message/sip-message.ts';
import { formatVia, parseVia, type Via } from '../message/via.ts';
import type { SocketAddress } from './flow.ts';

/**
 * Notes on the topmost Via where a request really came from: `received` where it differs from sent-by (RFC 3261
 * §18.2.1), and both `received` and `rport` where the sender asked for it (RFC 3581 §4). A `received` of the sender's own
 * is overwritten: it would point those who believe it at a third party. A request whose topmost Via can't be read comes
 * back unchanged.
 */
export function stampVia(request: SipRequest, source: SocketAddress): SipRequest {
  const [top, ...rest] = listValues(request, 'Via');
  const via = top === undefined ? undefined : parseVia(top);
  if (via === undefined) return request;
  const asksRport = via.params.has('rport');
  if (!asksRport && via.host === source.host && !via.params.has('received')) return request;
  let params = withParam(via.params, 'received', source.host);
  if (asksRport) params = withParam(params, 'rport', String(source.port));
  return withHeader(request, 'Via', [formatVia({ ...via, params }), ...rest]);
}

/**
 * Where to open a connection for a response whose topmost Via is `via` when the one its request came by is closed
 * (RFC 3261 §18.2.2). `maddr` is not honoured: it would let a stranger point our answers at anyone.
 */
export const responseAddress = (via: Via, source: SocketAddress): SocketAddress => ({
  host: source.host,
  port: via.port ?? 5060,
});
