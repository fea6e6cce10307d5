import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { prependHeader, withHeader, withoutHeader } from './header-fields.ts';
import type { SipRequest, SipResponse } from './sip-message.ts';
import { SUPPORTED_EXTENSIONS, validateRequest } from './validate-request.ts';
import { responseDefect } from './validate-response.ts';

const INVITE: SipRequest = {
  kind: 'request',
  method: 'INVITE',
  uri: 'sip:+14155550100@192.0.2.1:5060;user=phone',
  headers: [
    { name: 'Via', value: 'SIP/2.0/UDP 192.0.2.2:5060;rport;branch=z9hG4bKabc' },
    { name: 'Max-Forwards', value: '70' },
    { name: 'Route', value: '<sip:proxy.example.com;lr>' },
    { name: 'From', value: '"Jane" <sip:+14155550123@192.0.2.2>;tag=1' },
    { name: 'To', value: '<sip:+14155550100@192.0.2.1>' },
    { name: 'Call-ID', value: 'a84b4c76e66710' },
    { name: 'CSeq', value: '314159 INVITE' },
    { name: 'Contact', value: '<sip:+14155550123@192.0.2.2>' },
  ],
  body: Buffer.alloc(0),
};

const verdict = (request: SipRequest): string => {
  const refusal = validateRequest(request);
  return refusal === undefined ? 'fine' : `${refusal.status} ${refusal.reason}`;
};

const judged = (name: string, value: string | string[]): string => verdict(withHeader(INVITE, name, value));

describe('a request the engine hands on', () => {
  test('is a usual one', () => {
    expect(verdict(INVITE)).toBe('fine');
  });

  test.each([
    [
      'without Max-Forwards, Contact and From tag, as before RFC 3261',
      withoutHeader(withoutHeader(withHeader(INVITE, 'From', 'sip:a@h'), 'Contact'), 'Max-Forwards'),
    ],
    ['with Max-Forwards 0', withHeader(INVITE, 'Max-Forwards', '0')],
    ['with a Via without branch', withHeader(INVITE, 'Via', 'SIP/2.0/UDP 192.0.2.2')],
    ['with several Vias in one field', withHeader(INVITE, 'Via', 'SIP/2.0/TCP a, SIP/2.0/UDP [::1]:5;rport')],
    ['with a Call-ID beyond the grammar', withHeader(INVITE, 'Call-ID', '{é}@[::1]@x')],
    ['to a tel URI', { ...INVITE, uri: 'tel:+14155550100' }],
    ['of an unknown method', withHeader({ ...INVITE, method: 'FETCH' }, 'CSeq', '1 FETCH')],
    ['with Proxy-Require', withHeader(INVITE, 'Proxy-Require', 'nobody-knows')],
    [
      'that requires what an application may serve',
      withHeader(INVITE, 'Require', [...SUPPORTED_EXTENSIONS].join(', ')),
    ],
    ['that requires 100REL, tags having no case', withHeader(INVITE, 'Require', '100REL')],
  ])('may be one %s', (_what, request) => {
    expect(verdict(request)).toBe('fine');
  });
});

describe('a request the engine refuses', () => {
  test.each(['Via', 'From', 'To', 'Call-ID', 'CSeq'])('lacks %s, or has nothing in it', (name) => {
    expect(verdict(withoutHeader(INVITE, name))).toBe(`400 Missing ${name}`);
    expect(judged(name, '')).toBe(`400 Missing ${name}`);
  });

  test.each(['From', 'To', 'Call-ID', 'CSeq', 'Max-Forwards', 'Content-Type'])('has two of %s', (name) => {
    const value = INVITE.headers.find((field) => field.name === name)?.value ?? 'application/sdp';
    expect(judged(name, [value, value])).toBe(`400 Multiple ${name}`);
  });

  test.each([
    ['Call-ID', 'a b', '400 Invalid Call-ID'],
    ['Call-ID', 'a\\\0b', '400 Invalid Call-ID'],
    ['CSeq', '2147483648 INVITE', '400 Invalid CSeq'],
    ['CSeq', '1 BYE', '400 CSeq Method Mismatch'],
    ['CSeq', '1 invite', '400 CSeq Method Mismatch'],
    ['Via', 'SIP/2.0/UDP h;branch=z9hG4bK', '400 Invalid Via Branch'],
    ['Via', 'SIP/2.0/UDP h;branch=Z9HG4BK', '400 Invalid Via Branch'],
    ['Via', 'SIP/2.0/UDP h,', '400 Invalid Via'],
    ['Via', 'SIP/2.0/UDP h, SIP/2.0', '400 Invalid Via'],
    ['From', '"a <sip:a@h>', '400 Invalid From'],
    ['To', '<sip:a@h>, <sip:b@h>', '400 Invalid To'],
    ['Contact', 'sip:a@h?x=y', '400 Invalid Contact'],
    ['Route', 'sip:proxy.example.com;lr', '400 Invalid Route'],
    ['Record-Route', '<sip:proxy.example.com', '400 Invalid Record-Route'],
    ['Max-Forwards', '256', '400 Invalid Max-Forwards'],
    ['Max-Forwards', '-1', '400 Invalid Max-Forwards'],
  ])('has a bad %s: %s', (name, value, expected) => {
    expect(judged(name, value)).toBe(expected);
  });

  test.each([
    ['sip:a@h?Route=%3Csip:b%3E', '400 Invalid Request-URI'],
    ['sip:a@h:99999', '400 Invalid Request-URI'],
    ['alice', '400 Invalid Request-URI'],
    ['http://example.com', '416 Unsupported URI Scheme'],
    ['urn:service:sos', '416 Unsupported URI Scheme'],
  ])('goes to %s', (uri, expected) => {
    expect(verdict({ ...INVITE, uri })).toBe(expected);
  });

  test('is answered 501, not 400, when its unknown method differs from its CSeq’s', () => {
    expect(verdict({ ...INVITE, method: 'FETCH' })).toBe('501 Not Implemented');
  });

  test('requires what nobody serves: 420 lists just that, over all its Require fields', () => {
    const request = prependHeader(withHeader(INVITE, 'Require', 'foo, timer'), 'Require', 'bar');
    expect(validateRequest(request)).toEqual({
      status: 420,
      reason: 'Bad Extension',
      headers: [{ name: 'Unsupported', value: 'bar, foo' }],
    });
    expect(validateRequest(request, new Set(['foo', 'bar', 'timer']))).toBeUndefined();
  });

  test.each(['ACK', 'CANCEL'])('is never a %s for what it requires', (method) => {
    const request = withHeader({ ...INVITE, method }, 'CSeq', `1 ${method}`);
    expect(verdict(withHeader(request, 'Require', 'nobody-knows'))).toBe('fine');
  });

  test('is judged by its headers’ values, not by their order', () => {
    fc.assert(
      fc.property(fc.shuffledSubarray([...INVITE.headers], { minLength: INVITE.headers.length }), (headers) => {
        expect(verdict({ ...INVITE, headers })).toBe('fine');
      }),
    );
  });
});

describe('a response', () => {
  const RESPONSE: SipResponse = {
    kind: 'response',
    status: 200,
    reason: 'OK',
    headers: INVITE.headers,
    body: INVITE.body,
  };

  test('with all that names its transaction is fine', () => {
    expect(responseDefect(RESPONSE)).toBeUndefined();
  });

  test.each([
    ['Via', 'SIP/2.0', 'no readable Via'],
    ['CSeq', '9292394834772304023312 INVITE', 'unusable CSeq'],
    ['Call-ID', ['a', 'b'], 'Call-ID missing or repeated'],
    ['From', [], 'From missing or repeated'],
    ['To', [], 'To missing or repeated'],
    ['Via', [], 'no readable Via'],
  ])('with a bad %s is dropped: %j', (name, value, defect) => {
    expect(responseDefect(withHeader(RESPONSE, name, value))).toBe(defect);
  });
});
