import { describe, expect, it } from 'vitest';
import { decodeHep } from '../../../../test/support/hep-collector.ts';
import { encodeHep, type CapturedMessage } from './encode-hep.ts';

const MESSAGE: CapturedMessage = {
  transport: 'udp',
  from: { host: '192.0.2.1', port: 5060 },
  to: { host: '198.51.100.255', port: 65_535 },
  atMs: 1_763_733_600_123.456,
  bytes: Buffer.from('OPTIONS sip:ä SIP/2.0\r\n\r\n'),
};

const decoded = (change: Partial<CapturedMessage>, agent = { id: 1 }) =>
  decodeHep(encodeHep({ ...MESSAGE, ...change }, agent) ?? Buffer.alloc(0));

describe('a HEP packet', () => {
  it('says who told whom what, when and to which agent', () => {
    expect(decoded({}, { id: 4_294_967_295 })).toEqual({
      family: 2,
      protocol: 17,
      from: '192.0.2.1:5060',
      to: '198.51.100.255:65535',
      atMs: 1_763_733_600_123.456,
      payloadType: 1,
      agentId: 4_294_967_295,
      password: null,
      payload: 'OPTIONS sip:ä SIP/2.0\r\n\r\n',
    });
  });

  it('begins with its name and its whole length', () => {
    const packet = encodeHep(MESSAGE, { id: 1 });
    expect(packet?.subarray(0, 4).toString()).toBe('HEP3');
    expect(packet?.readUInt16BE(4)).toBe(packet?.length);
  });

  it('carries the password where the server asks for one', () => {
    const packet = encodeHep(MESSAGE, { id: 1, password: 'geheim' });
    expect(decodeHep(packet ?? Buffer.alloc(0)).password).toBe('geheim');
  });

  it.each([
    ['::1', '0000:0000:0000:0000:0000:0000:0000:0001'],
    ['2001:db8::7:0:1', '2001:0db8:0000:0000:0000:0007:0000:0001'],
    ['fe80::1%eth0', 'fe80:0000:0000:0000:0000:0000:0000:0001'],
    ['::ffff:192.0.2.1', '0000:0000:0000:0000:0000:ffff:c000:0201'],
    ['1:2:3:4:5:6:7:8', '0001:0002:0003:0004:0005:0006:0007:0008'],
    ['::', '0000:0000:0000:0000:0000:0000:0000:0000'],
  ])('writes the IPv6 address %s in full, and an IPv4 one beside it as mapped', (host, full) => {
    const packet = decoded({ transport: 'tcp', from: { host, port: 1 } });
    expect(packet).toMatchObject({ family: 10, protocol: 6, from: `${full}:1` });
    expect(packet.to).toBe('0000:0000:0000:0000:0000:ffff:c633:64ff:65535');
  });

  it('is none where the message fits no datagram', () => {
    expect(encodeHep({ ...MESSAGE, bytes: Buffer.alloc(65_300) }, { id: 1 })).not.toBeNull();
    expect(encodeHep({ ...MESSAGE, bytes: Buffer.alloc(65_500) }, { id: 1 })).toBeNull();
  });
});
