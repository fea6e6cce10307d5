/** Bytes to a SIP message (RFC 3261 §7). Pure, linear in the bytes, bounded, and never throwing, whatever the bytes. */
import { parseContentLength } from './content-length.ts';
import { getHeader, getHeaders } from './header-fields.ts';
import { MAX_MESSAGE_BYTES } from './message-limits.ts';
import { readHead, type Defect, type Head } from './read-head.ts';
import type { MalformedMessage, ParseResult, SipRequest } from './sip-message.ts';
import { splitList } from './split-list.ts';
import { parseVia } from './via.ts';

const CR = 0x0d;
const LF = 0x0a;
const END_OF_HEAD = '\r\n\r\n';
const NO_BODY = Buffer.alloc(0);
const TOO_LARGE: Defect = { status: 513, reason: 'Message Too Large' };
const NO_EMPTY_LINE: Defect = { status: 400, reason: 'No Empty Line After Header' };

/**
 * Parses one datagram, or one frame of a stream. A body longer than Content-Length says is cut there; a shorter one is
 * malformed; without Content-Length the body is the rest (RFC 3261 §18.3). CRLFs before the start line are skipped
 * (§7.5).
 *
 * What it accepts is well-formed down to the header lines; `validateRequest` and `responseDefect` judge the values.
 */
export function parseMessage(bytes: Buffer): ParseResult {
  if (bytes.length > MAX_MESSAGE_BYTES) return refused(salvageMessage(bytes, TOO_LARGE));
  const { text, bodyAt } = locateHead(bytes);
  const head = readHead(text);
  const { start, headers } = head;
  if (start.kind === 'unreadable') return refused(malformed(head, start.fault));
  if (head.defect !== undefined) return refused(malformed(head, head.defect));
  if (bodyAt === undefined) return refused(malformed(head, NO_EMPTY_LINE));

  const body = readBody(bytes, bodyAt, head);
  if ('status' in body) return refused(malformed(head, body));
  return start.kind === 'request'
    ? { ok: true, message: { kind: 'request', method: start.method, uri: start.uri, headers, body } }
    : { ok: true, message: { kind: 'response', status: start.status, reason: start.reason, headers, body } };
}

/**
 * What is left of a message that must be refused for a reason its bytes don't tell (a stream that can't be cut): the
 * refusal, with the request to answer where one is readable. Reads at most the first 65 535 bytes.
 */
export function salvageMessage(bytes: Buffer, defect: Defect): MalformedMessage {
  return malformed(readHead(locateHead(bytes.subarray(0, MAX_MESSAGE_BYTES)).text), defect);
}

/** The head's text up to its last line, and where the body begins; undefined when no empty line ends the head. */
function locateHead(bytes: Buffer): { text: string; bodyAt: number | undefined } {
  let from = 0;
  while (bytes[from] === CR || bytes[from] === LF) from++;
  const end = bytes.indexOf(END_OF_HEAD, from, 'latin1');
  if (end >= 0) return { text: bytes.toString('utf8', from, end), bodyAt: end + END_OF_HEAD.length };
  return { text: bytes.toString('utf8', from).replace(/\r\n$/, ''), bodyAt: undefined };
}

function refused(malformed: MalformedMessage): ParseResult {
  return { ok: false, malformed };
}

function malformed(head: Head, { status, reason }: Defect): MalformedMessage {
  return { status, reason, answerable: answerable(head) };
}

/** A refused request that can be answered: not an ACK, and with a Via that says where to. */
function answerable({ start, headers }: Head): SipRequest | undefined {
  if (start.kind !== 'request' || start.method === 'ACK') return undefined;
  const { method, uri } = start;
  const request: SipRequest = { kind: 'request', method, uri, headers, body: NO_BODY };
  const via = splitList(getHeader(request, 'Via') ?? '')[0] ?? '';
  return parseVia(via) === undefined ? undefined : request;
}

function readBody(bytes: Buffer, from: number, { headers }: Head): Buffer | Defect {
  const lengths = getHeaders({ headers }, 'Content-Length');
  if (lengths.length === 0) return cut(bytes, from, bytes.length);
  const length = parseContentLength(lengths);
  if (length === undefined) return { status: 400, reason: 'Invalid Content-Length' };
  if (length > bytes.length - from) return { status: 400, reason: 'Body Shorter Than Content-Length' };
  return cut(bytes, from, from + length);
}

/** Part of the bytes without copying them; nothing of them is kept alive by an empty part. */
function cut(bytes: Buffer, from: number, to: number): Buffer {
  return from === to ? NO_BODY : bytes.subarray(from, to);
}
