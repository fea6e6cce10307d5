import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { parseContacts } from './contact.ts';
import { getHeader, getHeaders, listValues } from './header-fields.ts';
import { parseNameAddr } from './name-addr.ts';
import { parseMessage } from './parse-message.ts';
import { sameSipUri } from './same-sip-uri.ts';
import { serializeMessage } from './serialize-message.ts';
import type { SipMessage, SipRequest } from './sip-message.ts';
import { parseSipUri } from './sip-uri.ts';
import { validateRequest } from './validate-request.ts';
import { responseDefect } from './validate-response.ts';
import { parseVia } from './via.ts';

const FOLDER = new URL('../../../../test/support/rfc4475/', import.meta.url);

/**
 * What the engine does with each message of RFC 4475. `accepted`: handed on, and what the RFC names besides (405 to a
 * REGISTER, 406, 415, 483 …) is the application's. A number: the engine's own answer. `dropped`: a response that
 * matches nothing.
 */
type Outcome = 'accepted' | 'dropped' | 400 | 416 | 420 | 501 | 505;

const OUTCOMES: readonly (readonly [name: string, section: string, outcome: Outcome])[] = [
  ['wsinv', '3.1.1.1 a short tortuous INVITE', 'accepted'],
  ['intmeth', '3.1.1.2 wide range of valid characters', 'accepted'],
  ['esc01', '3.1.1.3 valid use of the % escaping mechanism', 'accepted'],
  ['escnull', '3.1.1.4 escaped nulls in URIs', 'accepted'],
  ['esc02', '3.1.1.5 use of % when it is not an escape', 'accepted'],
  ['lwsdisp', '3.1.1.6 no LWS between display name and <', 'accepted'],
  ['longreq', '3.1.1.7 long values in header fields', 'accepted'],
  ['dblreq', '3.1.1.8 extra trailing octets in a UDP datagram', 'accepted'],
  ['semiuri', '3.1.1.9 semicolon-separated parameters in the user part', 'accepted'],
  ['transports', '3.1.1.10 varied and unknown transport types', 'accepted'],
  ['mpart01', '3.1.1.11 multipart MIME message', 'accepted'],
  ['unreason', '3.1.1.12 unusual reason phrase', 'accepted'],
  ['noreason', '3.1.1.13 empty reason phrase', 'accepted'],
  ['badinv01', '3.1.2.1 extraneous header field separators', 400],
  ['clerr', '3.1.2.2 Content-Length larger than message', 400],
  ['ncl', '3.1.2.3 negative Content-Length', 400],
  ['scalar02', '3.1.2.4 request scalar fields with overlarge values', 400],
  ['scalarlg', '3.1.2.5 response scalar fields with overlarge values', 'dropped'],
  ['quotbal', '3.1.2.6 unterminated quoted string in display name', 400],
  ['ltgtruri', '3.1.2.7 <> enclosing Request-URI', 400],
  ['lwsruri', '3.1.2.8 malformed SIP Request-URI (embedded LWS)', 400],
  ['lwsstart', '3.1.2.9 multiple SP separating Request-Line elements', 400],
  ['trws', '3.1.2.10 SP characters at end of Request-Line', 400],
  ['escruri', '3.1.2.11 escaped headers in SIP Request-URI', 400],
  ['baddate', '3.1.2.12 invalid time zone in Date', 'accepted'],
  ['regbadct', '3.1.2.13 failure to enclose name-addr URI in <>', 400],
  ['badaspec', '3.1.2.14 spaces within addr-spec', 400],
  ['baddn', '3.1.2.15 non-token characters in display name', 400],
  ['badvers', '3.1.2.16 unknown protocol version', 505],
  ['mismatch01', '3.1.2.17 start line and CSeq method mismatch', 400],
  ['mismatch02', '3.1.2.18 unknown method with CSeq method mismatch', 501],
  ['bigcode', '3.1.2.19 overlarge response code', 'dropped'],
  ['badbranch', '3.2.1 missing transaction identifier', 400],
  ['insuf', '3.3.1 missing required header fields', 400],
  ['unkscm', '3.3.2 Request-URI with unknown scheme', 416],
  ['novelsc', '3.3.3 Request-URI with known but atypical scheme', 416],
  ['unksm2', '3.3.4 unknown URI schemes in header fields', 'accepted'],
  ['bext01', '3.3.5 Proxy-Require and Require', 420],
  ['invut', '3.3.6 unknown Content-Type', 'accepted'],
  ['regaut01', '3.3.7 unknown authorization scheme', 'accepted'],
  ['multi01', '3.3.8 multiple values in single value required fields', 400],
  ['mcl01', '3.3.9 multiple Content-Length values', 400],
  ['bcast', '3.3.10 200 OK with broadcast Via', 'accepted'],
  ['zeromf', '3.3.11 Max-Forwards of zero', 'accepted'],
  ['cparam01', '3.3.12 REGISTER with a Contact header parameter', 'accepted'],
  ['cparam02', '3.3.13 REGISTER with a Contact URI parameter', 'accepted'],
  ['regescrt', '3.3.14 REGISTER with a URL escaped header', 'accepted'],
  ['sdp01', '3.3.15 unacceptable Accept offering', 'accepted'],
  ['inv2543', '3.4.1 INVITE with RFC 2543 syntax', 'accepted'],
];

const bytesOf = (name: string): Buffer => readFileSync(new URL(`${name}.dat`, FOLDER));

function messageOf(name: string): SipMessage {
  const result = parseMessage(bytesOf(name));
  if (!result.ok) throw new Error(`${name} was refused: ${result.malformed.reason}`);
  return result.message;
}

function requestOf(name: string): SipRequest {
  const message = messageOf(name);
  if (message.kind !== 'request') throw new Error(`${name} is a response`);
  return message;
}

function outcomeOf(name: string): { outcome: number | string; answerable: SipRequest | undefined } {
  const result = parseMessage(bytesOf(name));
  if (!result.ok) {
    const { status, answerable } = result.malformed;
    return { outcome: answerable === undefined ? 'dropped' : status, answerable };
  }
  const { message } = result;
  if (message.kind === 'request')
    return { outcome: validateRequest(message)?.status ?? 'accepted', answerable: message };
  return { outcome: responseDefect(message) === undefined ? 'accepted' : 'dropped', answerable: undefined };
}

describe('the torture messages of RFC 4475', () => {
  test('are all here', () => {
    const files = readdirSync(FOLDER).filter((file) => file.endsWith('.dat'));
    expect(files.toSorted()).toEqual(OUTCOMES.map(([name]) => `${name}.dat`).toSorted());
    expect(files).toHaveLength(49);
  });

  test.each(OUTCOMES)('%s (§%s) → %s', (name, _section, expected) => {
    const { outcome, answerable } = outcomeOf(name);
    expect(outcome).toBe(expected);
    if (typeof expected !== 'number') return;
    const via = answerable === undefined ? undefined : listValues(answerable, 'Via')[0];
    expect(parseVia(via ?? ''), 'an answer needs a Via that says where to').toBeDefined();
  });

  test.each(OUTCOMES.filter(([, , outcome]) => outcome === 'accepted'))('%s survives being written again', (name) => {
    const message = messageOf(name);
    const again = parseMessage(serializeMessage(message));
    const lengthless = ({ headers, ...rest }: SipMessage) => ({
      ...rest,
      headers: headers.filter(({ name }) => name !== 'Content-Length'),
    });
    expect(again.ok && lengthless(again.message)).toEqual(lengthless(message));
  });
});

describe('what the tortuous messages mean', () => {
  test('wsinv: folding, compact forms, odd case and white space everywhere are read away', () => {
    const invite = requestOf('wsinv');
    expect(invite.uri).toBe('sip:vivekg@chair-dnrc.example.com;unknownparam');
    expect(invite.body).toHaveLength(150);
    expect(getHeader(invite, 'Subject')).toBe('');
    expect(getHeader(invite, 'NewFangledHeader')).toBe('newfangled value continued newfangled value');
    expect(parseNameAddr(getHeader(invite, 'To') ?? '')?.params.get('tag')).toBe('1918181833n');
    expect(parseNameAddr(getHeader(invite, 'From') ?? '')).toEqual({
      displayName: String.raw`J Rosenberg \"`,
      uri: 'sip:jdrosen@example.com',
      params: new Map([['tag', '98asjd8']]),
    });
    expect(listValues(invite, 'Via').map((value) => parseVia(value))).toMatchObject([
      { transport: 'UDP', host: '192.0.2.2', params: new Map([['branch', '390skdjuw']]) },
      { transport: 'TCP', host: 'spindle.example.com', params: new Map([['branch', 'z9hG4bK9ikj8']]) },
      { transport: 'UDP', host: '192.168.255.111', params: new Map([['branch', 'z9hG4bK30239']]) },
    ]);
    expect(parseContacts(invite)).toEqual([
      {
        displayName: 'Quoted string ""',
        uri: 'sip:jdrosen@example.com',
        params: new Map([
          ['newparam', 'newvalue'],
          ['secondparam', undefined],
          ['q', '0.33'],
        ]),
      },
    ]);
  });

  test('intmeth: control characters in a quoted name and a byte order mark in a value are kept', () => {
    const request = requestOf('intmeth');
    expect(request.method).toBe("!interesting-Method0123456789_*+`.%indeed'~");
    expect(parseNameAddr(getHeader(request, 'To') ?? '')?.displayName).toBe('BEL:\x07 NUL:\0 DEL:\x7f');
    expect(parseNameAddr(getHeader(request, 'From') ?? '')?.params.get('tag')).toBe("_token~1'+`*%!-.");
    expect(getHeader(request, "extensionHeader-!.%*+_`'~")).toBe('\uFEFF大停電');
    expect(parseSipUri(request.uri)).toMatchObject({
      user: "1_unusual.URI~(to-be!sure)&isn't+it$/crazy?,/;;*",
      password: "&it+has=1,weird!*pas$wo~d_too.(doesn't-it)",
      host: 'example.com',
    });
  });

  test('esc01: escapes hide neither a user, a flag parameter nor a needless escape', () => {
    const invite = requestOf('esc01');
    expect(parseSipUri(invite.uri)).toMatchObject({ user: 'sips%3Auser%40example.com', host: 'example.net' });
    expect(parseSipUri(getHeader(invite, 'To') ?? '')?.user).toBe('user');
    const contacts = parseContacts(invite);
    const contact = parseSipUri(contacts === undefined || contacts === '*' ? '' : (contacts[0]?.uri ?? ''));
    const plain = parseSipUri('sip:caller@host5.example.net;lr;name=value%2541');
    expect(contact !== undefined && plain !== undefined && sameSipUri(contact, plain)).toBe(true);
  });

  test('esc02: % in a method or a header name escapes nothing', () => {
    const request = requestOf('esc02');
    expect(request.method).toBe('RE%47IST%45R');
    expect(getHeaders(request, 'Contact')).toHaveLength(2);
    expect(getHeader(request, 'C%6Fntact')).toBe('<sip:alias2@host2.example.com>');
    expect(parseNameAddr(getHeader(request, 'To') ?? '')?.displayName).toBe('%Z%45');
  });

  test('longreq: 34 Vias in every spelling are one list in order', () => {
    const vias = listValues(requestOf('longreq'), 'Via').map((value) => parseVia(value)?.host);
    expect(vias).toHaveLength(34);
    expect(vias.slice(0, 2)).toEqual(['sip33.example.com', 'sip32.example.com']);
    expect(vias.at(-1)).toBe('host.example.com');
  });

  test('dblreq: the second request in the datagram is not read', () => {
    const request = requestOf('dblreq');
    expect(request).toMatchObject({ method: 'REGISTER', body: Buffer.alloc(0) });
    expect(getHeader(request, 'Call-ID')).toBe('dblreq.0ha0isndaksdj99sdfafnl3lk233412');
  });

  test('semiuri: a semicolon in the user part begins no parameter', () => {
    expect(parseSipUri(requestOf('semiuri').uri)).toMatchObject({
      user: 'user;par=u%40example.net',
      host: 'example.com',
      params: new Map(),
    });
  });

  test('transports: a Via names any transport', () => {
    const transports = listValues(requestOf('transports'), 'Via').map((value) => parseVia(value)?.transport);
    expect(transports).toEqual(['UDP', 'SCTP', 'TLS', 'UNKNOWN', 'TCP']);
  });

  test('mpart01: the binary body crosses untouched', () => {
    const bytes = bytesOf('mpart01');
    expect(messageOf('mpart01').body.equals(bytes.subarray(-553))).toBe(true);
  });

  test('unreason and noreason: a reason phrase may be anything, or nothing', () => {
    expect(messageOf('unreason')).toMatchObject({
      status: 200,
      reason: '= 2**3 * 5**2 но сто девяносто девять - простое',
    });
    expect(messageOf('noreason')).toMatchObject({ status: 100, reason: '' });
  });

  test('cparam01 and cparam02: without brackets a parameter is the header’s, within them the URI’s', () => {
    const [bare] = listValues(requestOf('cparam01'), 'Contact');
    const [bracketed] = listValues(requestOf('cparam02'), 'Contact');
    expect(parseNameAddr(bare ?? '')).toMatchObject({ params: new Map([['unknownparam', undefined]]) });
    expect(parseNameAddr(bracketed ?? '')).toMatchObject({
      uri: 'sip:+19725552222@gw1.example.net;unknownparam',
      params: new Map(),
    });
  });

  test('bext01: the 420 lists what Require asked for, not what Proxy-Require did', () => {
    expect(validateRequest(requestOf('bext01'))?.headers).toEqual([
      { name: 'Unsupported', value: 'nothingSupportsThis, nothingSupportsThisEither' },
    ]);
  });
});
