import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { sameSipUri } from './same-sip-uri.ts';
import { formatHostPort, formatSipUri, parseHostPort, parseSipUri, uriScheme, type SipUri } from './sip-uri.ts';

const same = (a: string, b: string): boolean => {
  const [left, right] = [parseSipUri(a), parseSipUri(b)];
  if (left === undefined || right === undefined) throw new Error(`not both URIs: ${a} ${b}`);
  return sameSipUri(left, right);
};

/** Text made of the given pieces, at least one of them. */
const madeOf = (...pieces: string[]): fc.Arbitrary<string> =>
  fc.string({ unit: fc.constantFrom(...pieces), minLength: 1, maxLength: 8 });

const userPart = madeOf(..."aZ9-_.!~*'()&=+$,;?/".split(''), '%40', '%00');
const password = madeOf(..."aZ9-_.!~*'()&=+$,".split(''), '%40', '%3A');
const paramPart = madeOf(..."az9-_.!~*'()[]/:&+$".split(''), '%3B');
const headerName = madeOf(..."aZ9-_.!~*'()+$/:?".split(''), '%26');

const params = fc
  .array(fc.tuple(paramPart, fc.option(paramPart, { nil: undefined })), { maxLength: 4 })
  .map((entries) => new Map(entries));

const headers = fc
  .array(fc.tuple(headerName, fc.constantFrom('', 'x', '%20')), { maxLength: 2 })
  .map((entries) => new Map(entries));

const place = {
  scheme: fc.constantFrom('sip' as const, 'sips' as const),
  host: fc.constantFrom('example.com', '192.0.2.1', '2001:db8::1', '::ffff:192.0.2.1', 'a_b-c.d.'),
  port: fc.integer({ min: 1, max: 65_535 }),
  params,
  headers,
};
const required = ['scheme', 'host', 'params', 'headers'] as const;

const sipUri: fc.Arbitrary<SipUri> = fc.oneof(
  fc.record(place, { requiredKeys: [...required], noNullPrototype: true }),
  fc.record({ ...place, user: userPart, password }, { requiredKeys: [...required, 'user'], noNullPrototype: true }),
);

describe('a SIP URI', () => {
  test('reads as it was written, part by part', () => {
    expect(parseSipUri('SIPS:alice:s3cret@[2001:DB8::9]:5061;transport=TCP;lr?Subject=hi&Priority=')).toEqual({
      scheme: 'sips',
      user: 'alice',
      password: 's3cret',
      host: '2001:DB8::9',
      port: 5061,
      params: new Map([
        ['transport', 'TCP'],
        ['lr', undefined],
      ]),
      headers: new Map([
        ['Subject', 'hi'],
        ['Priority', ''],
      ]),
    });
  });

  test('comes back from its text as it was', () => {
    fc.assert(
      fc.property(sipUri, (uri) => {
        expect(parseSipUri(formatSipUri(uri))).toEqual(uri);
      }),
      { numRuns: 1_000 },
    );
  });

  test.each([
    '',
    'sip',
    'sip:',
    'example.com',
    'http://example.com',
    'sip:@example.com',
    'sip:a@',
    'sip:a@b@c',
    'sip:a b@example.com',
    'sip:a@exa mple.com',
    'sip:a%4@example.com',
    'sip:a%zz@example.com',
    'sip:a@example.com:',
    'sip:a@example.com:0',
    'sip:a@example.com:65536',
    'sip:a@example.com:5060x',
    'sip:a@-example.com',
    'sip:a@[::1',
    'sip:a@[::g]',
    'sip:a@[::1]x:5060',
    'sip:a@::1',
    'sip:a@example.com;',
    'sip:a@example.com;=x',
    'sip:a@example.com;lr=',
    'sip:a@example.com;lr;LR',
    'sip:a@example.com?',
    'sip:a@example.com?Subject',
    'sip:<a>@example.com',
    'sip:"a"@example.com',
    'sip:ä@example.com',
    '<sip:a@example.com>',
    'tel:',
    'tel:+1 415',
    'tel:+1?x=y',
  ])('is not %j', (text) => {
    expect(parseSipUri(text)).toBeUndefined();
  });

  test('tells the scheme of any URI, even one it can’t read', () => {
    expect(uriScheme('Soap.Beep://192.0.2.103:3002')).toBe('soap.beep');
    expect(uriScheme('sip:')).toBeUndefined();
    expect(uriScheme('no scheme: here')).toBeUndefined();
  });
});

describe('a tel URI', () => {
  test('has a number and no host', () => {
    const uri = parseSipUri('tel:+1-(415)-555.0100;phone-context=example.com');
    expect(uri).toMatchObject({ scheme: 'tel', user: '+1-(415)-555.0100', host: '' });
    expect(uri && formatSipUri(uri)).toBe('tel:+1-(415)-555.0100;phone-context=example.com');
  });
});

describe('a host with a port', () => {
  test.each([
    ['example.com', { host: 'example.com' }],
    ['192.0.2.1:5060', { host: '192.0.2.1', port: 5060 }],
    ['[::1]', { host: '::1' }],
    ['[::1]:5070', { host: '::1', port: 5070 }],
  ])('%s reads and writes back', (text, hostPort) => {
    expect(parseHostPort(text)).toEqual(hostPort);
    expect(formatHostPort(hostPort)).toBe(text);
  });
});

describe('URI equality (the examples of RFC 3261 §19.1.4)', () => {
  test.each([
    ['sip:%61lice@atlanta.com;transport=TCP', 'sip:alice@AtlanTa.CoM;Transport=tcp'],
    ['sip:carol@chicago.com', 'sip:carol@chicago.com;newparam=5'],
    ['sip:carol@chicago.com', 'sip:carol@chicago.com;security=on'],
    [
      'sip:biloxi.com;transport=tcp;method=REGISTER?to=sip:bob%40biloxi.com',
      'sip:biloxi.com;method=REGISTER;transport=tcp?to=sip:bob%40biloxi.com',
    ],
    [
      'sip:alice@atlanta.com?subject=project%20x&priority=urgent',
      'sip:alice@atlanta.com?priority=urgent&subject=project%20x',
    ],
  ])('%s is %s', (a, b) => {
    expect(same(a, b)).toBe(true);
    expect(same(b, a)).toBe(true);
  });

  test.each([
    ['SIP:ALICE@AtLanTa.CoM;Transport=udp', 'sip:alice@AtLanTa.CoM;Transport=UDP'],
    ['sip:bob@biloxi.com', 'sip:bob@biloxi.com:5060'],
    ['sip:bob@biloxi.com', 'sip:bob@biloxi.com;transport=udp'],
    ['sip:bob@biloxi.com', 'sip:bob@biloxi.com:6000;transport=tcp'],
    ['sip:carol@chicago.com', 'sip:carol@chicago.com?Subject=next%20meeting'],
    ['sip:carol@chicago.com;security=on', 'sip:carol@chicago.com;security=off'],
    ['sip:bob@phone21.boxesbybob.com', 'sip:bob@192.0.2.4'],
    ['sip:bob@biloxi.com', 'sips:bob@biloxi.com'],
    ['sip:bob@biloxi.com', 'sip:bob:pw@biloxi.com'],
    ['sip:a%3Bb@biloxi.com', 'sip:a;b@biloxi.com'],
    ['sip:a@b?x=1&y=2', 'sip:a@b?x=1&z=2'],
  ])('%s is not %s', (a, b) => {
    expect(same(a, b)).toBe(false);
    expect(same(b, a)).toBe(false);
  });
});
