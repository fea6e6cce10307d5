import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { headerText, token } from '../../../../test/support/sip-arbitraries.ts';
import { parseContacts } from './contact.ts';
import { formatNameAddr, parseNameAddr, type NameAddr } from './name-addr.ts';
import type { SipRequest } from './sip-message.ts';

const paramName = token.map((text) => text.toLowerCase());

const nameAddr: fc.Arbitrary<NameAddr> = fc.record(
  {
    displayName: headerText.filter((text) => text !== ''),
    uri: fc.constantFrom('sip:a@example.com', 'sip:a@[::1]:5060;lr?x=y', 'tel:+14155550100', 'http://example.com/,;'),
    params: fc
      .array(fc.tuple(paramName, fc.constantFrom(undefined, 'v', '"q;\\"<,>"', '[::1]')), { maxLength: 4 })
      .map((entries) => new Map(entries)),
  },
  { requiredKeys: ['uri', 'params'], noNullPrototype: true },
);

describe('an address', () => {
  test('comes back from its text as it was', () => {
    fc.assert(
      fc.property(nameAddr, (address) => {
        expect(parseNameAddr(formatNameAddr(address))).toEqual(address);
      }),
      {
        numRuns: 1_000,
      },
    );
  });

  test.each([
    ['sip:a@h', undefined, 'sip:a@h', []],
    ['sip:a@h;tag=1', undefined, 'sip:a@h', [['tag', '1']]],
    [
      'sip:a@h ; Tag = 1 ;flag',
      undefined,
      'sip:a@h',
      [
        ['tag', '1'],
        ['flag', undefined],
      ],
    ],
    ['sip:a@h;x="<;>"', undefined, 'sip:a@h', [['x', '"<;>"']]],
    ['<sip:a@h;lr>;tag=1', undefined, 'sip:a@h;lr', [['tag', '1']]],
    ['<sip:a@h?x=y,z>', undefined, 'sip:a@h?x=y,z', []],
    ['caller<sip:a@h>', 'caller', 'sip:a@h', []],
    ['T. Watson <sip:a@h> ;tag=1', 'T. Watson', 'sip:a@h', [['tag', '1']]],
    ['Zoë Łuk <sip:a@h>', 'Zoë Łuk', 'sip:a@h', []],
    [String.raw`"a \"b\" \\ <c>;d" <sip:a@h>`, String.raw`a "b" \ <c>;d`, 'sip:a@h', []],
    ['<sip:a@h>;tag=a@b=c/d', undefined, 'sip:a@h', [['tag', 'a@b=c/d']]],
  ] as const)('%s', (text, displayName, uri, params) => {
    const address = parseNameAddr(text);
    expect(address).toEqual({ ...(displayName !== undefined && { displayName }), uri, params: new Map(params) });
  });

  test.each([
    ['nothing', ''],
    ['no URI', '<>'],
    ['a URI without a scheme', 'alice'],
    ['white space in the URI', '< sip:a@h >'],
    ['white space in a bare URI', 'sip:a @h'],
    ['a quote in the URI', '<sip:a"b@h>'],
    ['a backslash in the URI', String.raw`<sip:a\b@h>`],
    ['a quote that never closes', '"a <sip:a@h>'],
    ['a bracket that never closes', '"a" <sip:a@h'],
    ['a name that needed quotes', 'Bell, A <sip:a@h>'],
    ['something between name and bracket', '"a" b <sip:a@h>'],
    ['a quoted name without brackets', '"a" sip:a@h'],
    ['something behind the bracket', '<sip:a@h> tag=1'],
    ['a bare URI with headers', 'sip:a@h?Route=%3Csip:b%3E'],
    ['a bare URI with a comma', 'sip:a,b@h'],
    ['an empty parameter', '<sip:a@h>;;tag=1'],
    ['a parameter at the end that is empty', '<sip:a@h>;tag=1;'],
    ['a repeated parameter', '<sip:a@h>;tag=1;TAG=2'],
    ['a parameter without its value', '<sip:a@h>;tag='],
    ['a value in two pieces', '<sip:a@h>;tag=1 2'],
    ['a value whose quote never closes', '<sip:a@h>;x="1'],
  ])('is not %s: %s', (_what, text) => {
    expect(parseNameAddr(text)).toBeUndefined();
  });

  test('can’t smuggle a quote out of a display name', () => {
    const text = formatNameAddr({ displayName: 'a" <sip:evil@h>;x="', uri: 'sip:a@h', params: new Map() });
    expect(parseNameAddr(text)?.uri).toBe('sip:a@h');
  });
});

describe('the contacts of a message', () => {
  const withContacts = (...values: string[]): SipRequest => ({
    kind: 'request',
    method: 'REGISTER',
    uri: 'sip:example.com',
    headers: values.map((value) => ({ name: 'Contact', value })),
    body: Buffer.alloc(0),
  });

  test('are read over all fields', () => {
    expect(parseContacts(withContacts('<sip:a@h>;q=1, sip:b@h', '"C" <sip:c@h>'))).toMatchObject([
      { uri: 'sip:a@h' },
      { uri: 'sip:b@h' },
      { uri: 'sip:c@h', displayName: 'C' },
    ]);
    expect(parseContacts(withContacts())).toEqual([]);
  });

  test('may be a star, but only alone', () => {
    expect(parseContacts(withContacts('*'))).toBe('*');
    expect(parseContacts(withContacts('*', '<sip:a@h>'))).toBeUndefined();
    expect(parseContacts(withContacts('*, <sip:a@h>'))).toBeUndefined();
  });

  test('are unreadable when one of them is', () => {
    expect(parseContacts(withContacts('<sip:a@h>', '<sip:b@h'))).toBeUndefined();
  });
});
