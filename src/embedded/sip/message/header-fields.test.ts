import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { sipMessage } from '../../../../test/support/sip-arbitraries.ts';
import {
  canonicalName,
  getHeader,
  getHeaders,
  listValues,
  prependHeader,
  withHeader,
  withoutHeader,
} from './header-fields.ts';
import type { SipRequest } from './sip-message.ts';

const REQUEST: SipRequest = {
  kind: 'request',
  method: 'INVITE',
  uri: 'sip:a@example.com',
  headers: [
    { name: 'Via', value: 'SIP/2.0/UDP one, SIP/2.0/UDP two' },
    { name: 'Subject', value: 'hello' },
    { name: 'Via', value: 'SIP/2.0/UDP three' },
    { name: 'X-Own', value: '1' },
  ],
  body: Buffer.alloc(0),
};

const names = (request: SipRequest): string[] => request.headers.map(({ name, value }) => `${name}=${value}`);

describe('a header name', () => {
  test.each([
    ['v', 'Via'],
    ['VIA', 'Via'],
    ['call-id', 'Call-ID'],
    ['I', 'Call-ID'],
    ['cSEQ', 'CSeq'],
    ['www-authenticate', 'WWW-Authenticate'],
    ['x', 'Session-Expires'],
    ['y', 'Identity'],
  ])('%s is %s', (name, canonical) => {
    expect(canonicalName(name)).toBe(canonical);
  });

  test('outside the table stays as the application spelled it', () => {
    expect(canonicalName('X-tollGATE-Id')).toBe('X-tollGATE-Id');
  });
});

describe('reading header fields', () => {
  test('finds them in any case and in compact form', () => {
    expect(getHeader(REQUEST, 's')).toBe('hello');
    expect(getHeader(REQUEST, 'SUBJECT')).toBe('hello');
    expect(getHeader(REQUEST, 'x-OWN')).toBe('1');
    expect(getHeader(REQUEST, 'X-Owl')).toBeUndefined();
  });

  test('gives a field’s value whole, and a list element by element over all its fields', () => {
    expect(getHeaders(REQUEST, 'Via')).toEqual(['SIP/2.0/UDP one, SIP/2.0/UDP two', 'SIP/2.0/UDP three']);
    expect(listValues(REQUEST, 'v')).toEqual(['SIP/2.0/UDP one', 'SIP/2.0/UDP two', 'SIP/2.0/UDP three']);
  });

  test('leaves empty list elements out', () => {
    const request = withHeader(REQUEST, 'Supported', ' , timer,,');
    expect(listValues(request, 'Supported')).toEqual(['timer']);
  });
});

describe('replacing header fields', () => {
  test('puts the new values where the first old one stood', () => {
    expect(names(withHeader(REQUEST, 'v', ['A', 'B']))).toEqual(['Via=A', 'Via=B', 'Subject=hello', 'X-Own=1']);
  });

  test('appends a field that was not there', () => {
    expect(names(withHeader(REQUEST, 'Max-Forwards', '70')).at(-1)).toBe('Max-Forwards=70');
  });

  test('prepends before those of its name, or before everything', () => {
    expect(names(prependHeader(withHeader(REQUEST, 'Date', 'now'), 'SUBJECT', 'x')).slice(1, 3)).toEqual([
      'Subject=x',
      'Subject=hello',
    ]);
    expect(names(prependHeader(REQUEST, 'Route', ['<sip:r1>', '<sip:r2>'])).slice(0, 3)).toEqual([
      'Route=<sip:r1>',
      'Route=<sip:r2>',
      'Via=SIP/2.0/UDP one, SIP/2.0/UDP two',
    ]);
  });

  test('leaves the message it was given alone', () => {
    const before = structuredClone(names(REQUEST));
    withHeader(REQUEST, 'Via', 'A');
    prependHeader(REQUEST, 'Via', 'A');
    withoutHeader(REQUEST, 'Via');
    expect(names(REQUEST)).toEqual(before);
  });

  test('keeps every other field, in order, whatever the message', () => {
    const others = (message: { headers: SipRequest['headers'] }) =>
      message.headers.filter(({ name }) => name !== 'Via');
    fc.assert(
      fc.property(
        sipMessage,
        fc.array(fc.constantFrom('A', 'B'), { minLength: 1, maxLength: 3 }),
        (message, values) => {
          const replaced = withHeader(message, 'via', values);
          expect(getHeaders(replaced, 'Via')).toEqual(values);
          expect(others(replaced)).toEqual(others(message));
          const prepended = prependHeader(message, 'via', values);
          expect(getHeaders(prepended, 'Via')).toEqual([...values, ...getHeaders(message, 'Via')]);
          expect(others(prepended)).toEqual(others(message));
          expect(withoutHeader(replaced, 'V').headers).toEqual(others(message));
        },
      ),
    );
  });
});
