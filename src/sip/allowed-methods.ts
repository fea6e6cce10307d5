import { outgoingHeaders } from './outgoing-headers.ts';

/** The Allow header: methods that others may use with us (RFC 3261 §20.5). */
export function allowed(): Record<string, string> {
  return outgoingHeaders({ allow: 'INVITE, ACK, CANCEL, BYE, OPTIONS, INFO, UPDATE, PRACK' });
}
