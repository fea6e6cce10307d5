import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { networkInterfaces } from 'node:os';
import { describe, expect, it, onTestFinished } from 'vitest';
import { NoRtpPortError, PortRange, type PortPair } from './port-range.ts';

const host = '127.0.0.1';

/** A range of so many pairs that are free just now, below the ports the system gives to others that ask for any. */
async function freeRange(
  pairs: number,
): Promise<{ readonly host: string; readonly min: number; readonly max: number }> {
  for (let min = 20_000 + 2 * (process.pid % 4000); min < 32_000; min += pairs * 2) {
    const range = new PortRange({ host, min, max: min + pairs * 2 - 1 });
    const opened = await Promise.allSettled(Array.from({ length: pairs }, () => range.open()));
    for (const one of opened) if (one.status === 'fulfilled') one.value.release();
    if (opened.every(({ status }) => status === 'fulfilled')) return { host, min, max: min + pairs * 2 - 1 };
  }
  throw new Error('no free ports in a row');
}

async function occupy(port: number): Promise<void> {
  const socket = createSocket('udp4');
  socket.bind(port, host);
  await once(socket, 'listening');
  onTestFinished(() => void socket.close());
}

const releaseAll = (pairs: readonly PortPair[]): void => pairs.forEach((pair) => pair.release());

describe('RTP ports', () => {
  it('come in pairs: RTP on an even one, RTCP on the next', async () => {
    for (const range of [new PortRange(await freeRange(3)), new PortRange({ host, min: 0, max: 0 })]) {
      const pairs = await Promise.all([range.open(), range.open(), range.open()]);
      onTestFinished(() => releaseAll(pairs));
      for (const { port, rtp, rtcp } of pairs) {
        expect([port % 2, rtp.address().port, rtcp.address().port]).toEqual([0, port, port + 1]);
      }
      expect([new Set(pairs.map(({ port }) => port)).size, range.inUse]).toEqual([3, 3]);
    }
  });

  it('are not used again at once, but the longest free first', async () => {
    const { min, max } = await freeRange(3);
    const range = new PortRange({ host, min, max });
    const used: number[] = [];
    for (let i = 0; i < 6; i += 1) {
      const pair = await range.open();
      used.push(pair.port - min);
      pair.release();
    }
    expect(used).toEqual([0, 2, 4, 0, 2, 4]);
  });

  it('are refused when all are taken, with what to do, and there again when one is given back', async () => {
    const { min, max } = await freeRange(2);
    const range = new PortRange({ host, min, max });
    const pairs = await Promise.all([range.open(), range.open()]);
    onTestFinished(() => releaseAll(pairs));
    await expect(range.open()).rejects.toThrow(
      new NoRtpPortError(
        `no RTP port is free: of the 2 pairs of ${min}–${max}, calls have 2 ` +
          'and other programs the rest; widen RTP_PORT_MIN and RTP_PORT_MAX',
      ),
    );
    pairs[1].release();
    pairs[1].release();
    expect(range.inUse).toBe(1);
    const again = await range.open();
    expect(again.port).toBe(pairs[1].port);
    again.release();
  });

  it('are passed over while another program has either of a pair', async () => {
    const { min, max } = await freeRange(4);
    await occupy(min);
    await occupy(min + 5);
    const range = new PortRange({ host, min, max });
    const pairs = await Promise.all([range.open(), range.open()]);
    onTestFinished(() => releaseAll(pairs));
    expect(pairs.map(({ port }) => port - min).toSorted((a, b) => a - b)).toEqual([2, 6]);
    await expect(range.open()).rejects.toThrow('of the 4 pairs');
  });

  it('begin even though the range doesn’t', async () => {
    const { min } = await freeRange(2);
    const range = new PortRange({ host, min: min + 1, max: min + 3 });
    const pair = await range.open();
    expect(pair.port).toBe(min + 2);
    await expect(range.open()).rejects.toThrow('of the 1 pairs');
    pair.release();
  });

  it.each([
    [20_001, 20_002],
    [20_000, 20_000],
    [30_000, 20_000],
    [0, 20_000],
    [20_000, 70_000],
    [20_000.5, 20_010],
    [Number.NaN, 20_010],
  ])('can’t be %d to %d', (min, max) => {
    expect(() => new PortRange({ host, min, max })).toThrow(
      /^RTP ports .* hold no pair: give an even port and at least/,
    );
  });

  it('can’t be had on an address of another machine', async () => {
    for (const min of [0, 40_000]) {
      const range = new PortRange({ host: '192.0.2.1', min, max: min === 0 ? 0 : 40_003 });
      await expect(range.open()).rejects.toThrow(
        "can't bind RTP to 192.0.2.1: EADDRNOTAVAIL; is that one of this machine's addresses?",
      );
      expect(range.inUse).toBe(0);
    }
  });

  const hasIPv6 = Object.values(networkInterfaces()).some((list) => list?.some(({ address }) => address === '::1'));
  it.runIf(hasIPv6)('can be IPv6', async () => {
    const pair = await new PortRange({ host: '::1', min: 0, max: 0 }).open();
    expect(pair.rtp.address().family).toBe('IPv6');
    pair.release();
  });

  it('are never lost, in thousands of calls that begin and end in any order', async () => {
    const { min, max } = await freeRange(20);
    const range = new PortRange({ host, min, max });
    const held: PortPair[] = [];
    let refused = 0;
    for (let round = 0; round < 3000; round += 1) {
      const opened = await Promise.allSettled(Array.from({ length: 1 + (round % 3) }, () => range.open()));
      for (const one of opened) {
        if (one.status === 'fulfilled') held.push(one.value);
        else refused += 1;
      }
      const leaving = (round * 7919) % 4;
      for (let i = 0; i < leaving && held.length > 0; i += 1) held.splice((round * 31) % held.length, 1)[0]!.release();
      expect(range.inUse).toBe(held.length);
    }
    releaseAll(held.splice(0));
    const all = await Promise.all(Array.from({ length: 20 }, () => range.open()));
    expect(all.map(({ port }) => port).toSorted((a, b) => a - b)).toEqual(
      Array.from({ length: 20 }, (_, i) => min + i * 2),
    );
    expect(refused).toBeGreaterThan(0);
    releaseAll(all);
  });
});
