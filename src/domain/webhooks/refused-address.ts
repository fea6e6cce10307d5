import { formatIpv4, parseIpv4, parseIpv6, sharePrefix, type AddressWords } from './ip-address.ts';

/** Why an address is none to post to. */
export type AddressRefusal =
  | 'unspecified'
  | 'loopback'
  | 'private'
  | 'shared'
  | 'link-local'
  | 'multicast'
  | 'documentation'
  | 'reserved'
  | 'no-address';

/** IPv4 that leads into our own network, or nowhere (IANA special-purpose registry, RFC 6890). */
const REFUSED_IPV4: readonly (readonly [block: string, why: AddressRefusal])[] = [
  ['0.0.0.0/8', 'unspecified'],
  ['10.0.0.0/8', 'private'],
  ['100.64.0.0/10', 'shared'],
  ['127.0.0.0/8', 'loopback'],
  ['169.254.0.0/16', 'link-local'],
  ['172.16.0.0/12', 'private'],
  ['192.0.0.0/24', 'reserved'],
  ['192.0.2.0/24', 'documentation'],
  ['192.88.99.0/24', 'reserved'],
  ['192.168.0.0/16', 'private'],
  ['198.18.0.0/15', 'reserved'],
  ['198.51.100.0/24', 'documentation'],
  ['203.0.113.0/24', 'documentation'],
  ['224.0.0.0/4', 'multicast'],
  ['240.0.0.0/4', 'reserved'],
];

/** IPv6 likewise, and Teredo (RFC 4380), whose addresses hide an IPv4 one behind a relay. */
const REFUSED_IPV6: readonly (readonly [block: string, why: AddressRefusal])[] = [
  ['::/128', 'unspecified'],
  ['::1/128', 'loopback'],
  ['fc00::/7', 'private'],
  ['fe80::/10', 'link-local'],
  ['fec0::/10', 'private'],
  ['ff00::/8', 'multicast'],
  ['64:ff9b:1::/48', 'private'],
  ['2001::/23', 'reserved'],
  ['2001:db8::/32', 'documentation'],
  ['3fff::/20', 'documentation'],
];

/**
 * IPv6 addresses that are an IPv4 one in another coat, and the word it begins at: mapped (RFC 4291 section 2.5.5.2),
 * compatible, translated (RFC 2765), NAT64 (RFC 6052), 6to4 (RFC 3056). They go where that one goes.
 */
const CARRIERS: readonly (readonly [block: string, firstWord: number])[] = [
  ['::ffff:0:0/96', 6],
  ['::ffff:0:0:0/96', 6],
  ['::/96', 6],
  ['64:ff9b::/96', 6],
  ['2002::/16', 1],
];

/** What else there is of IPv6 on the Internet; all outside is set aside for something else (RFC 4291 section 2.4). */
const GLOBAL_UNICAST = readBlock('2000::/3');

interface Block {
  readonly words: AddressWords;
  readonly bits: number;
}

const ipv4Blocks = REFUSED_IPV4.map(([text, why]) => ({ block: readBlock(text), why }));
const ipv6Blocks = REFUSED_IPV6.map(([text, why]) => ({ block: readBlock(text), why }));
const carriers = CARRIERS.map(([text, firstWord]) => ({ block: readBlock(text), firstWord }));

/**
 * Says why nothing may be posted to this address, IPv4 or IPv6: it is of our own network, of nobody's, or of many. Null
 * for one of the public Internet. A text that is no address is refused, too, and so is one with a zone.
 */
export function refusalOf(address: string): AddressRefusal | null {
  const ipv4 = parseIpv4(address);
  if (ipv4 !== undefined) return ipv4Blocks.find(({ block }) => isIn(ipv4, block))?.why ?? null;
  const ipv6 = parseIpv6(address);
  if (ipv6 === undefined) return 'no-address';
  const refused = ipv6Blocks.find(({ block }) => isIn(ipv6, block));
  if (refused !== undefined) return refused.why;
  const carrier = carriers.find(({ block }) => isIn(ipv6, block));
  if (carrier !== undefined) return refusalOf(formatIpv4(ipv6.slice(carrier.firstWord, carrier.firstWord + 2)));
  return isIn(ipv6, GLOBAL_UNICAST) ? null : 'reserved';
}

function readBlock(text: string): Block {
  const [address = '', bits] = text.split('/');
  return { words: parseIpv4(address) ?? parseIpv6(address) ?? [], bits: Number(bits) };
}

function isIn(address: AddressWords, { words, bits }: Block): boolean {
  return sharePrefix(address, words, bits);
}
