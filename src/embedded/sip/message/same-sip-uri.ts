import type { SipUri } from './sip-uri.ts';

/** Parameters that never match when only one of the two URIs has them, default value or not (RFC 3261 §19.1.4). */
const TELLING_PARAMS = ['transport', 'user', 'ttl', 'method', 'maddr'] as const;

/**
 * Whether two URIs are equal as RFC 3261 §19.1.4 has it: user and password to the letter, the rest without case, an
 * omitted port unlike `5060`, and parameters that only one of them has ignored but for a telling few. Equality is not
 * transitive: `sip:a@b;x=1` and `sip:a@b;x=2` both equal `sip:a@b`.
 */
export function sameSipUri(a: SipUri, b: SipUri): boolean {
  return (
    a.scheme === b.scheme &&
    a.user === b.user &&
    a.password === b.password &&
    a.host.toLowerCase() === b.host.toLowerCase() &&
    a.port === b.port &&
    sameParams(a.params, b.params) &&
    sameHeaders(a.headers, b.headers)
  );
}

function sameParams(a: SipUri['params'], b: SipUri['params']): boolean {
  if (TELLING_PARAMS.some((name) => a.has(name) !== b.has(name))) return false;
  for (const [name, value] of a) {
    if (b.has(name) && value?.toLowerCase() !== b.get(name)?.toLowerCase()) return false;
  }
  return true;
}

/** Every header of one must be in the other; names without case, order of no matter. */
function sameHeaders(a: SipUri['headers'], b: SipUri['headers']): boolean {
  if (a.size !== b.size) return false;
  const others = new Map(Array.from(b, ([name, value]) => [name.toLowerCase(), value]));
  for (const [name, value] of a) if (others.get(name.toLowerCase()) !== value) return false;
  return true;
}
