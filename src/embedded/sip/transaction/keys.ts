import { formatHostPort } from '../message/sip-uri.ts';
import type { SipRequest } from '../message/sip-message.ts';
import type { Essentials } from './essentials.ts';

/** RFC 3261 §8.1.1.7: a branch that begins so is unique to its transaction. */
export const MAGIC_COOKIE = 'z9hG4bK';

/**
 * The server transaction a request belongs to (RFC 3261 §17.2.3). An ACK gives its INVITE's key; so does a CANCEL when
 * asked with `method: 'INVITE'`. Call-ID and CSeq number, which all of these share, stand in it too: they tell apart
 * what senders with a poor source of chance, or none, have given the same branch. Requests of RFC 2543 clients, without the magic cookie, are told apart by their
 * Request-URI, tags, Call-ID, CSeq and topmost Via; their ACK carries the tag of our answer, so To is left out there.
 */
export function serverKey(request: SipRequest, essentials: Essentials, method = request.method): string {
  const { via, callId, fromTag, cseq } = essentials;
  const transactionMethod = method === 'ACK' ? 'INVITE' : method;
  const branch = via.params.get('branch');
  const sentBy = formatHostPort(via);
  if (branch?.startsWith(MAGIC_COOKIE) === true)
    return join(branch, sentBy, callId, String(cseq.seq), transactionMethod);
  return join('2543', request.uri, fromTag, callId, String(cseq.seq), sentBy, branch ?? '', transactionMethod);
}

/** The client transaction a response belongs to (RFC 3261 §17.1.3). */
export function clientKey({ via, cseq }: Essentials): string {
  return join(via.params.get('branch') ?? '', cseq.method);
}

/**
 * What a request that came by two ways has in common (RFC 3261 §8.2.2.2); undefined within a dialog, where the rule
 * does not apply.
 */
export function mergeKey({ callId, fromTag, toTag, cseq }: Essentials): string | undefined {
  return toTag === '' ? join(callId, fromTag, String(cseq.seq), cseq.method) : undefined;
}

/** NUL stands in no header value, so it can't be forged into another key. */
const join = (...parts: string[]): string => parts.join('\0');
