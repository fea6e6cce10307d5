import { reasonFor } from './reason-header.ts';

/** Longest header value we carry on; what is longer was never meant for a phone. */
const LONGEST_VALUE = 4_096;

/** The header names that may leave us. A name that isn't here can't be sent, whatever asked for it. */
const NAMES = {
  from: 'From',
  maxForwards: 'Max-Forwards',
  reason: 'Reason',
  retryAfter: 'Retry-After',
  allow: 'Allow',
  accept: 'Accept',
  unsupported: 'Unsupported',
  contentType: 'Content-Type',
  contact: 'Contact',
  callId: 'X-Tollgate-Call-Id',
  diversion: 'Diversion',
  historyInfo: 'History-Info',
  identity: 'Identity',
  assertedIdentity: 'P-Asserted-Identity',
  privacy: 'Privacy',
  authorization: 'Authorization',
  proxyAuthorization: 'Proxy-Authorization',
  sipCallId: 'Call-ID',
  cseq: 'CSeq',
  supported: 'Supported',
  require: 'Require',
  sessionExpires: 'Session-Expires',
  minSe: 'Min-SE',
  warning: 'Warning',
  infoPackage: 'Info-Package',
} as const;

export type OutgoingName = keyof typeof NAMES;

/**
 * The one place that makes headers to send. A value with CR, LF or NUL would start a header of its own on the wire, so
 * it is left out whole rather than mended: half of what someone tried to smuggle is no better than all of it.
 */
export function outgoingHeaders(
  values: Partial<Record<OutgoingName, string | number | null | undefined>>,
): Record<string, string> {
  const headers: Record<string, string> = {};
  for (const [key, value] of Object.entries(values) as [OutgoingName, string | number | null | undefined][]) {
    if (value === null || value === undefined) continue;
    const text = String(value);
    if (isSafeValue(text)) headers[NAMES[key]] = text;
  }
  return headers;
}

/**
 * WWW-Authenticate headers, each a line of its own, for they may not be joined with commas (RFC 3261 §7.3.1). The library
 * takes one value for a name, so the lines after the first go as part of it.
 */
export function challengeHeaders(values: readonly string[]): Record<string, string> {
  const safe = values.filter(isSafeValue);
  return safe.length === 0 ? {} : { 'WWW-Authenticate': safe.join('\r\nWWW-Authenticate: ') };
}

/** A Reason header for a cause, or nothing where the cause has no such form. */
export function reasonHeaders(cause: string | null): Record<string, string> {
  return outgoingHeaders({ reason: reasonFor(cause) });
}

/** The headers a trusted trunk's call carries on, those of them we know. */
export function passedOn(headers: Readonly<Record<string, string>>): Partial<Record<OutgoingName, string>> {
  const known: Partial<Record<OutgoingName, string>> = {};
  for (const name of ['diversion', 'historyInfo', 'identity'] as const) {
    const value = headers[NAMES[name]];
    if (value !== undefined) known[name] = value;
  }
  return known;
}

/** A P-Asserted-Identity value (RFC 3325 §9.1), with the verdict on the number where there is one (ATIS-1000074 §5.3.1). */
export function formatAsserted(user: string, displayName: string | null, attestation: 'A' | 'B' | 'C' | null): string {
  const verstat = attestation === null ? '' : `;verstat=TN-Validation-Passed-${attestation}`;
  return formatCaller(user, displayName).replace('@localhost>', `${verstat}@localhost>`);
}

/**
 * `"Name" <sip:user@host>` (RFC 3261 §25.1). The user part keeps only what a telephone number is made of; the display
 * name is quoted with its quotes and backslashes escaped.
 */
export function formatCaller(user: string, displayName: string | null): string {
  if (user === 'anonymous') return '"Anonymous" <sip:anonymous@anonymous.invalid>';
  const number = user.replace(/[^0-9A-Za-z+*#._-]/g, '');
  // The server puts its own address where `localhost` stands.
  const uri = `<sip:${number}@localhost>`;
  const name = displayName?.replace(/\p{Cc}/gu, ' ').trim();
  return name ? `"${name.slice(0, 80).replace(/["\\]/g, '\\$&')}" ${uri}` : uri;
}

function isSafeValue(text: string): boolean {
  return text.length <= LONGEST_VALUE && !/[\r\n\0]/.test(text);
}
