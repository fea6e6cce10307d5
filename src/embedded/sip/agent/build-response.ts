import { getHeader, getHeaders } from '../message/header-fields.ts';
import { parseNameAddr } from '../message/name-addr.ts';
import type { HeaderField, SipRequest, SipResponse } from '../message/sip-message.ts';

/** What a response has besides what it takes from its request. */
export interface ResponseParts {
  readonly status: number;
  readonly reason: string;
  /** Our tag, for a To that has none; left out of a 100 (RFC 3261 §8.2.6.2). */
  readonly toTag?: string;
  readonly headers?: readonly HeaderField[];
  readonly body?: Buffer;
}

/**
 * The response to a request (RFC 3261 §8.2.6): Via, From, To, Call-ID and CSeq are the request's; Record-Route too where
 * the response makes a dialog (§12.1.1), and Timestamp where it is a 100 (§8.2.6.1).
 */
export function buildResponse(request: SipRequest, parts: ResponseParts): SipResponse {
  const { status, reason, toTag, headers = [], body = Buffer.alloc(0) } = parts;
  // A request that is refused for want of a To gets none back either: a tag of nobody would be no header at all.
  const to = getHeader(request, 'To') ?? '';
  const needsTag = status > 100 && toTag !== undefined && parseNameAddr(to)?.params.has('tag') !== true;
  return {
    kind: 'response',
    status,
    reason,
    headers: [
      ...copied(request, 'Via'),
      ...(status > 100 && status < 300 ? copied(request, 'Record-Route') : []),
      ...copied(request, 'From'),
      ...(to === '' ? [] : [{ name: 'To', value: needsTag ? `${to};tag=${toTag}` : to }]),
      ...copied(request, 'Call-ID'),
      ...copied(request, 'CSeq'),
      ...(status === 100 ? copied(request, 'Timestamp') : []),
      ...headers,
    ],
    body,
  };
}

const copied = (request: SipRequest, name: string): HeaderField[] =>
  getHeaders(request, name).map((value) => ({ name, value }));

/** The usual words for the statuses the engine gives by itself. */
export const REASONS = {
  100: 'Trying',
  200: 'OK',
  400: 'Bad Request',
  408: 'Request Timeout',
  422: 'Session Interval Too Small',
  481: 'Call/Transaction Does Not Exist',
  482: 'Loop Detected',
  487: 'Request Terminated',
  491: 'Request Pending',
  500: 'Server Internal Error',
  501: 'Not Implemented',
  503: 'Service Unavailable',
  504: 'Server Time-out',
} as const;
