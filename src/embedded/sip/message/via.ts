/** The Via header (RFC 3261 §20.42, §18.2; `rport` RFC 3581). */
import { isToken, trimLws } from './grammar.ts';
import { formatParams, readParams, type HeaderParams } from './header-params.ts';
import { formatHostPort, parseHostPort, type HostPort } from './sip-uri.ts';

/** One hop of the way back. */
export interface Via {
  /** `SIP`, upper case. */
  readonly protocol: string;
  /** `2.0`. */
  readonly version: string;
  /** Upper case: `UDP`, `TCP`, `TLS`, or whatever else stood there. */
  readonly transport: string;
  /** Host of sent-by; an IPv6 address without brackets. */
  readonly host: string;
  /** Port of sent-by, where one was given. */
  readonly port?: number | undefined;
  /** `branch`, `received`, `rport` … by lower-case name; `rport` without a value is present and undefined. */
  readonly params: HeaderParams;
}

/**
 * Reads one Via element; undefined when protocol or sent-by can't be read. Faulty parameters are left out rather than
 * refused, for the Via of a bad request is what its 400 travels back by; `isWellFormedVia` is the strict judge.
 */
export function parseVia(value: string): Via | undefined {
  return readVia(value)?.via;
}

/** Whether `value` is one Via element that obeys the grammar to the last parameter. */
export function isWellFormedVia(value: string): boolean {
  return readVia(value)?.wellFormed ?? false;
}

/** The Via as text, IPv6 hosts in brackets. */
export function formatVia(via: Via): string {
  return `${via.protocol}/${via.version}/${via.transport} ${formatHostPort(via)}${formatParams(via.params)}`;
}

function readVia(value: string): { via: Via; wellFormed: boolean } | undefined {
  const firstSlash = value.indexOf('/');
  const secondSlash = value.indexOf('/', firstSlash + 1);
  if (firstSlash < 0 || secondSlash < 0) return undefined;
  const protocol = trimLws(value, 0, firstSlash).toUpperCase();
  const version = trimLws(value, firstSlash + 1, secondSlash);

  const semicolon = value.indexOf(';', secondSlash);
  const paramsAt = semicolon < 0 ? value.length : semicolon;
  const hop = trimLws(value, secondSlash + 1, paramsAt);
  const gap = /[ \t]+/.exec(hop);
  if (gap === null) return undefined;
  const transport = hop.slice(0, gap.index).toUpperCase();
  const sentBy = parseSentBy(trimLws(hop, gap.index));
  if (sentBy === undefined || !isToken(protocol) || !isToken(version) || !isToken(transport)) return undefined;
  const { params, wellFormed } = readParams(value, paramsAt);
  return { via: { protocol, version, transport, ...sentBy, params }, wellFormed };
}

/** Unlike in a URI, LWS may stand around the colon before the port (RFC 3261 §25.1, COLON). */
function parseSentBy(text: string): HostPort | undefined {
  const colon = text.indexOf(':', text.indexOf(']') + 1);
  return parseHostPort(colon < 0 ? text : `${trimLws(text, 0, colon)}:${trimLws(text, colon + 1)}`);
}
