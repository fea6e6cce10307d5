import * as fc from 'fast-check';
import { expect, it } from 'vitest';

import { admitCall, settleCall } from '../../test/support/settle-call.ts';
import { modelSummary } from '../../test/support/summary-model.ts';
import { AppError } from '../domain/app-error.ts';
import { OUTCOMES, type Cdr, type CdrAttempt } from '../domain/call/cdr.ts';
import type { BuyerId, CallId, CampaignId, DestinationId, PublisherId, RouteId } from '../domain/ids.ts';
import type { E164 } from '../domain/numbers/e164.ts';
import { toIso, type EpochMs } from '../domain/time.ts';
import { openStore, type Store } from '../store/open-store.ts';
import { SUMMARY_GROUPS, summarize, type SummaryQuery } from './summarize.ts';

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

/** Has a call happen, and what people decided about it afterwards. Some of that is refused: nothing is left to give back. */
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
    await asked.catch((error: unknown) => {
      if (!(error instanceof AppError)) throw error;
    });
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

it('a summary is what counting whole records by hand comes to, whatever happened and is asked', async () => {
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
