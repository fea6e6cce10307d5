import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { servedFolder, tamper } from '../../test/support/cli-store.ts';
import { admitCall, settleCall } from '../../test/support/settle-call.ts';
import { modelSummary } from '../../test/support/summary-model.ts';
import { temporaryStore } from '../../test/support/temporary-store.ts';
import { OUTCOMES, type Cdr, type CdrAttempt } from '../domain/call/cdr.ts';
import type { BuyerId, CallId, CampaignId, DestinationId, PublisherId, RouteId } from '../domain/ids.ts';
import type { E164 } from '../domain/numbers/e164.ts';
import { toIso, type EpochMs } from '../domain/time.ts';
import { openStore, type Store } from '../store/open-store.ts';
import { SUMMARY_GROUPS, summarize, type SummaryQuery } from './summarize.ts';

const EVERYTHING: SummaryQuery = {
  groupBy: 'day',
  timezone: 'UTC',
  from: null,
  to: null,
  filters: {},
  side: 'house',
};

/** Zones of whole, half and quarter hours, with the instants of 2026 at which their clocks change. */
const ZONES = {
  'America/New_York': ['2026-03-08T07:00Z', '2026-11-01T06:00Z'],
  'Europe/Berlin': ['2026-03-29T01:00Z', '2026-10-25T01:00Z'],
  'Australia/Lord_Howe': ['2026-04-04T15:00Z', '2026-10-03T15:30Z'],
  'America/St_Johns': ['2026-03-08T05:30Z', '2026-11-01T04:30Z'],
  'Pacific/Chatham': ['2026-04-04T14:00Z', '2026-09-26T14:00Z'],
  'Asia/Kathmandu': ['2026-06-30T18:15Z'],
  'Asia/Kolkata': ['2026-12-31T18:30Z'],
  UTC: ['2026-11-01T00:00Z'],
} as const;

const zone = fc.constantFrom(...(Object.keys(ZONES) as (keyof typeof ZONES)[]));
const edges = Object.values(ZONES).flatMap((instants) => instants.map((instant) => Date.parse(instant)));

/** An instant within hours of some clock's change, or of a midnight, often to the millisecond. */
const instant = fc
  .tuple(fc.constantFrom(...edges), fc.integer({ min: -30, max: 30 }), fc.constantFrom(0, 0, -1, 1, 1_234_567))
  .map(([edge, quarters, ms]) => (edge + quarters * 900_000 + ms) as EpochMs);

const attempt = fc.record({
  destination: fc.constantFrom('dst_1', 'dst_2'),
  answered: fc.boolean(),
  pddMs: fc.option(fc.oneof(fc.nat(5), fc.nat(60_000))),
});

const correction = fc.record({
  party: fc.constantFrom('buyer' as const, 'publisher' as const, 'refund' as const),
  amountMicros: fc.constantFrom(-30_000_000, -15_000_000, -1, 5),
});

/** A call, and what is decided about its money afterwards. Those that stay open belong in no report. */
const imaginedCall = fc.record({
  receivedAt: instant,
  open: fc.nat(9).map((chance) => chance === 0),
  campaign: fc.option(fc.constantFrom('cmp_1', 'cmp_2')),
  publisher: fc.option(fc.constantFrom('pub_1', 'pub_2')),
  taker: fc.option(fc.constantFrom(['byr_1', 'dst_1'] as const, ['byr_2', 'dst_2'] as const)),
  did: fc.option(fc.constantFrom('+14155550100', '+14155550101')),
  state: fc.option(fc.constantFrom('CA', 'NY')),
  outcome: fc.constantFrom(...OUTCOMES),
  talkMs: fc.constantFrom(0, 59_999, 60_000, 345_678),
  attempts: fc.array(attempt, { maxLength: 3 }),
  corrections: fc.array(correction, { maxLength: 3 }),
});
type ImaginedCall = typeof imaginedCall extends fc.Arbitrary<infer Call> ? Call : never;

/** Mostly absent, so that what is asked for finds something. */
const seldom = <Value>(value: fc.Arbitrary<Value>): fc.Arbitrary<Value | null> =>
  fc.oneof({ weight: 5, arbitrary: fc.constant(null) }, { weight: 1, arbitrary: value });

const query: fc.Arbitrary<SummaryQuery> = fc
  .record({
    groupBy: fc.constantFrom(...SUMMARY_GROUPS),
    timezone: zone,
    from: seldom(instant),
    to: seldom(instant),
    filters: fc.record({
      campaign: seldom(fc.constantFrom('cmp_1', 'cmp_none')),
      buyer: seldom(fc.constantFrom('byr_1', 'byr_2')),
      destination: seldom(fc.constant('dst_2')),
      publisher: seldom(fc.constant('pub_1')),
      did: seldom(fc.constant('+14155550101')),
      outcome: seldom(fc.constantFrom('connected', 'busy')),
      state: seldom(fc.constant('CA')),
    }),
    side: fc.constantFrom('house', 'buyer', 'publisher'),
  })
  .map(({ filters, ...asked }) => ({
    ...asked,
    filters: Object.fromEntries(Object.entries(filters).filter(([, value]) => value !== null)),
  }));

/** Has a call happen, and what people decided about it; refusals of decisions that can't be are part of the life. */
async function happen(store: Store, id: string, made: ImaginedCall): Promise<void> {
  const fields = fieldsOf(made);
  if (made.open) return admitCall(store, id, fields);
  await settleCall(store, id, fields);
  for (const [n, { party, amountMicros }] of made.corrections.entries()) {
    const decision = { reason: `reason ${n}`, keyId: 'key_1' };
    const { ledger } = store;
    const asked =
      party === 'refund'
        ? ledger.refundCall(id as CallId, decision)
        : ledger.changeCall(id as CallId, { ...decision, party, amountMicros });
    await asked.catch((error: unknown) => expect(error).toMatchObject({ name: 'AppError' }));
  }
}

function fieldsOf(made: ImaginedCall): Partial<Cdr> {
  const receivedAt = toIso(made.receivedAt);
  const attempts = made.attempts.map(({ destination, answered, pddMs }, n): CdrAttempt => ({
    seq: n + 1,
    routeId: 'rte_1' as RouteId,
    destinationId: destination as DestinationId,
    gateway: null,
    startedAt: receivedAt,
    ringingAt: null,
    answeredAt: answered ? receivedAt : null,
    endedAt: null,
    pddMs,
    sipStatus: null,
    hangupCause: null,
    reason: null,
  }));
  return {
    receivedAt,
    attempts,
    campaignId: made.campaign as CampaignId | null,
    publisherId: made.publisher as PublisherId | null,
    did: made.did as E164 | null,
    outcome: made.outcome,
    location:
      made.state === null
        ? null
        : { source: 'number', country: 'US', state: made.state, zip: null, npa: null, npaNxx: null, timezone: null },
    ...(made.taker === null
      ? { connectedAt: null, buyerId: null, destinationId: null, routeId: null }
      : { buyerId: made.taker[0] as BuyerId, destinationId: made.taker[1] as DestinationId, talkMs: made.talkMs }),
  };
}

describe('A summary', () => {
  it('is what counting whole records by hand comes to, whatever happened and is asked', async () => {
    const cases = fc.tuple(fc.array(imaginedCall, { maxLength: 20 }), fc.array(query, { minLength: 8, maxLength: 8 }));
    await fc.assert(
      fc.asyncProperty(cases, async ([calls, queries]) => {
        const store = openStore({ file: ':memory:', now: () => 0 as EpochMs });
        try {
          for (const [n, made] of calls.entries()) await happen(store, `call_${n}`, made);
          const { data: records } = await store.queries.list({ limit: 500, filters: {} });
          for (const asked of queries) {
            expect(await summarize(store.reports, asked)).toEqual(modelSummary(records, asked));
          }
          expect(store.reports.check().problems).toEqual([]);
        } finally {
          store.close();
        }
      }),
      { numRuns: 60 },
    );
  });

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
    const { store } = servedFolder();
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
