import { networkInterfaces } from 'node:os';
import { describe, expect, it } from 'vitest';
import { isLoopback, LocalAddress } from './local-address.ts';

describe('our own address', () => {
  it('is what we listen on', () => {
    const local = new LocalAddress({ host: '127.0.0.1', port: 5060 }, undefined);
    expect(local.hostFor('192.0.2.1')).toBe('127.0.0.1');
    expect(local.hostFor('127.0.0.9')).toBe('127.0.0.1');
  });

  it('is the advertised one for the outside world, but never for a peer on this machine', () => {
    const local = new LocalAddress({ host: '0.0.0.0', port: 5060 }, 'sip.example.com');
    expect(local.hostFor('192.0.2.1')).toBe('sip.example.com');
    expect(local.hostFor('127.0.0.1')).toBe('127.0.0.1');
    expect(local.ownFor('192.0.2.1')).not.toBe('sip.example.com');
  });

  it('is one of this machine where we listen on all', () => {
    const local = new LocalAddress({ host: '0.0.0.0', port: 5060 }, undefined);
    const own = Object.values(networkInterfaces()).flatMap(
      (addresses) => addresses?.map(({ address }) => address) ?? [],
    );
    expect(own).toContain(local.hostFor('192.0.2.1'));
    expect(local.hostFor('::1')).toBe('::1');
  });

  it('is known to be ours under each of its names, on our port alone', () => {
    const all = new LocalAddress({ host: '0.0.0.0', port: 5060 }, 'sip.example.com');
    expect(all.isOwn({ host: '127.0.0.5', port: 5060 })).toBe(true);
    expect(all.isOwn({ host: 'sip.example.com', port: 5060 })).toBe(true);
    expect(all.isOwn({ host: '127.0.0.1', port: 5070 })).toBe(false);
    expect(all.isOwn({ host: '192.0.2.1', port: 5060 })).toBe(false);
    const one = new LocalAddress({ host: '127.0.0.1', port: 5060 }, undefined);
    expect(one.isOwn({ host: '127.0.0.1', port: 5060 })).toBe(true);
    expect(one.isOwn({ host: '127.0.0.2', port: 5060 })).toBe(false);
  });

  it('tells loopback from the world', () => {
    expect(['127.0.0.1', '127.255.0.1', '::1'].every(isLoopback)).toBe(true);
    expect(['10.0.0.1', '128.0.0.1', '2001:db8::1'].some(isLoopback)).toBe(false);
  });
});
