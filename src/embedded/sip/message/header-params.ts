/**
 * `;name=value` parameters as header fields carry them (RFC 3261 §25.1, generic-param).
 *
 * Names are held in lower case. Values are held as written, a quoted one with its quotes; a parameter without `=` has
 * the value undefined, so `params.has('rport')` and `params.get('rport')` tell the three cases apart.
 */
import { endOfQuoted, isToken, trimLws } from './grammar.ts';

/** Parameters by lower-case name, in the order they came. */
export type HeaderParams = ReadonlyMap<string, string | undefined>;

/** What `readParams` made of a parameter list. */
export interface ReadParams {
  readonly params: HeaderParams;
  /** False when a parameter was empty, repeated, misnamed or had a value no grammar allows; such ones are left out. */
  readonly wellFormed: boolean;
}

const NO_PARAMS: ReadParams = { params: new Map(), wellFormed: true };

/**
 * Reads the parameters of `text` from `from`, which is the index of the first `;` or the end of the text.
 * Of a repeated parameter the first counts (RFC 3261 §7.3.1 forbids the second).
 */
export function readParams(text: string, from: number): ReadParams {
  if (from >= text.length) return NO_PARAMS;
  const params = new Map<string, string | undefined>();
  let wellFormed = true;
  let at = from;
  while (at < text.length) {
    const end = endOfParam(text, at + 1);
    wellFormed = addParam(params, text.slice(at + 1, end)) && wellFormed;
    at = end;
  }
  return { params, wellFormed };
}

/** `;name=value` for each parameter, ready to append to a header value. */
export function formatParams(params: HeaderParams): string {
  let text = '';
  for (const [name, value] of params) text += value === undefined ? `;${name}` : `;${name}=${value}`;
  return text;
}

/** A copy of `params` with `name` (lower case) set; undefined as the value makes it a flag. */
export function withParam(params: HeaderParams, name: string, value: string | undefined): HeaderParams {
  return new Map(params).set(name, value);
}

/** Where the parameter that starts at `from` ends: the next `;` outside quotes, or the end of the text. */
function endOfParam(text: string, from: number): number {
  for (let at = from; at < text.length; at++) {
    const char = text[at];
    if (char === ';') return at;
    if (char !== '"') continue;
    const closed = endOfQuoted(text, at);
    if (closed < 0) return text.length;
    at = closed - 1;
  }
  return text.length;
}

function addParam(params: Map<string, string | undefined>, text: string): boolean {
  const equals = text.indexOf('=');
  const name = trimLws(text, 0, equals < 0 ? text.length : equals).toLowerCase();
  if (!isToken(name) || params.has(name)) return false;
  const value = equals < 0 ? undefined : trimLws(text, equals + 1);
  if (value !== undefined && !isParamValue(value)) return false;
  params.set(name, value);
  return true;
}

/**
 * gen-value, read generously: the grammar knows tokens, hosts and quoted strings, but tags and branches with `@`, `=`
 * or `/` are met in the wild and can mean only one thing.
 */
function isParamValue(value: string): boolean {
  if (value.startsWith('"')) return endOfQuoted(value, 0) === value.length;
  return /^[^\s",;<>\\]+$/.test(value);
}
