import { BlockList, isIP } from 'node:net';

import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { refusalOf, type AddressRefusal } from './refused-address.ts';

const REFUSED: Readonly<Record<AddressRefusal, readonly string[]>> = {
  unspecified: ['0.0.0.0', '0.255.255.255', '::', '0:0:0:0:0:0:0:0', '::ffff:0.0.0.0', '64:ff9b::'],
  loopback: [
    '127.0.0.1',
    '127.255.255.254',
    '::1',
    '0:0:0:0:0:0:0:1',
    '::ffff:127.0.0.1',
    '::ffff:7f00:1',
    '0:0:0:0:0:FFFF:7F00:0001',
    '::ffff:0:127.0.0.1',
    '::127.0.0.1',
    '64:ff9b::127.0.0.1',
    '64:ff9b::7f00:1',
    '2002:7f00:1::',
    '2002:7f00:0001::1',
  ],
  private: [
    '10.0.0.0',
    '10.255.255.255',
    '172.16.0.1',
    '172.31.255.255',
    '192.168.1.1',
    'fc00::1',
    'fdff:ffff::1',
    'fec0::1',
    '::ffff:10.1.2.3',
    '::ffff:c0a8:101',
    '64:ff9b::192.168.1.1',
    '64:ff9b:1::1',
    '2002:c0a8:101::1',
    '2002:a01:203::',
  ],
  shared: ['100.64.0.0', '100.127.255.255', '::ffff:100.64.0.1', '2002:6440:1::1'],
  'link-local': [
    '169.254.0.1',
    '169.254.169.254',
    'fe80::1',
    'febf::1',
    '::ffff:169.254.169.254',
    '64:ff9b::a9fe:a9fe',
  ],
  multicast: ['224.0.0.1', '239.255.255.255', 'ff02::1', 'ff0e::1', '::ffff:224.0.0.1', '2002:e000:1::'],
  documentation: [
    '192.0.2.0',
    '192.0.2.255',
    '198.51.100.1',
    '203.0.113.255',
    '2001:db8::',
    '2001:db8:ffff::1',
    '3fff::1',
    '3fff:fff:ffff::1',
    '::ffff:192.0.2.1',
    '2002:cb00:7101::1',
  ],
  reserved: [
    '192.0.0.1',
    '192.88.99.1',
    '198.18.0.1',
    '198.19.255.255',
    '240.0.0.1',
    '255.255.255.255',
    '100::1',
    '4000::1',
    '2001::1',
    '2001:0:4136:e378:8000:63bf:3fff:fdd2',
    '::ffff:255.255.255.255',
  ],
  'no-address': [
    '',
    'localhost',
    '127.1',
    '1.2.3',
    '1.2.3.4.5',
    '256.1.1.1',
    '1.2.3.04x',
    '0x7f000001',
    'fe80::1%eth0',
    '::1::',
    '1:2:3:4:5:6:7',
    '1:2:3:4:5:6:7:8:9',
    '1::2:3:4:5:6:7:8',
    '12345::',
    '::1.2.3',
    '1.2.3.4::',
    ':1:2:3:4:5:6:7:8',
    '[::1]',
  ],
};

const PUBLIC = [
  '1.1.1.1',
  '9.255.255.255',
  '11.0.0.0',
  '100.63.255.255',
  '100.128.0.0',
  '126.255.255.255',
  '128.0.0.0',
  '169.253.255.255',
  '172.15.255.255',
  '172.32.0.0',
  '192.167.255.255',
  '198.17.255.255',
  '198.20.0.0',
  '192.0.1.255',
  '192.0.3.0',
  '198.51.99.255',
  '198.51.101.0',
  '203.0.112.255',
  '203.0.114.0',
  '2001:db7:ffff::1',
  '2001:db9::',
  '223.255.255.255',
  '2606:4700::1111',
  '2001:4860:4860::8888',
  '2a00:1450:4001::1',
  '::ffff:1.1.1.1',
  '64:ff9b::1.1.1.1',
  '2002:101:101::1',
];

/** The same blocks for a second implementation, Node's own. */
const BLOCKS = [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.0.2.0', 24],
  ['192.88.99.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
  ['224.0.0.0', 3],
] as const;

describe('An address', () => {
  it.each(Object.entries(REFUSED).flatMap(([why, addresses]) => addresses.map((address) => [address, why] as const)))(
    '%j is refused as %s',
    (address, why) => {
      expect(refusalOf(address)).toBe(why);
    },
  );

  it.each(PUBLIC)('%s of the public Internet is let through', (address) => {
    expect(isIP(address)).not.toBe(0);
    expect(refusalOf(address)).toBeNull();
  });

  it('is refused exactly where Node’s own block list refuses it, as IPv4 and in each coat of IPv6', () => {
    const list = new BlockList();
    for (const [network, bits] of BLOCKS) list.addSubnet(network, bits);
    const edges = BLOCKS.flatMap(([network, bits]) => {
      const first = network.split('.').reduce((sum, octet) => sum * 256 + Number(octet), 0);
      const last = first + 2 ** (32 - bits) - 1;
      return [first - 1, first, last, last + 1];
    }).filter((value) => value >= 0 && value < 2 ** 32);
    fc.assert(
      fc.property(fc.oneof(fc.constantFrom(...edges), fc.integer({ min: 0, max: 2 ** 32 - 1 })), (value) => {
        const ipv4 = [24, 16, 8, 0].map((shift) => (value / 2 ** shift) & 255).join('.');
        const [high, low] = [Math.floor(value / 65_536), value % 65_536].map((word) => word.toString(16));
        const refused = list.check(ipv4);
        for (const address of [ipv4, `::ffff:${ipv4}`, `64:ff9b::${high}:${low}`, `2002:${high}:${low}::1`]) {
          expect([address, refusalOf(address) !== null]).toEqual([address, refused]);
        }
      }),
      { numRuns: 2_000 },
    );
  });

  it('is read as an IPv6 address exactly where Node reads it so, and outside 2000::/3 never let through', () => {
    const word = fc.oneof(fc.constantFrom('0', 'ffff', '2001', ''), fc.integer({ min: 0, max: 0xffff }).map(String));
    const text = fc
      .tuple(fc.array(word, { maxLength: 9 }), fc.constantFrom('', ':', '::', '.1', '.2.3.4'))
      .map(([words, tail]) => words.join(':') + tail);
    fc.assert(
      fc.property(text, (address) => {
        expect([address, refusalOf(address) !== 'no-address']).toEqual([address, isIP(address) !== 0]);
      }),
      { numRuns: 3_000 },
    );
  });
});
