import { describe, expect, it } from 'vitest';
import { PeerLatch } from './peer-latch.ts';

const PUBLIC = '198.51.100.7';
const STRANGER = '203.0.113.9';
const PRIVATE = '192.168.1.20';

/** A latch that has agreed on a peer; `hear` is a packet, answered by whether it is listened to. */
function latched(address: string, port = 4000, family: 'ipv4' | 'ipv6' = 'ipv4') {
  const latch = new PeerLatch(family);
  latch.agree(address, port);
  let nowMs = 0;
  return {
    latch,
    hear: (from: string, fromPort = 4000) => latch.admits(from, fromPort, nowMs),
    wait: (ms: number) => {
      nowMs += ms;
    },
  };
}

describe('whom a port listens to', () => {
  it('is nobody before anything is agreed', () => {
    const latch = new PeerLatch('ipv4');
    expect([latch.admits(PUBLIC, 4000, 0), latch.target, latch.knows(PUBLIC)]).toEqual([false, null, false]);
  });

  it('is who was agreed on, and no stranger before or after', () => {
    const { latch, hear } = latched(PUBLIC);
    expect(latch.target).toEqual({ address: PUBLIC, port: 4000 });
    expect([hear(STRANGER), hear(PUBLIC), hear(STRANGER), hear(PUBLIC)]).toEqual([false, true, false, true]);
    expect(latch.target).toEqual({ address: PUBLIC, port: 4000 });
  });

  it('is the first port of the agreed address that speaks, and it is sent to there (RFC 4961)', () => {
    const { latch, hear } = latched(PUBLIC);
    expect([hear(PUBLIC, 5555), hear(PUBLIC, 6666), hear(PUBLIC, 5555)]).toEqual([true, false, true]);
    expect(latch.target).toEqual({ address: PUBLIC, port: 5555 });
  });

  it('is the very port agreed on as soon as it speaks, though another was first', () => {
    const { latch, hear } = latched(PUBLIC);
    expect([hear(PUBLIC, 5555), hear(PUBLIC, 4000), hear(PUBLIC, 5555)]).toEqual([true, true, false]);
    expect(latch.target?.port).toBe(4000);
  });

  it('follows a peer to another port of its address after seconds of silence, not before, and no stranger', () => {
    const { latch, hear, wait } = latched(PUBLIC);
    hear(PUBLIC);
    wait(2999);
    expect([hear(PUBLIC, 5555), hear(STRANGER)]).toEqual([false, false]);
    wait(1);
    expect([hear(STRANGER), hear(PUBLIC, 5555), hear(PUBLIC, 6666)]).toEqual([false, true, false]);
    expect(latch.target?.port).toBe(5555);
  });

  it('is the first to speak where the peer named an address of a private network', () => {
    const { latch, hear, wait } = latched(PRIVATE);
    expect(latch.target).toEqual({ address: PRIVATE, port: 4000 });
    expect([hear(PUBLIC, 5555), hear(STRANGER), hear(PUBLIC, 5555)]).toEqual([true, false, true]);
    expect(latch.target).toEqual({ address: PUBLIC, port: 5555 });
    wait(3000);
    expect([hear(STRANGER), hear(PUBLIC, 7777)]).toEqual([false, true]);
  });

  it.each(['10.1.2.3', '172.31.0.1', '192.168.0.1', '100.64.0.1', '169.254.9.9'])(
    'takes %s for an address behind NAT',
    (address) => {
      expect(latched(address).hear(PUBLIC)).toBe(true);
    },
  );

  it.each(['172.32.0.1', '100.128.0.1', '127.0.0.1', '192.169.0.1'])('and %s not', (address) => {
    expect(latched(address).hear(PUBLIC)).toBe(false);
  });

  it('is the private address itself as soon as it speaks, though a stranger was first', () => {
    const { latch, hear } = latched(PRIVATE);
    expect([hear(STRANGER), hear(PRIVATE, 4002), hear(STRANGER)]).toEqual([true, true, false]);
    expect(latch.target).toEqual({ address: PRIVATE, port: 4002 });
  });

  it('stays the same when the same is agreed on again, as on hold', () => {
    const { latch, hear } = latched(PUBLIC);
    hear(PUBLIC, 5555);
    latch.agree(PUBLIC, 4000);
    expect(latch.target?.port).toBe(5555);
    expect(hear(PUBLIC, 6666)).toBe(false);
  });

  it('moves with a new agreement, without silence in between', () => {
    const { latch, hear } = latched(PUBLIC);
    hear(PUBLIC);
    latch.agree(STRANGER, 9000);
    expect(latch.target).toEqual({ address: STRANGER, port: 9000 });
    expect([hear(PUBLIC), hear(STRANGER, 9000), hear(PUBLIC)]).toEqual([true, true, false]);
  });

  it('moves to another port of the same address, though packets of the old one are still on their way', () => {
    const { latch, hear } = latched(PUBLIC);
    hear(PUBLIC);
    latch.agree(PUBLIC, 4400);
    expect([hear(PUBLIC), latch.target?.port, hear(PUBLIC, 5555), latch.target?.port, hear(PUBLIC)]).toEqual([
      true,
      4400,
      true,
      5555,
      false,
    ]);
  });

  it('behind NAT goes on being sent to where it was, until it shows its new port', () => {
    const { latch, hear } = latched(PRIVATE);
    hear(PUBLIC, 5555);
    latch.agree(PRIVATE, 4400);
    expect(latch.target).toEqual({ address: PUBLIC, port: 5555 });
    expect([hear(STRANGER), hear(PUBLIC, 5557), hear(PUBLIC, 5555)]).toEqual([false, true, false]);
    expect(latch.target?.port).toBe(5557);
  });

  it.each([
    ['0.0.0.0', 4000],
    ['::', 4000],
    ['phone.example.com', 4000],
    ['', 4000],
    [PUBLIC, 0],
    [PUBLIC, 65_536],
    ['2001:db8::1', 4000],
  ])('and sends to is nobody at %s port %i', (address, port) => {
    const { latch, hear } = latched(address, port);
    expect([latch.target, hear(PUBLIC), hear(address)]).toEqual([null, false, false]);
  });

  it('is still the same peer after a hold that named no address', () => {
    const { latch, hear } = latched(PUBLIC);
    hear(PUBLIC);
    latch.agree('0.0.0.0', 4000);
    expect([latch.target, hear(PUBLIC), hear(STRANGER)]).toEqual([null, true, false]);
    latch.agree(PUBLIC, 4000);
    expect([latch.target?.address, hear(PUBLIC)]).toEqual([PUBLIC, true]);
  });

  it('on an IPv6 socket is known however its address was written, IPv4 peers as mapped', () => {
    const six = latched('2001:DB8:0:0::1', 4000, 'ipv6');
    expect([six.hear('2001:db8::1'), six.latch.target?.address]).toEqual([true, '2001:db8::1']);
    const four = latched(PUBLIC, 4000, 'ipv6');
    expect([four.hear(`::ffff:${PUBLIC}`), four.hear(`::ffff:${STRANGER}`)]).toEqual([true, false]);
    expect(latched('fd00::5', 4000, 'ipv6').hear('2001:db8::1')).toBe(true);
  });

  it('knows its peer’s addresses whatever the port, for RTCP', () => {
    const { latch, hear } = latched(PRIVATE);
    hear(PUBLIC);
    expect([PRIVATE, PUBLIC, STRANGER].map((address) => latch.knows(address))).toEqual([true, true, false]);
  });
});
