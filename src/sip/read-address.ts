/** A name-addr or addr-spec (RFC 3261 §20.10, §25.1). */
export interface SipAddress {
  readonly displayName: string | null;
  readonly uri: string;
}

/**
 * Parses the first address of From, To, Contact or P-Asserted-Identity. A quoted display name is skipped as a whole, so
 * that nothing inside it can pass for the address. Returns undefined where there is no address.
 */
export function parseAddress(value: string): SipAddress | undefined {
  const text = value.trim();
  if (text.startsWith('"')) {
    const quoted = /^"((?:[^"\\]|\\.)*)"\s*<([^<>]*)>/s.exec(text);
    if (!quoted) return undefined;
    return { displayName: quoted[1]?.replace(/\\(.)/gs, '$1') || null, uri: quoted[2] ?? '' };
  }
  const bracket = text.indexOf('<');
  if (bracket >= 0) {
    const end = text.indexOf('>', bracket);
    if (end < 0) return undefined;
    return { displayName: text.slice(0, bracket).trim() || null, uri: text.slice(bracket + 1, end) };
  }
  // Without brackets, parameters belong to the header and not to the URI (RFC 3261 §20.10).
  const uri = text.split(/[;,]/, 1)[0]?.trim() ?? '';
  return uri ? { displayName: null, uri } : undefined;
}

/** User part of a SIP or tel URI, with its escapes decoded and its parameters cut off; empty where there is none. */
export function userOf(uri: string): string {
  const tel = /^tel:([^;?]*)/i.exec(uri);
  if (tel) return tel[1] ?? '';
  const sip = /^sips?:([^@]*)@/i.exec(uri);
  const user = (sip?.[1] ?? '').split(/[:;]/, 1)[0] ?? '';
  try {
    return decodeURIComponent(user);
  } catch {
    // A broken escape is no number of ours and no one's ANI; as it stands, it matches nothing.
    return user;
  }
}
