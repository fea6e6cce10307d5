/**
 * `"Display" <uri>;params`, the form of From, To, Contact, Route, Record-Route and their kin (RFC 3261 §20.10, §25.1).
 */
import { endOfQuoted, trimLws } from './grammar.ts';
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
  const start = value.length - trimLws(value, 0).length === 0 ? 0 : value.search(/[^ \t]/);
  const afterName = value[start] === '"' ? endOfQuoted(value, start) : start;
  if (afterName < 0) return undefined;
  const open = value.indexOf('<', afterName);
  const semicolon = value.indexOf(';', afterName);
  const isBare = open < 0 || (semicolon >= 0 && semicolon < open);
  if (isBare) return afterName === start ? parseBare(value, semicolon) : undefined;

  const displayName = readDisplayName(value, start, afterName, open);
  const close = value.indexOf('>', open);
  if (displayName === undefined || close < 0) return undefined;
  const uri = value.slice(open + 1, close);
  const rest = value.length === close + 1 ? value.length : skipLws(value, close + 1);
  if (rest < value.length && value[rest] !== ';') return undefined;
  const { params, wellFormed } = readParams(value, rest);
  if (!wellFormed || uriScheme(uri) === undefined || HAS_GAP.test(uri)) return undefined;
  return displayName === '' ? { uri, params } : { displayName, uri, params };
}

/** The address as text: the URI always in `<…>`, the display name always quoted and escaped. */
export function formatNameAddr({ displayName, uri, params }: NameAddr): string {
  const name = displayName === undefined ? '' : `"${displayName.replace(/["\\]/g, String.raw`\$&`)}" `;
  return `${name}<${uri}>${formatParams(params)}`;
}

const HAS_GAP = /[\s<>"]/;

/** `addr-spec *(;param)`: what follows the first `;` belongs to the header (RFC 3261 §20.10). */
function parseBare(value: string, semicolon: number): NameAddr | undefined {
  const end = semicolon < 0 ? value.length : semicolon;
  const uri = trimLws(value, 0, end);
  const { params, wellFormed } = readParams(value, end);
  if (!wellFormed || uriScheme(uri) === undefined || /[\s<>",?]/.test(uri)) return undefined;
  return { uri, params };
}

function readDisplayName(value: string, start: number, afterName: number, open: number): string | undefined {
  if (afterName === start) {
    const name = trimLws(value, start, open);
    return UNQUOTED_NAME.test(name) ? name : undefined;
  }
  if (trimLws(value, afterName, open) !== '') return undefined;
  return value.slice(start + 1, afterName - 1).replace(/\\([\s\S])/g, '$1');
}

function skipLws(value: string, from: number): number {
  let at = from;
  while (value[at] === ' ' || value[at] === '\t') at++;
  return at;
}
