/**
 * What the engine itself answers to a request that is well-formed as a message but whose values can't be worked with.
 * It speaks as a UAS: nothing is ever forwarded, so `Proxy-Require` is none of its business (RFC 3261 §20.29).
 *
 * | found | answer | rule |
 * |---|---|---|
 * | Via, From, To, Call-ID or CSeq missing | 400 | RFC 3261 §8.1.1, RFC 4475 §3.3.1 |
 * | From, To, Call-ID, CSeq, Max-Forwards or Content-Type repeated | 400 | RFC 3261 §7.3.1, RFC 4475 §3.3.8 |
 * | Call-ID with white space or control characters | 400 | RFC 3261 §25.1 (callid) |
 * | CSeq unreadable, or its number 2³¹ or more | 400 | RFC 3261 §8.1.1.5, RFC 4475 §3.1.2.4 |
 * | CSeq names another method than the request line | 400, or 501 where the request's is unknown | RFC 4475 §3.1.2.17–18 |
 * | a Via off the grammar, or a branch of the bare magic cookie | 400 | RFC 4475 §3.1.2.1, §3.2.1 |
 * | From, To, Contact, Route or Record-Route off the grammar | 400 | RFC 4475 §3.1.2.6, §3.1.2.13–15 |
 * | Max-Forwards not a number of 0…255 | 400 | RFC 3261 §20.22 |
 * | Request-URI of a scheme other than sip, sips, tel | 416 | RFC 3261 §8.2.2.1, RFC 4475 §3.3.2–3 |
 * | Request-URI off its scheme's grammar, or with `?headers` | 400 | RFC 3261 §19.1.1, RFC 4475 §3.1.2.11 |
 * | Require of an extension that neither the engine nor an application behind it can serve | 420 | RFC 3261 §8.2.2.3 |
 *
 * Left to the transaction user and the application: Max-Forwards 0 (a UAS is served all the same, RFC 4475 §3.3.11),
 * methods (405, 501), content types (415), Accept (406), credentials, and an absent Max-Forwards, From tag or branch,
 * as RFC 2543 peers send them (RFC 4475 §3.4.1).
 */
import { parseContacts } from './contact.ts';
import { parseCSeq } from './cseq.ts';
import { parseDecimal } from './grammar.ts';
import { getHeader, getHeaders, listValues } from './header-fields.ts';
import { parseNameAddr } from './name-addr.ts';
import type { HeaderField, SipRequest } from './sip-message.ts';
import { parseSipUri, uriScheme } from './sip-uri.ts';
import { splitList } from './split-list.ts';
import { isWellFormedVia, parseVia } from './via.ts';

/** The engine's own answer to a request it can't hand on. A refused ACK is dropped, never answered (§17.1.1.3). */
export interface RequestRefusal {
  readonly status: 400 | 416 | 420 | 501;
  readonly reason: string;
  /** Headers the answer carries besides the usual ones (`Unsupported`). */
  readonly headers: readonly HeaderField[];
}

/**
 * Extensions that a request may require. The engine itself serves 100rel; the others are matters of header or dialog
 * that it carries untouched, and whether they are served is for the application to say.
 */
export const SUPPORTED_EXTENSIONS: ReadonlySet<string> = new Set([
  '100rel',
  '199',
  'from-change',
  'histinfo',
  'join',
  'norefersub',
  'precondition',
  'replaces',
  'tdialog',
  'timer',
  'uui',
]);

const MANDATORY = ['Via', 'From', 'To', 'Call-ID', 'CSeq'] as const;
const SINGLE = ['From', 'To', 'Call-ID', 'CSeq', 'Max-Forwards', 'Content-Type'] as const;

/** Methods that have an RFC: those a mismatched CSeq can be blamed for. */
const KNOWN_METHODS: ReadonlySet<string> = new Set([
  'ACK',
  'BYE',
  'CANCEL',
  'INFO',
  'INVITE',
  'MESSAGE',
  'NOTIFY',
  'OPTIONS',
  'PRACK',
  'PUBLISH',
  'REFER',
  'REGISTER',
  'SUBSCRIBE',
  'UPDATE',
]);

/** Wider than the grammar's `word ["@" word]`: what matters is that it can be a key and a log line. */
// oxlint-disable-next-line no-control-regex -- control characters are what is looked for
const CALL_ID = /^[^\s\0-\x1f\x7f]+$/;

/** The magic cookie of RFC 3261 §8.1.1.7; alone it identifies nothing. */
const MAGIC_COOKIE = 'z9hg4bk';

/** Judges a parsed request by the table above; undefined means that it can be handed on. */
export function validateRequest(
  request: SipRequest,
  supported: ReadonlySet<string> = SUPPORTED_EXTENSIONS,
): RequestRefusal | undefined {
  const fault =
    identityFault(request) ??
    cseqFault(request) ??
    viaFault(request) ??
    addressFault(request) ??
    maxForwardsFault(request);
  return fault ?? requestUriFault(request.uri) ?? requireFault(request, supported);
}

function identityFault(request: SipRequest): RequestRefusal | undefined {
  const missing = MANDATORY.find((name) => !getHeader(request, name));
  if (missing !== undefined) return refusal(400, `Missing ${missing}`);
  const repeated = SINGLE.find((name) => getHeaders(request, name).length > 1);
  if (repeated !== undefined) return refusal(400, `Multiple ${repeated}`);
  return CALL_ID.test(getHeader(request, 'Call-ID') ?? '') ? undefined : refusal(400, 'Invalid Call-ID');
}

function cseqFault(request: SipRequest): RequestRefusal | undefined {
  const cseq = parseCSeq(getHeader(request, 'CSeq') ?? '');
  if (cseq === undefined) return refusal(400, 'Invalid CSeq');
  if (cseq.method === request.method) return undefined;
  if (!KNOWN_METHODS.has(request.method)) return refusal(501, 'Not Implemented');
  return refusal(400, 'CSeq Method Mismatch');
}

function viaFault(request: SipRequest): RequestRefusal | undefined {
  const vias = getHeaders(request, 'Via').flatMap(splitList);
  if (!vias.every(isWellFormedVia)) return refusal(400, 'Invalid Via');
  const branch = parseVia(vias[0] ?? '')?.params.get('branch');
  return branch?.toLowerCase() === MAGIC_COOKIE ? refusal(400, 'Invalid Via Branch') : undefined;
}

function addressFault(request: SipRequest): RequestRefusal | undefined {
  for (const name of ['From', 'To'] as const) {
    if (parseNameAddr(getHeader(request, name) ?? '') === undefined) return refusal(400, `Invalid ${name}`);
  }
  for (const name of ['Route', 'Record-Route'] as const) {
    if (!listValues(request, name).every(isBracketed)) return refusal(400, `Invalid ${name}`);
  }
  return parseContacts(request) === undefined ? refusal(400, 'Invalid Contact') : undefined;
}

/** Route and Record-Route know the name-addr form alone (RFC 3261 §20.30, §20.34). */
function isBracketed(value: string): boolean {
  return value.includes('<') && parseNameAddr(value) !== undefined;
}

function maxForwardsFault(request: SipRequest): RequestRefusal | undefined {
  const hops = getHeader(request, 'Max-Forwards');
  return hops === undefined || parseDecimal(hops, 255) !== undefined ? undefined : refusal(400, 'Invalid Max-Forwards');
}

function requestUriFault(text: string): RequestRefusal | undefined {
  const scheme = uriScheme(text);
  if (scheme === undefined) return refusal(400, 'Invalid Request-URI');
  if (scheme !== 'sip' && scheme !== 'sips' && scheme !== 'tel') return refusal(416, 'Unsupported URI Scheme');
  const uri = parseSipUri(text);
  return uri === undefined || uri.headers.size > 0 ? refusal(400, 'Invalid Request-URI') : undefined;
}

function requireFault(request: SipRequest, supported: ReadonlySet<string>): RequestRefusal | undefined {
  // A Require in ACK or CANCEL is ignored (RFC 3261 §8.2.2.3).
  if (request.method === 'ACK' || request.method === 'CANCEL') return undefined;
  const unsupported = listValues(request, 'Require').filter((tag) => !supported.has(tag.toLowerCase()));
  if (unsupported.length === 0) return undefined;
  return refusal(420, 'Bad Extension', [{ name: 'Unsupported', value: unsupported.join(', ') }]);
}

function refusal(
  status: RequestRefusal['status'],
  reason: string,
  headers: readonly HeaderField[] = [],
): RequestRefusal {
  return { status, reason, headers };
}
