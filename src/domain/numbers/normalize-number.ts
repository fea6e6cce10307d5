import type { NumberFormat } from '../plan/trunk.ts';
import type { E164 } from './e164.ts';
import { isNanp } from './nanp.ts';
import { parseE164 } from './parse-e164.ts';

/** How to read digits without a plus sign; absent takes the likeliest reading in North America. */
export interface NormalizeOptions {
  readonly format?: NumberFormat;
}

/** RFC 3966 section 3 visual separators, and white space. */
const SEPARATORS = /[-.()\s]/g;

const PHONE_CONTEXT = /;phone-context=([^;?>]*)/i;

/**
 * Reads a number as carriers write it: `+1…`, `1…`, ten digits, `00…`, `011…`, with punctuation, as a `tel:` or `sip:`
 * URI, or as a SIP user part with its parameters. Ten NANP digits get their `+1`.
 *
 * Bare digits that are not NANP are E.164 without the plus, of which eleven digits is the least we believe. With
 * `format: 'e164-without-plus'` bare digits always begin with a country code; with `'national'` they never do.
 *
 * Undefined when it is no dialable number, and for a local number of another country (`phone-context=+44`): RFC 3966
 * section 5.1.5 says the context may not simply be put before it.
 */
export function normalizeNumber(raw: string, options: NormalizeOptions = {}): E164 | undefined {
  const address = addressOf(raw);
  const text = userPart(address).replace(SEPARATORS, '');
  if (text.startsWith('+')) return parseE164(text);
  if (!/^\d+$/.test(text)) return undefined;
  const context = PHONE_CONTEXT.exec(address)?.[1]?.replace(SEPARATORS, '');
  if (context?.startsWith('+') && !context.startsWith('+1')) return undefined;
  return fromBareDigits(text, options.format);
}

function fromBareDigits(digits: string, format: NumberFormat | undefined): E164 | undefined {
  if (digits.startsWith('011')) return parseE164(`+${digits.slice(3)}`);
  if (digits.startsWith('00')) return parseE164(`+${digits.slice(2)}`);
  if (format === 'e164-without-plus') return parseE164(`+${digits}`);
  if (isNanp(`+1${digits}`)) return parseE164(`+1${digits}`);
  if (digits.length < 11) return undefined;
  if (format === 'national' && !digits.startsWith('1')) return undefined;
  return parseE164(`+${digits}`);
}

/** What stands between the brackets of a name-addr (RFC 3261 section 20.10); brackets in a quoted name are not those. */
function addressOf(raw: string): string {
  const unnamed = raw.replace(/^\s*"(?:[^"\\]|\\.)*"/, '');
  return /<([^>]*)>/.exec(unnamed)?.[1] ?? unnamed;
}

/** What stands for the number in a URI or bare user part: no scheme, host, parameters or escapes. */
function userPart(address: string): string {
  const withoutScheme = address.trim().replace(/^(?:sips?|tel):/i, '');
  const user = /^[^@;?]*/.exec(withoutScheme)?.[0] ?? '';
  return user.replace(/%([2-7][0-9a-f])/gi, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
}
