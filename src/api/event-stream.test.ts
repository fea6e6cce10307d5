import { once } from 'node:events';

import { describe, expect, it } from 'vitest';

import { EventRing } from '../calls/event-ring.ts';
import { EventStream, readPlace, type EventPlace } from './event-stream.ts';

const BOOT = 'b007';

function follow(ring: EventRing<number>, from?: EventPlace | 'unknown'): EventStream<number> {
  const show = (n: number): { type: string; data: object } | undefined =>
    n < 0 ? undefined : { type: 'n', data: { n } };
  return new EventStream({ ring, bootId: BOOT, from, view: { show, resync: { reason: 'gone' } } });
}

/** Reads what there is, once what was written is told of. */
async function readAll(stream: EventStream<number>): Promise<string> {
  await new Promise((resolve) => {
    setImmediate(resolve);
  });
  let text = '';
  const next = (): Buffer | null => stream.read() as Buffer | null;
  for (let chunk = next(); chunk !== null; chunk = next()) text += chunk.toString();
  return text;
}

const numbersIn = (text: string): number[] => [...text.matchAll(/data: \{"n":(\d+)\}/g)].map(([, n]) => Number(n));

function ringOf(count: number, capacity = 10_000): EventRing<number> {
  const ring = new EventRing<number>(capacity);
  for (let n = 1; n <= count; n += 1) ring.add(n);
  return ring;
}

describe('A stream of events', () => {
  it('begins where it stands, and says what comes, each with its id', async () => {
    const ring = ringOf(5);
    const stream = follow(ring);
    expect(await readAll(stream)).toBe('retry: 2000\nid: b007-5\n\n');
    ring.add(6);
    expect(await readAll(stream)).toBe('event: n\nid: b007-6\ndata: {"n":6}\n\n');
  });

  it('that goes on has all that was missed, once each and in order', async () => {
    for (const seq of [0, 1, 4_999, 5_000]) {
      const text = await readAll(follow(ringOf(5_000), { bootId: BOOT, seq }));
      expect(numbersIn(text)).toEqual(Array.from({ length: 5_000 - seq }, (_, n) => seq + n + 1));
      expect(text).not.toContain('resync');
    }
  });

  it.each([
    ['of another run', { bootId: 'feed', seq: 15 }],
    ['before what is remembered', { bootId: BOOT, seq: 9 }],
    ['that was never given', { bootId: BOOT, seq: 21 }],
    ['that is none', 'unknown' as const],
  ])('that was at a place %s is told to begin anew, and goes on from now', async (_which, from) => {
    const ring = ringOf(20, 10);
    const stream = follow(ring, from);
    ring.add(21);
    const text = await readAll(stream);
    expect(text).toContain('event: resync\ndata: {"reason":"gone"}\n\n');
    expect(numbersIn(text)).toEqual([21]);
  });

  it('goes on at the very edge of what is remembered', async () => {
    const text = await readAll(follow(ringOf(20, 10), { bootId: BOOT, seq: 10 }));
    expect(numbersIn(text)).toEqual([11, 12, 13, 14, 15, 16, 17, 18, 19, 20]);
  });

  it('keeps its place in its beats where nothing was for it', async () => {
    const ring = ringOf(1);
    const stream = follow(ring);
    await readAll(stream);
    ring.add(-1);
    expect(await readAll(stream)).toBe('');
    stream.beat();
    expect(await readAll(stream)).toBe(': still here\nid: b007-2\n\n');
  });

  it('holds no more than a buffer of what its client does not take, then cuts it off', async () => {
    const ring = ringOf(0, 100_000);
    const stream = follow(ring);
    const closed = once(stream, 'close');
    let most = 0;
    for (let n = 1; n <= 10_000 && !stream.destroyed; n += 1) {
      ring.add(n);
      await new Promise((resolve) => {
        setImmediate(resolve);
      });
      most = Math.max(most, stream.readableLength);
    }
    await closed;
    expect(most).toBeLessThan(stream.readableHighWaterMark + 100);
  });

  it('cuts off a client that took nothing in between two beats, and none that did', async () => {
    const ring = ringOf(5_000);
    const stream = follow(ring, { bootId: BOOT, seq: 0 });
    stream.read(0);
    stream.beat();
    await readAll(stream);
    stream.beat();
    stream.beat();
    expect(stream.destroyed).toBe(false);

    const stuck = follow(ring, { bootId: BOOT, seq: 0 });
    stuck.read(0);
    stuck.beat();
    stuck.beat();
    expect(stuck.destroyed).toBe(true);
  });

  it('listens no more once it is over', async () => {
    const ring = ringOf(0);
    const stream = follow(ring);
    stream.end();
    ring.add(1);
    expect(await readAll(stream)).toBe('retry: 2000\nid: b007-0\n\n');
  });
});

describe('A last event id', () => {
  it.each(['', 'x', 'b007', 'b007-', '-1', 'b007--1', 'b007-1.5', 'B007-1', `b007-${'9'.repeat(16)}`, 'b007-1\n'])(
    '%j is none of ours',
    (text) => {
      expect(readPlace(text)).toBe('unknown');
    },
  );
});
