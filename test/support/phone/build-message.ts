import { headerValue, headerValues, reasonFor, requiredHeader } from './sip-wire.ts';
import type { HeaderLine, SipRequest, SipResponse } from './sip-wire.ts';
import { writeHostPort, type HostPort } from './addresses.ts';

/** Headers a test adds; one that a phone sets too replaces it, and null leaves it out. */
export type ExtraHeaders = Readonly<Record<string, string | readonly string[] | null>>;

/** What a test can add to any message. */
export interface MessageExtras {
  readonly headers?: ExtraHeaders;
  readonly body?: { readonly type: string; readonly text: string };
}

/** A body of SDP, or none. */
export function sdpBody(sdp: string | null): Pick<MessageExtras, 'body'> {
  return sdp === null ? {} : { body: { type: 'application/sdp', text: sdp } };
}

/** RFC 3261 §8.1.1.7: the cookie that says a branch is unique. */
export function newBranch(): string {
  return `z9hG4bK${crypto.randomUUID().replaceAll('-', '')}`;
}

export function newTag(): string {
  return crypto.randomUUID().slice(0, 8);
}

export interface RequestParts extends MessageExtras {
  readonly method: string;
  readonly uri: string;
  readonly sentBy: HostPort;
  readonly transport: 'udp' | 'tcp';
  readonly branch: string;
  readonly routes: readonly string[];
  readonly from: string;
  readonly to: string;
  readonly callId: string;
  readonly cseq: number;
  /** Null for requests that carry none (ACK, CANCEL, BYE). */
  readonly contact: string | null;
}

/** Builds a request with the headers that RFC 3261 §8.1.1 asks for. */
export function buildRequest(parts: RequestParts): SipRequest {
  const { method, uri, sentBy, transport, branch, routes, from, to, callId, cseq, contact } = parts;
  const base: HeaderLine[] = [
    ['Via', `SIP/2.0/${transport.toUpperCase()} ${writeHostPort(sentBy)};branch=${branch};rport`],
    ['Max-Forwards', '70'],
    ...routes.map((route): HeaderLine => ['Route', route]),
    ['From', from],
    ['To', to],
    ['Call-ID', callId],
    ['CSeq', `${cseq} ${method}`],
    ...(contact === null ? [] : [['Contact', contact] as const]),
  ];
  return { kind: 'request', method, uri, ...finish(base, parts) };
}

/** Builds the CANCEL or the ACK of a failed INVITE: same branch, same route (RFC 3261 §9.1 and §17.1.1.3). */
export function buildHopRequest(
  method: 'CANCEL' | 'ACK',
  invite: SipRequest,
  extras: MessageExtras & { to: string },
): SipRequest {
  const copied = ['Via', 'Max-Forwards', 'Route', 'From', 'Call-ID'].flatMap((name) => {
    const values = headerValues(invite, name);
    return (name === 'Via' ? values.slice(0, 1) : values).map((value): HeaderLine => [name, value]);
  });
  const cseq = requiredHeader(invite, 'CSeq').split(' ')[0];
  const base: HeaderLine[] = [...copied, ['To', extras.to], ['CSeq', `${cseq} ${method}`]];
  return { kind: 'request', method, uri: invite.uri, ...finish(base, extras) };
}

export interface ResponseParts extends MessageExtras {
  readonly status: number;
  readonly reason?: string;
  /** Tag of our side of the dialog; none on a 100. */
  readonly toTag?: string;
  readonly contact?: string;
  /** The address the request really came from, noted in its Via (RFC 3581). */
  readonly source: HostPort;
}

/** Builds the response to a request: what RFC 3261 §8.2.6 copies, and what is ours. */
export function buildResponse(request: SipRequest, parts: ResponseParts): SipResponse {
  const { status, reason = reasonFor(status), toTag, contact, source } = parts;
  const [via = '', ...vias] = headerValues(request, 'Via');
  const to = requiredHeader(request, 'To');
  const base: HeaderLine[] = [
    ['Via', noteSource(via, source)],
    ...vias.map((value): HeaderLine => ['Via', value]),
    ...headerValues(request, 'Record-Route').map((value): HeaderLine => ['Record-Route', value]),
    ['From', requiredHeader(request, 'From')],
    ['To', toTag === undefined || /;\s*tag=/i.test(to) ? to : `${to};tag=${toTag}`],
    ['Call-ID', requiredHeader(request, 'Call-ID')],
    ['CSeq', requiredHeader(request, 'CSeq')],
    ...(contact === undefined ? [] : [['Contact', contact] as const]),
  ];
  return { kind: 'response', status, reason, ...finish(base, parts) };
}

function noteSource(via: string, source: HostPort): string {
  return via.replace(/;rport(?=;|$)/, `;received=${source.host};rport=${source.port}`);
}

function finish(
  base: readonly HeaderLine[],
  { headers = {}, body }: MessageExtras,
): { headers: HeaderLine[]; body: string } {
  const replaced = new Set(Object.keys(headers).map((name) => name.toLowerCase()));
  const lines = base.filter(([name]) => !replaced.has(name.toLowerCase()));
  for (const [name, value] of Object.entries(headers)) {
    for (const one of value === null ? [] : [value].flat()) lines.push([name, one]);
  }
  if (body && !replaced.has('content-type')) lines.push(['Content-Type', body.type]);
  return { headers: lines, body: body?.text ?? '' };
}

/** The SDP a message carries, or null. */
export function sdpOf(message: SipRequest | SipResponse): string | null {
  const isSdp = headerValue(message, 'Content-Type')?.toLowerCase().startsWith('application/sdp');
  return isSdp && message.body !== '' ? message.body : null;
}
