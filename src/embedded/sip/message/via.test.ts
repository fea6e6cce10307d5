import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { token } from '../../../../test/support/sip-arbitraries.ts';
import { withParam } from './header-params.ts';
import { formatVia, isWellFormedVia, parseVia, type Via } from './via.ts';

const via: fc.Arbitrary<Via> = fc.record(
  {
    protocol: fc.constant('SIP'),
    version: fc.constant('2.0'),
    transport: fc.constantFrom('UDP', 'TCP', 'TLS', 'X-NEW'),
    host: fc.constantFrom('192.0.2.1', '2001:db8::1', 'host.example.com'),
    port: fc.integer({ min: 1, max: 65_535 }),
    params: fc
      .tuple(token, fc.constantFrom(undefined, '5061'))
      .map(([branch, rport]) => new Map([['branch', `z9hG4bK${branch}`] as const, ['rport', rport] as const])),
  },
  { requiredKeys: ['protocol', 'version', 'transport', 'host', 'params'], noNullPrototype: true },
);

describe('a Via', () => {
  test('comes back from its text as it was', () => {
    fc.assert(
      fc.property(via, (each) => {
        expect(parseVia(formatVia(each))).toEqual(each);
        expect(isWellFormedVia(formatVia(each))).toBe(true);
      }),
    );
  });

  test('reads with white space wherever the grammar lets it stand', () => {
    expect(parseVia('sip / 2.0\t/ udp   192.0.2.1 : 5060 ; branch = z9hG4bK1 ;rport')).toEqual({
      protocol: 'SIP',
      version: '2.0',
      transport: 'UDP',
      host: '192.0.2.1',
      port: 5060,
      params: new Map([
        ['branch', 'z9hG4bK1'],
        ['rport', undefined],
      ]),
    });
  });

  test('may have white space around the port’s colon, but not within a host', () => {
    expect(parseVia('SIP/2.0/UDP [2001:db8::1] : 5060')).toMatchObject({ host: '2001:db8::1', port: 5060 });
    expect(parseVia('SIP/2.0/UDP [2001: db8::1]:5060')).toBeUndefined();
  });

  test('tells a received address of IPv6, with and without brackets', () => {
    for (const address of ['2001:db8::9', '[2001:db8::9]']) {
      expect(parseVia(`SIP/2.0/UDP h;received=${address}`)?.params.get('received')).toBe(address);
    }
  });

  test('notes where a request came from by a changed copy', () => {
    const read = parseVia('SIP/2.0/UDP 10.0.0.1:5060;rport;branch=z9hG4bK1');
    const params = withParam(withParam(read?.params ?? new Map(), 'received', '192.0.2.9'), 'rport', '40000');
    expect(read && formatVia({ ...read, params })).toBe(
      'SIP/2.0/UDP 10.0.0.1:5060;rport=40000;branch=z9hG4bK1;received=192.0.2.9',
    );
    expect(read?.params.get('rport')).toBeUndefined();
  });

  test.each(['SIP/2.0/UDP 192.0.2.15;;', 'SIP/2.0/UDP 192.0.2.15;branch=', 'SIP/2.0/UDP 192.0.2.15;branch=1;branch=2'])(
    'with faulty parameters still tells where to answer, but is not well-formed: %s',
    (text) => {
      expect(parseVia(text)).toMatchObject({ transport: 'UDP', host: '192.0.2.15' });
      expect(isWellFormedVia(text)).toBe(false);
    },
  );

  test.each([
    '',
    'SIP/2.0',
    'SIP/2.0/UDP',
    'SIP/2.0/UDP ',
    '/2.0/UDP h',
    'SIP/2.0/ h',
    'SIP/2.0/UDP h:x',
    'SIP/2.0/UDP h"h',
    'SIP/2.0/UDP a b',
  ])('is not %j', (text) => {
    expect(parseVia(text)).toBeUndefined();
    expect(isWellFormedVia(text)).toBe(false);
  });
});
