import { describe, expect, it } from 'vitest';

import { servedFolder, tamper } from '../../test/support/cli-store.ts';
import { settleCall } from '../../test/support/settle-call.ts';
import { temporaryStore } from '../../test/support/temporary-store.ts';
import type { Cdr } from '../domain/call/cdr.ts';
import type { CallId } from '../domain/ids.ts';
import { toIso, type EpochMs } from '../domain/time.ts';
import { summarize, type SummaryQuery } from './summarize.ts';

const EVERYTHING: SummaryQuery = {
  groupBy: 'day',
  timezone: 'UTC',
  from: null,
  to: null,
  filters: {},
  side: 'house',
};

describe('A summary', () => {
  /** Calls received at these instants, summed up. */
  async function summarizeAt(instants: readonly string[], asked: Partial<SummaryQuery>) {
    const store = temporaryStore();
    for (const [n, receivedAt] of instants.entries()) {
      await settleCall(store, `call_${n}`, { receivedAt: receivedAt as Cdr['receivedAt'] });
    }
    const { data } = await summarize(store.reports, { ...EVERYTHING, ...asked });
    return data.map(({ key, calls }) => [key, calls]);
  }

  /** The first millisecond of every quarter of an hour in between. */
  function quarters(from: string, to: string): string[] {
    const [first, last] = [Date.parse(from), Date.parse(to)];
    return Array.from({ length: (last - first) / 900_000 }, (_, n) => toIso((first + n * 900_000) as EpochMs));
  }

  it('begins with its first instant and ends before its last', async () => {
    const asked = { from: Date.parse('2026-11-21T14:00Z') as EpochMs, to: Date.parse('2026-11-21T15:00Z') as EpochMs };
    const inside = ['2026-11-21T14:00:00.000Z', '2026-11-21T14:59:59.999Z'];
    const outside = ['2026-11-21T13:59:59.999Z', '2026-11-21T15:00:00.000Z'];
    expect(await summarizeAt([...inside, ...outside], asked)).toEqual([['2026-11-21', 2]]);
  });

  it('has days of 23 and 25 hours where clocks change', async () => {
    const timezone = 'America/New_York';
    expect(await summarizeAt(quarters('2026-03-08T05:00Z', '2026-03-09T05:00Z'), { timezone })).toEqual([
      ['2026-03-08', 23 * 4],
      ['2026-03-09', 4],
    ]);
    expect(await summarizeAt(quarters('2026-11-01T04:00Z', '2026-11-02T06:00Z'), { timezone })).toEqual([
      ['2026-11-01', 25 * 4],
      ['2026-11-02', 4],
    ]);
  });

  it('keeps apart by their offset two hours that the clock shows alike, in order of time', async () => {
    const asked = { groupBy: 'hour', timezone: 'Europe/Berlin' } as const;
    expect(await summarizeAt(quarters('2026-10-24T23:30Z', '2026-10-25T02:15Z'), asked)).toEqual([
      ['2026-10-25T01:00:00+02:00', 2],
      ['2026-10-25T02:00:00+02:00', 4],
      ['2026-10-25T02:00:00+01:00', 4],
      ['2026-10-25T03:00:00+01:00', 1],
    ]);
  });

  it('counts hours of the week from Monday midnight, a repeated one once', async () => {
    const asked = { groupBy: 'hour-of-week', timezone: 'Asia/Kolkata' } as const;
    const ofMonday = ['2026-11-22T18:30:00.000Z', '2026-11-29T19:29:59.999Z'];
    const ofSunday = ['2026-11-22T18:29:59.999Z'];
    expect(await summarizeAt([...ofMonday, ...ofSunday], asked)).toEqual([
      [0, 2],
      [167, 1],
    ]);
    const twice = { groupBy: 'hour-of-week', timezone: 'America/New_York' } as const;
    expect(await summarizeAt(quarters('2026-11-01T05:00Z', '2026-11-01T07:00Z'), twice)).toEqual([[145, 8]]);
  });

  it('counts a correction for the day of its call, whenever it was made', async () => {
    let today = Date.parse('2026-11-21T15:00:00Z') as EpochMs;
    const store = temporaryStore(() => today);
    await settleCall(store, 'call_1');
    today = Date.parse('2027-01-15T15:00:00Z') as EpochMs;
    await store.ledger.refundCall('call_1' as CallId, { reason: 'wrong number', keyId: 'key_1' });
    const { data } = await summarize(store.reports, EVERYTHING);
    expect(data).toMatchObject([
      { key: '2026-11-21', calls: 1, connected: 1, billable: 0, chargeMicros: 0, payoutMicros: 0 },
    ]);
  });

  it('counts a call that a crash cut off once it is closed, and as billable once it is billed', async () => {
    const store = temporaryStore();
    const { receivedAt } = await settleCall(store, 'call_1', { estimated: true, outcome: 'interrupted' });
    const asked = { ...EVERYTHING, from: Date.parse(receivedAt) as EpochMs };
    expect((await summarize(store.reports, asked)).total).toMatchObject({ calls: 1, connected: 1, billable: 0 });
    await store.ledger.billCall('call_1' as CallId, { reason: 'recording heard', keyId: 'key_1' });
    expect((await summarize(store.reports, asked)).total).toMatchObject({ billable: 1, chargeMicros: 30_000_000 });
  });

  it('of many calls leaves none out between its steps, and takes a turn of the event loop for each', async () => {
    const { store, dataDir } = servedFolder();
    await settleCall(store, 'call_1');
    // Many of one millisecond, so that steps end in the midst of them.
    tamper(
      dataDir,
      `PRAGMA foreign_keys = OFF;
       INSERT INTO report_calls SELECT received_at + value / 3000, 1 + value, group_id, connected, buyer_billable,
         publisher_billable, talk_ms, charge_micros, payout_micros, attempts
       FROM report_calls, json_each('[${Array.from({ length: 9_999 }, (_, n) => n + 1).join(',')}]')`,
    );
    let turns = 0;
    let done = false;
    const others = (): void => {
      turns += 1;
      if (!done) setImmediate(others);
    };
    others();
    const answers = await Promise.all([summarize(store.reports, EVERYTHING), summarize(store.reports, EVERYTHING)]);
    done = true;
    expect(answers.map(({ total }) => total.calls)).toEqual([10_000, 10_000]);
    expect(turns).toBeGreaterThanOrEqual(10);
  });
});
