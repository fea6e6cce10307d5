/**
 * SIP, SIPS and tel URIs (RFC 3261 §19.1, RFC 3966).
 *
 * Parts are held as written but for needless escapes: `%75ser` is held as `user`, `%40` stays `%40`. So parts compare
 * as RFC 3261 §19.1.4 wants, and formatting never has to decide what to escape.
 */
import { isIPv6 } from 'node:net';

/** A parsed `sip:`, `sips:` or `tel:` URI. */
export interface SipUri {
  readonly scheme: 'sip' | 'sips' | 'tel';
  /** User part, escapes kept; for `tel` the number. */
  readonly user?: string | undefined;
  readonly password?: string | undefined;
  /** Host name, IPv4 address, or IPv6 address without its brackets; empty for `tel`. */
  readonly host: string;
  readonly port?: number | undefined;
  /** URI parameters by lower-case name; undefined for one without a value (`lr`). */
  readonly params: ReadonlyMap<string, string | undefined>;
  /** The `?name=value` headers by name as written, values still escaped. */
  readonly headers: ReadonlyMap<string, string>;
}

/** Host and optional port, as Via, SIP URIs and `Record-Route` share them. */
export interface HostPort {
  /** IPv6 addresses stand without brackets. */
  readonly host: string;
  readonly port?: number | undefined;
}

const SCHEME = /^([A-Za-z][A-Za-z0-9+\-.]*):[^\s<>"]/;
const USER = /^(?:[A-Za-z0-9\-_.!~*'()&=+$,;?/#]|%[0-9A-Fa-f]{2})+$/;
const PASSWORD = /^(?:[A-Za-z0-9\-_.!~*'()&=+$,;?/#:]|%[0-9A-Fa-f]{2})*$/;
const TEL_NUMBER = /^\+?[\dA-Fa-f*#\-.()]+$/;
const HOST = /^[A-Za-z0-9_](?:[A-Za-z0-9_.-]*[A-Za-z0-9_.])?$/;
const PARAM_PART = /^(?:[A-Za-z0-9\-_.!~*'()[\]/:&+$@]|%[0-9A-Fa-f]{2})+$/;
const HEADER_VALUE = /^(?:[A-Za-z0-9\-_.!~*'()[\]/?:+$@,;]|%[0-9A-Fa-f]{2})*$/;
const UNRESERVED = /^[A-Za-z0-9\-_.!~*'()]$/;
const NO_PARAMS: ReadonlyMap<string, string | undefined> = new Map();
const NO_HEADERS: ReadonlyMap<string, string> = new Map();

/** The scheme of an absolute URI in lower case, or undefined when `text` is none. */
export function uriScheme(text: string): string | undefined {
  return SCHEME.exec(text)?.[1]?.toLowerCase();
}

/** Reads a `sip:`, `sips:` or `tel:` URI; undefined for other schemes and for what breaks the grammar. */
export function parseSipUri(text: string): SipUri | undefined {
  const scheme = uriScheme(text);
  const rest = text.slice(text.indexOf(':') + 1);
  if (scheme === 'tel') return parseTel(rest);
  if (scheme !== 'sip' && scheme !== 'sips') return undefined;

  const at = rest.indexOf('@');
  const userInfo = at < 0 ? undefined : parseUserInfo(rest.slice(0, at));
  if (at >= 0 && userInfo === undefined) return undefined;

  const question = rest.indexOf('?', at + 1);
  const hostAndParams = question < 0 ? rest.slice(at + 1) : rest.slice(at + 1, question);
  const semicolon = hostAndParams.indexOf(';');
  const hostPort = parseHostPort(semicolon < 0 ? hostAndParams : hostAndParams.slice(0, semicolon));
  const params = semicolon < 0 ? NO_PARAMS : parseUriParams(hostAndParams.slice(semicolon + 1));
  const headers = question < 0 ? NO_HEADERS : parseUriHeaders(rest.slice(question + 1));
  if (hostPort === undefined || params === undefined || headers === undefined) return undefined;
  return { scheme, ...userInfo, ...hostPort, params, headers };
}

/** The URI as text, IPv6 hosts in brackets again. */
export function formatSipUri(uri: SipUri): string {
  let text = `${uri.scheme}:`;
  if (uri.user !== undefined) {
    text += uri.password === undefined ? uri.user : `${uri.user}:${uri.password}`;
    if (uri.scheme !== 'tel') text += '@';
  }
  text += formatHostPort(uri);
  for (const [name, value] of uri.params) text += value === undefined ? `;${name}` : `;${name}=${value}`;
  let mark = '?';
  for (const [name, value] of uri.headers) {
    text += `${mark}${name}=${value}`;
    mark = '&';
  }
  return text;
}

/** Reads `host`, `host:port`, `[v6]` or `[v6]:port` (RFC 3261 §25.1, hostport); undefined for anything else. */
export function parseHostPort(text: string): HostPort | undefined {
  const bracket = text.startsWith('[') ? text.indexOf(']') : -1;
  if (text.startsWith('[') && bracket < 0) return undefined;
  const colon = text.indexOf(':', bracket + 1);
  const name = colon < 0 ? text : text.slice(0, colon);
  const host = bracket < 0 ? name : name.slice(1, bracket);
  if (bracket < 0 ? !HOST.test(host) : name.length !== bracket + 1 || !isIPv6(host)) return undefined;
  if (colon < 0) return { host };
  const port = parsePort(text.slice(colon + 1));
  return port === undefined ? undefined : { host, port };
}

/** `host` or `host:port`, an IPv6 address in brackets. */
export function formatHostPort({ host, port }: HostPort): string {
  const name = host.includes(':') ? `[${host}]` : host;
  return port === undefined ? name : `${name}:${port}`;
}

function parsePort(text: string): number | undefined {
  if (!/^\d{1,5}$/.test(text)) return undefined;
  const port = Number(text);
  return port > 0 && port <= 65_535 ? port : undefined;
}

function parseTel(rest: string): SipUri | undefined {
  const semicolon = rest.indexOf(';');
  const user = semicolon < 0 ? rest : rest.slice(0, semicolon);
  const params = semicolon < 0 ? NO_PARAMS : parseUriParams(rest.slice(semicolon + 1));
  if (!TEL_NUMBER.test(user) || params === undefined) return undefined;
  return { scheme: 'tel', user, host: '', params, headers: NO_HEADERS };
}

function parseUserInfo(text: string): { user: string; password?: string } | undefined {
  const colon = text.indexOf(':');
  const user = colon < 0 ? text : text.slice(0, colon);
  if (!USER.test(user)) return undefined;
  if (colon < 0) return { user: unescapeNeedless(user) };
  const password = text.slice(colon + 1);
  return PASSWORD.test(password) ? { user: unescapeNeedless(user), password: unescapeNeedless(password) } : undefined;
}

function parseUriParams(text: string): ReadonlyMap<string, string | undefined> | undefined {
  const params = new Map<string, string | undefined>();
  for (const param of text.split(';')) {
    const equals = param.indexOf('=');
    const name = equals < 0 ? param : param.slice(0, equals);
    const value = equals < 0 ? undefined : param.slice(equals + 1);
    if (!PARAM_PART.test(name) || (value !== undefined && !PARAM_PART.test(value))) return undefined;
    // Names have no case, but their escapes are upper case like all others.
    const key = unescapeNeedless(unescapeNeedless(name).toLowerCase());
    if (params.has(key)) return undefined;
    params.set(key, value === undefined ? undefined : unescapeNeedless(value));
  }
  return params;
}

function parseUriHeaders(text: string): ReadonlyMap<string, string> | undefined {
  const headers = new Map<string, string>();
  for (const header of text.split('&')) {
    const equals = header.indexOf('=');
    const name = header.slice(0, Math.max(equals, 0));
    const value = header.slice(equals + 1);
    if (name === '' || !HEADER_VALUE.test(name) || !HEADER_VALUE.test(value)) return undefined;
    headers.set(unescapeNeedless(name), unescapeNeedless(value));
  }
  return headers;
}

/** Turns escapes of unreserved characters into the characters, and other escapes into upper case. */
function unescapeNeedless(text: string): string {
  if (!text.includes('%')) return text;
  return text.replace(/%[0-9A-Fa-f]{2}/g, (escape) => {
    const char = String.fromCharCode(Number.parseInt(escape.slice(1), 16));
    return UNRESERVED.test(char) ? char : escape.toUpperCase();
  });
}
