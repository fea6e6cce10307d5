/** Request-Line and Status-Line (RFC 3261 §7.1, §7.2). */
import { isToken, trimLws } from './grammar.ts';

/** A start line, with what is wrong about it where something is. */
export type StartLine =
  | { readonly kind: 'request'; readonly method: string; readonly uri: string; readonly fault?: StartLineFault }
  | { readonly kind: 'response'; readonly status: number; readonly reason: string }
  /** Nothing that could be answered: no SIP at all, or a broken Status-Line. */
  | { readonly kind: 'unreadable'; readonly fault: StartLineFault };

/** The answer a broken start line deserves. */
interface StartLineFault {
  readonly status: 400 | 505;
  readonly reason: string;
}

const STATUS_LINE = /^SIP\/2\.0 ([1-6]\d\d)(?: (.*))?$/i;
const SIP_VERSION = /^SIP\/\d+\.\d+$/i;

/**
 * Reads a start line strictly: single spaces and nothing around them (RFC 3261 §7.1). Of a broken request line it
 * still tells the method, so that the request can be answered.
 */
export function readStartLine(line: string): StartLine {
  if (/^SIP\//i.test(line)) return readStatusLine(line);
  const first = line.indexOf(' ');
  const method = first < 0 ? line : line.slice(0, first);
  if (!isToken(method)) return { kind: 'unreadable', fault: { status: 400, reason: 'Not a SIP Message' } };
  const last = line.lastIndexOf(' ');
  const uri = line.slice(first + 1, last);
  const fault = requestFault(uri, line.slice(last + 1), last > first);
  if (fault === undefined) return { kind: 'request', method, uri };
  return { kind: 'request', method, uri: trimLws(uri), fault };
}

function readStatusLine(line: string): StartLine {
  const match = STATUS_LINE.exec(line);
  if (match === null) return { kind: 'unreadable', fault: { status: 400, reason: 'Malformed Status-Line' } };
  return { kind: 'response', status: Number(match[1]), reason: match[2] ?? '' };
}

function requestFault(uri: string, version: string, hasThreeParts: boolean): StartLineFault | undefined {
  if (!hasThreeParts || !SIP_VERSION.test(version)) return { status: 400, reason: 'Malformed Request-Line' };
  if (version.toUpperCase() !== 'SIP/2.0') return { status: 505, reason: 'Version Not Supported' };
  if (uri === '' || /[\s<>"]/.test(uri)) return { status: 400, reason: 'Malformed Request-URI' };
  return undefined;
}
