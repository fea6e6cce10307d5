/** One header line, name as written. */
export type HeaderLine = readonly [name: string, value: string];

interface MessageParts {
  readonly headers: readonly HeaderLine[];
  readonly body: string;
}

export interface SipRequest extends MessageParts {
  readonly kind: 'request';
  readonly method: string;
  readonly uri: string;
}

export interface SipResponse extends MessageParts {
  readonly kind: 'response';
  readonly status: number;
  readonly reason: string;
}

export type SipMessage = SipRequest | SipResponse;

/** Single-letter header names (RFC 3261 §7.3.3 and the registry of later ones). */
const COMPACT: Readonly<Record<string, string>> = {
  a: 'accept-contact',
  b: 'referred-by',
  c: 'content-type',
  e: 'content-encoding',
  f: 'from',
  i: 'call-id',
  k: 'supported',
  l: 'content-length',
  m: 'contact',
  o: 'event',
  r: 'refer-to',
  s: 'subject',
  t: 'to',
  u: 'allow-events',
  v: 'via',
  x: 'session-expires',
  y: 'identity',
};

/** Reason phrases for the statuses that phones send. */
const REASONS: Readonly<Record<number, string>> = {
  100: 'Trying',
  180: 'Ringing',
  183: 'Session Progress',
  200: 'OK',
  302: 'Moved Temporarily',
  401: 'Unauthorized',
  404: 'Not Found',
  405: 'Method Not Allowed',
  407: 'Proxy Authentication Required',
  480: 'Temporarily Unavailable',
  481: 'Call/Transaction Does Not Exist',
  486: 'Busy Here',
  487: 'Request Terminated',
  488: 'Not Acceptable Here',
  491: 'Request Pending',
  500: 'Server Internal Error',
  503: 'Service Unavailable',
  600: 'Busy Everywhere',
  603: 'Decline',
};

/** The phrase that goes with a status. */
export function reasonFor(status: number): string {
  return REASONS[status] ?? 'Whatever';
}

/** Headers whose values may be several, separated by commas, and that phones read one by one. */
const LISTS = new Set(['via', 'route', 'record-route', 'contact']);

function canonical(name: string): string {
  const lower = name.toLowerCase();
  return COMPACT[lower] ?? lower;
}

/** Every value of a header, in order, comma lists taken apart where the header is one that phones read as a list. */
export function headerValues(message: SipMessage, name: string): string[] {
  const wanted = canonical(name);
  const values = message.headers.filter(([n]) => canonical(n) === wanted).map(([, value]) => value);
  return LISTS.has(wanted) ? values.flatMap(splitList) : values;
}

/** The first value of a header. */
export function headerValue(message: SipMessage, name: string): string | undefined {
  return headerValues(message, name)[0];
}

/** The first value of a header that every message must have; an error that names it where it is missing. */
export function requiredHeader(message: SipMessage, name: string): string {
  const value = headerValue(message, name);
  if (value === undefined) throw new Error(`the message has no ${name}: ${firstLine(message)}`);
  return value;
}

/** Splits at commas outside quotes and angle brackets. */
function splitList(value: string): string[] {
  return value.match(/(?:"(?:[^"\\]|\\.)*"|<[^>]*>|[^,"<])+/g)?.map((part) => part.trim()) ?? [];
}

/** CSeq in two parts. */
export function cseqOf(message: SipMessage): { readonly number: number; readonly method: string } {
  const [number = '', method = ''] = requiredHeader(message, 'CSeq').split(/\s+/);
  return { number: Number(number), method };
}

/** `INVITE sip:… SIP/2.0` or `SIP/2.0 200 OK`. */
export function firstLine(message: SipMessage): string {
  return message.kind === 'request'
    ? `${message.method} ${message.uri} SIP/2.0`
    : `SIP/2.0 ${message.status} ${message.reason}`;
}

/** Writes a message as it goes on the wire, with the Content-Length that is true unless one is given. */
export function writeMessage(message: SipMessage): Buffer {
  const lines = message.headers.map(([name, value]) => `${name}: ${value}\r\n`);
  if (headerValue(message, 'Content-Length') === undefined) {
    lines.push(`Content-Length: ${Buffer.byteLength(message.body)}\r\n`);
  }
  return Buffer.from(`${firstLine(message)}\r\n${lines.join('')}\r\n${message.body}`);
}

/**
 * Reads a message from a datagram or from one framed piece of a stream.
 *
 * @throws Error naming the line that is no SIP
 */
export function readMessage(bytes: Buffer): SipMessage {
  const text = bytes.toString();
  const headEnd = text.indexOf('\r\n\r\n');
  const head = (headEnd === -1 ? text : text.slice(0, headEnd)).replace(/\r\n[ \t]+/g, ' ');
  const [start = '', ...lines] = head.split('\r\n');
  const headers = lines.filter((line) => line !== '').map(readHeader);
  const rest = { headers, body: headEnd === -1 ? '' : text.slice(headEnd + 4) };

  const status = /^SIP\/2\.0 (\d{3})(?: (.*))?$/.exec(start);
  if (status) return { kind: 'response', status: Number(status[1]), reason: status[2] ?? '', ...rest };
  const request = /^([A-Z]+) (\S+) SIP\/2\.0$/.exec(start);
  if (request) return { kind: 'request', method: request[1] ?? '', uri: request[2] ?? '', ...rest };
  throw new Error(`neither a request nor a response: ${JSON.stringify(start)}`);
}

function readHeader(line: string): HeaderLine {
  const colon = line.indexOf(':');
  if (colon < 1) throw new Error(`no header line: ${JSON.stringify(line)}`);
  return [line.slice(0, colon).trim(), line.slice(colon + 1).trim()];
}
