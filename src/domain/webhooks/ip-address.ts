/** Each 16 bits of an IPv6 address, or the two of an IPv4 one, most significant first. */
export type AddressWords = readonly number[];

const WORD_BITS = 16;

/** Reads a dotted quad, four decimal numbers and nothing else; undefined for any other text. */
export function parseIpv4(text: string): AddressWords | undefined {
  const match = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})$/.exec(text);
  const octets = match?.slice(1).map(Number);
  if (octets === undefined || octets.some((octet) => octet > 255)) return undefined;
  const [a = 0, b = 0, c = 0, d = 0] = octets;
  return [a * 256 + b, c * 256 + d];
}

/** Reads an IPv6 address without a zone, in any form of RFC 4291 section 2.2; undefined for any other text. */
export function parseIpv6(text: string): AddressWords | undefined {
  const halves = text.split('::');
  if (halves.length > 2) return undefined;
  const [head, tail] = halves.map((half, index) => parseWords(half, index === halves.length - 1));
  if (head === undefined) return undefined;
  if (halves.length === 1) return head.length === 8 ? head : undefined;
  if (tail === undefined || head.length + tail.length > 7) return undefined;
  return [...head, ...Array<number>(8 - head.length - tail.length).fill(0), ...tail];
}

/** Words between colons; the last may be an IPv4 address where it ends the whole. */
function parseWords(text: string, endsAddress: boolean): AddressWords | undefined {
  if (text === '') return [];
  const words: number[] = [];
  const parts = text.split(':');
  for (const [index, part] of parts.entries()) {
    const quad = endsAddress && index === parts.length - 1 ? parseIpv4(part) : undefined;
    if (quad !== undefined) words.push(...quad);
    else if (/^[0-9a-f]{1,4}$/i.test(part)) words.push(Number.parseInt(part, 16));
    else return undefined;
  }
  return words;
}

/** Whether the first so many bits of both are the same. */
export function sharePrefix(one: AddressWords, other: AddressWords, bits: number): boolean {
  for (let index = 0, left = bits; left > 0; index += 1, left -= WORD_BITS) {
    const shift = Math.max(0, WORD_BITS - left);
    if ((one[index] ?? 0) >> shift !== (other[index] ?? 0) >> shift) return false;
  }
  return true;
}

/** Two words as the IPv4 address they are. */
export function formatIpv4([high = 0, low = 0]: AddressWords): string {
  return [high >> 8, high & 255, low >> 8, low & 255].join('.');
}
