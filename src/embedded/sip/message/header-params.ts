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
    wellFormed = addParam(params, text, at + 1, end) && wellFormed;
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
  const semicolon = text.indexOf(';', from);
  const end = semicolon < 0 ? text.length : semicolon;
  const quote = text.indexOf('"', from);
  if (quote < 0 || quote > end) return end;
  const closed = endOfQuoted(text, quote);
  return closed < 0 ? text.length : endOfParam(text, closed);
}

function addParam(params: Map<string, string | undefined>, text: string, start: number, end: number): boolean {
  const equals = text.indexOf('=', start);
  const hasValue = equals >= 0 && equals < end;
  const name = trimLws(text, start, hasValue ? equals : end).toLowerCase();
  if (!isToken(name) || params.has(name)) return false;
  const value = hasValue ? trimLws(text, equals + 1, end) : undefined;
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
