/** The Contact header (RFC 3261 §20.10), whose value may also be `*` in a REGISTER (§10.2.2). */
import { getHeaders, listValues } from './header-fields.ts';
import { parseNameAddr, type NameAddr } from './name-addr.ts';
import type { SipMessage } from './sip-message.ts';

/** Every contact of a message in order, `*` alone, or undefined when one of them breaks the grammar. */
export function parseContacts(message: SipMessage): readonly NameAddr[] | '*' | undefined {
  const fields = getHeaders(message, 'Contact');
  if (fields.length === 1 && fields[0] === '*') return '*';
  const contacts: NameAddr[] = [];
  for (const element of listValues(message, 'Contact')) {
    const contact = parseNameAddr(element);
    if (contact === undefined) return undefined;
    contacts.push(contact);
  }
  return contacts;
}
