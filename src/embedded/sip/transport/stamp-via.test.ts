import { describe, expect, it } from 'vitest';
import { getHeaders } from '../message/header-fields.ts';
import type { SipRequest } from '../message/sip-message.ts';
import { parseVia, type Via } from '../message/via.ts';
import { responseAddress, stampVia } from './stamp-via.ts';

const source = { host: '192.0.2.4', port: 40_000 };

const withVias = (...values: string[]): SipRequest => ({
  kind: 'request',
  method: 'OPTIONS',
  uri: 'sip:x',
  headers: values.map((value) => ({ name: 'Via', value })),
  body: Buffer.alloc(0),
});

const stamped = (...values: string[]): string[] => getHeaders(stampVia(withVias(...values), source), 'Via');

const via = (value: string): Via => {
  const parsed = parseVia(value);
  if (parsed === undefined) throw new Error(`unreadable Via ${value}`);
  return parsed;
};

describe('a Via that came in', () => {
  it('keeps quiet where the sender is who it says', () => {
    expect(stamped('SIP/2.0/UDP 192.0.2.4;branch=z9hG4bK1')).toEqual(['SIP/2.0/UDP 192.0.2.4;branch=z9hG4bK1']);
  });

  it('keeps no received of the sender’s own', () => {
    expect(stamped('SIP/2.0/UDP 192.0.2.4;received=198.51.100.9;branch=z9hG4bK1')).toEqual([
      'SIP/2.0/UDP 192.0.2.4;received=192.0.2.4;branch=z9hG4bK1',
    ]);
    expect(stamped('SIP/2.0/UDP 10.0.0.1;received=198.51.100.9')).toEqual(['SIP/2.0/UDP 10.0.0.1;received=192.0.2.4']);
  });

  it('gets received where sent-by is another address or a name', () => {
    expect(stamped('SIP/2.0/UDP 10.0.0.1;branch=z9hG4bK1')[0]).toContain(';received=192.0.2.4');
    expect(stamped('SIP/2.0/UDP pc.example;branch=z9hG4bK1')[0]).toContain(';received=192.0.2.4');
  });

  it('gets received and rport where rport is asked for', () => {
    expect(stamped('SIP/2.0/UDP 192.0.2.4;rport;branch=z9hG4bK1')).toEqual([
      'SIP/2.0/UDP 192.0.2.4;rport=40000;branch=z9hG4bK1;received=192.0.2.4',
    ]);
  });

  it('is stamped on top alone, with those below as they were', () => {
    const [top, below] = stamped('SIP/2.0/UDP a.example;branch=z9hG4bK1, SIP/2.0/UDP b.example;branch=z9hG4bK2');
    expect(top).toContain('received');
    expect(below).toBe('SIP/2.0/UDP b.example;branch=z9hG4bK2');
  });
});

describe('a response whose connection is gone', () => {
  it('goes to the sender, at the port of sent-by or the default', () => {
    expect(responseAddress(via('SIP/2.0/TCP h:5070;rport=1234'), source)).toEqual({ host: '192.0.2.4', port: 5070 });
    expect(responseAddress(via('SIP/2.0/TCP h'), source)).toEqual({ host: '192.0.2.4', port: 5060 });
  });

  it('never goes where maddr or a forged received points', () => {
    const forged = via('SIP/2.0/TCP h;maddr=198.51.100.1;received=203.0.113.1');
    expect(responseAddress(forged, source).host).toBe('192.0.2.4');
  });
});
