/**
 * `"Display" <uri>;params`, the form of From, To, Contact, Route, Record-Route and their kin (RFC 3261 §20.10, §25.1).
 */
import { endOfQuoted, isLws, trimLws } from './grammar.ts';
import { formatParams, readParams, type HeaderParams } from './header-params.ts';
import { uriScheme } from './sip-uri.ts';

/** One address with the parameters of its header. */
export interface NameAddr {
  /** Without quotes and escapes; undefined when there is none. */
  readonly displayName?: string | undefined;
  /** The URI as text, of any scheme; `parseSipUri` reads it further. */
  readonly uri: string;
  /** Header parameters (`tag`, `q`, `expires` …), not those of the URI. */
  readonly params: HeaderParams;
}

/** RFC 3261 wants unquoted names to be tokens; letters beyond ASCII can mean nothing else and are let through. */
const UNQUOTED_NAME = /^[A-Za-z0-9\-.!%*_+`'~ \t\u0080-\uffff]*$/;

/**
 * Reads one name-addr or addr-spec with its header parameters; undefined for what breaks the grammar: unbalanced
 * quotes or brackets, white space in the URI, a name that needed quotes, empty or repeated parameters, or a bare URI
 * with a `?` (RFC 3261 §20: such a URI must stand in `<…>`).
 */
export function parseNameAddr(value: string): NameAddr | undefined {
  const start = skipLws(value, 0);
  const afterQuoted = value[start] === '"' ? endOfQuoted(value, start) : start;
  if (afterQuoted < 0) return undefined;
  const open = value.indexOf('<', afterQuoted);
  const semicolon = value.indexOf(';', afterQuoted);
  const isBracketed = open >= 0 && (semicolon < 0 || open < semicolon);
  if (!isBracketed) return readAddrSpec(value, semicolon);

  const displayName = readDisplayName(value, start, afterQuoted, open);
  const close = value.indexOf('>', open);
  if (displayName === undefined || close < 0) return undefined;
  const address = readAddress(value.slice(open + 1, close), value, skipLws(value, close + 1));
  return address === undefined || displayName === '' ? address : { displayName, ...address };
}

/** The address as text: the URI always in `<…>`, the display name always quoted and escaped. */
export function formatNameAddr({ displayName, uri, params }: NameAddr): string {
  const name = displayName === undefined ? '' : `"${displayName.replace(/["\\]/g, String.raw`\$&`)}" `;
  return `${name}<${uri}>${formatParams(params)}`;
}

/** `addr-spec *(;param)`: what follows the first `;` belongs to the header (RFC 3261 §20.10). */
function readAddrSpec(value: string, semicolon: number): NameAddr | undefined {
  const end = semicolon < 0 ? value.length : semicolon;
  const uri = trimLws(value, 0, end);
  return /[,?]/.test(uri) ? undefined : readAddress(uri, value, end);
}

/** Joins a URI with the parameters that begin at `paramsAt`, where nothing or a `;` may stand. */
function readAddress(uri: string, value: string, paramsAt: number): NameAddr | undefined {
  if (uriScheme(uri) === undefined || /[\s<>"\\]/.test(uri)) return undefined;
  if (paramsAt < value.length && value[paramsAt] !== ';') return undefined;
  const { params, wellFormed } = readParams(value, paramsAt);
  return wellFormed ? { uri, params } : undefined;
}

function readDisplayName(value: string, start: number, afterQuoted: number, open: number): string | undefined {
  if (afterQuoted === start) {
    const name = trimLws(value, start, open);
    return UNQUOTED_NAME.test(name) ? name : undefined;
  }
  if (trimLws(value, afterQuoted, open) !== '') return undefined;
  return value.slice(start + 1, afterQuoted - 1).replace(/\\([\s\S])/g, '$1');
}

function skipLws(text: string, from: number): number {
  let at = from;
  while (at < text.length && isLws(text.charCodeAt(at))) at++;
  return at;
}
