/** Everything of a message before its body: start line and header fields (RFC 3261 §7.3). */
import { isLws, isToken, trimLws } from './grammar.ts';
import { canonicalName } from './header-fields.ts';
import { MAX_CONTENT_TYPE_CHARS, MAX_HEADER_FIELDS, MAX_LINE_CHARS } from './message-limits.ts';
import type { HeaderField, MalformedMessage } from './sip-message.ts';
import { readStartLine, type StartLine } from './start-line.ts';

/** The answer a broken message deserves, without the request it answers. */
export type Defect = Pick<MalformedMessage, 'status' | 'reason'>;

/** A head as far as it could be read. */
export interface Head {
  readonly start: StartLine;
  readonly headers: readonly HeaderField[];
  /** The first thing found wrong, or undefined. An unreadable start line speaks for itself. */
  readonly defect: Defect | undefined;
}

// oxlint-disable-next-line no-control-regex -- control characters are what is looked for
const CONTROL = /[\0-\x08\x0a-\x1f\x7f]/;

/** A control character that no backslash escapes (RFC 3261 §25.1 allows them in a quoted-pair alone). */
// oxlint-disable-next-line no-control-regex -- as above
const BARE_CONTROL = /(?<!\\)(?:\\\\)*[\0-\x08\x0b\x0c\x0e-\x1f\x7f]/;

/**
 * Reads the head from its text: the lines up to, and without, the empty line. Whatever is broken is noted and skipped,
 * so that the rest can still tell whom to answer.
 */
export function readHead(text: string): Head {
  const { lines, defect: lineDefect } = splitLines(text);
  const start = readStartLine(lines[0] ?? '');
  const { headers, defect: fieldDefect } = readFields(lines);
  const startDefect = start.kind === 'request' ? start.fault : undefined;
  return { start, headers, defect: lineDefect ?? startDefect ?? fieldDefect };
}

/** Splits at CRLF. A lone CR or LF splits as well, but then the message is refused: others may split it elsewhere. */
function splitLines(text: string): { lines: string[]; defect: Defect | undefined } {
  const lines = text.split('\r\n');
  if (!lines.some((line) => CONTROL.test(line))) return { lines, defect: undefined };
  if (lines.some((line) => line.includes('\n') || line.includes('\r'))) {
    const loose = text.split(/\r\n|\r|\n/);
    const end = loose.indexOf('');
    return { lines: end < 0 ? loose : loose.slice(0, end), defect: badRequest('Line Not Ended by CRLF') };
  }
  const bare = lines.some((line) => BARE_CONTROL.test(line));
  return { lines, defect: bare ? badRequest('Control Character in Header') : undefined };
}

function readFields(lines: readonly string[]): { headers: HeaderField[]; defect: Defect | undefined } {
  const headers: HeaderField[] = [];
  let defect = tooLong(lines[0] ?? '');
  let at = 1;
  while (at < lines.length) {
    if (headers.length === MAX_HEADER_FIELDS) {
      return { headers, defect: defect ?? { status: 513, reason: 'Too Many Header Fields' } };
    }
    const end = endOfField(lines, at);
    const field = readField(lines, at, end);
    if ('status' in field) defect ??= field;
    else headers.push(field);
    at = end;
  }
  return { headers, defect };
}

/** A field runs on over the lines that begin with white space (RFC 3261 §7.3.1, folding). */
function endOfField(lines: readonly string[], from: number): number {
  let end = from + 1;
  while (end < lines.length && isLws((lines[end] ?? '').charCodeAt(0))) end++;
  return end;
}

function readField(lines: readonly string[], from: number, end: number): HeaderField | Defect {
  const line = lines[from] ?? '';
  const colon = line.indexOf(':');
  const name = trimLws(line, 0, Math.max(colon, 0));
  if (!isToken(name) || isLws(line.charCodeAt(0))) return badRequest('Malformed Header Line');
  let defect = tooLong(line);
  let value = trimLws(line, colon + 1);
  for (let at = from + 1; at < end; at++) {
    const more = lines[at] ?? '';
    defect ??= tooLong(more);
    const text = trimLws(more);
    if (text !== '') value = value === '' ? text : `${value} ${text}`;
  }
  const field = { name: canonicalName(name), value };
  return defect ?? tooLong(value) ?? longType(field) ?? field;
}

function longType({ name, value }: HeaderField): Defect | undefined {
  if (name !== 'Content-Type' || value.length <= MAX_CONTENT_TYPE_CHARS) return undefined;
  return badRequest('Content-Type Too Long');
}

function tooLong(line: string): Defect | undefined {
  return line.length > MAX_LINE_CHARS ? { status: 513, reason: 'Header Line Too Long' } : undefined;
}

function badRequest(reason: string): Defect {
  return { status: 400, reason };
}
