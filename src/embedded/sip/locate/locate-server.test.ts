import { describe, expect, it } from 'vitest';
import { parseSipUri } from '../message/sip-uri.ts';
import { Locator, type Target } from './locate-server.ts';
import type { NameService } from './name-service.ts';
import type { SrvRecord } from './srv-order.ts';

const ADDRESSES: Readonly<Record<string, readonly string[]>> = {
  'plain.example': ['192.0.2.1', '192.0.2.2'],
  'a.example': ['192.0.2.10'],
  'b.example': ['192.0.2.20'],
};

const SERVICES: Readonly<Record<string, readonly SrvRecord[]>> = {
  '_sip._udp.served.example': [
    { name: 'b.example', port: 5070, priority: 20, weight: 1 },
    { name: 'a.example', port: 5080, priority: 10, weight: 1 },
  ],
  '_sip._tcp.stream.example': [{ name: 'a.example', port: 5090, priority: 1, weight: 1 }],
};

class Names implements NameService {
  readonly asked: string[] = [];
  addresses = (name: string): Promise<readonly string[]> => {
    this.asked.push(name);
    return Promise.resolve(ADDRESSES[name] ?? []);
  };
  services = (name: string): Promise<readonly SrvRecord[]> => {
    this.asked.push(name);
    return Promise.resolve(SERVICES[name] ?? []);
  };
}

async function locate(text: string, names = new Names()): Promise<string[]> {
  const uri = parseSipUri(text);
  const targets: readonly Target[] = uri === undefined ? [] : await new Locator(names).locate(uri);
  return targets.map(
    ({ transport, host, port, transportIsExplicit }) =>
      `${transport} ${host}:${port}${transportIsExplicit ? ' explicit' : ''}`,
  );
}

describe('locating a server (RFC 3263)', () => {
  it('asks nobody about an address', async () => {
    const names = new Names();
    expect(await locate('sip:x@192.0.2.9', names)).toEqual(['udp 192.0.2.9:5060']);
    expect(await locate('sip:x@192.0.2.9:5070;transport=TCP', names)).toEqual(['tcp 192.0.2.9:5070 explicit']);
    expect(await locate('sip:[2001:db8::1]', names)).toEqual(['udp 2001:db8::1:5060']);
    expect(names.asked).toEqual([]);
  });

  it('takes the addresses of a name with a port, in their order', async () => {
    const names = new Names();
    expect(await locate('sip:plain.example:5070', names)).toEqual(['udp 192.0.2.1:5070', 'udp 192.0.2.2:5070']);
    expect(names.asked).toEqual(['plain.example']);
  });

  it('goes by SRV where no port is given: by priority, over the transport the record is for', async () => {
    expect(await locate('sip:served.example')).toEqual(['udp 192.0.2.10:5080', 'udp 192.0.2.20:5070']);
    expect(await locate('sip:stream.example')).toEqual(['tcp 192.0.2.10:5090']);
  });

  it('falls back to the default port where there is no SRV', async () => {
    expect(await locate('sip:plain.example')).toEqual(['udp 192.0.2.1:5060', 'udp 192.0.2.2:5060']);
    expect(await locate('sip:plain.example;transport=tcp')).toEqual([
      'tcp 192.0.2.1:5060 explicit',
      'tcp 192.0.2.2:5060 explicit',
    ]);
  });

  it('lets maddr stand in for the host', async () => {
    expect(await locate('sip:x@plain.example;maddr=192.0.2.77')).toEqual(['udp 192.0.2.77:5060']);
  });

  it('finds nothing for an unknown name, TLS, sips or tel', async () => {
    for (const uri of ['sip:nowhere.example', 'sip:a.example;transport=tls', 'sips:a.example', 'tel:+15551230000']) {
      expect(await locate(uri)).toEqual([]);
    }
  });

  it('asks once for what is wanted often, even at the same time', async () => {
    const names = new Names();
    const locator = new Locator(names);
    const uri = parseSipUri('sip:plain.example:5060');
    if (uri === undefined) throw new Error('unreadable');
    await Promise.all([locator.locate(uri), locator.locate(uri)]);
    await locator.locate(uri);
    expect(names.asked).toEqual(['plain.example']);
  });
});
