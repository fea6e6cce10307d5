import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { judgeCall } from '../src/domain/billing/judge-call.ts';
import type { Terms } from '../src/domain/billing/terms.ts';
import type { Cdr } from '../src/domain/call/cdr.ts';
import type { BuyerId, DestinationId, PublisherId, RouteId } from '../src/domain/ids.ts';
import type { Ani } from '../src/domain/numbers/e164.ts';
import type { CallerLocation } from '../src/domain/numbers/location.ts';
import type { RouteDecision } from '../src/domain/routing/route-decision.ts';
import { toIso, type EpochMs, type IsoInstant } from '../src/domain/time.ts';
import { openStore, type Store } from '../src/store/open-store.ts';
import {
  draftCdr,
  endedCdr,
  openCallOf,
  SAMPLE_INSTANT,
  SAMPLE_PLAN,
  SAMPLE_TERMS,
  samplePlace,
} from '../test/support/sample-call.ts';
import type { Bench, BenchResult } from './bench-result.ts';

/** Calls of one measurement of throughput. */
const CALLS = 20_000;
/** Offered rates at which callers' waiting is measured, settled calls a second. */
const RATES = [500, 1_000, 2_000, 3_000, 4_000];
const RATE_SECONDS = 4;
/** Buyers that take turns, each with one route and destination; a decision looks at five of them. */
const BUYERS = 50;
const LOOKED_AT = 5;
const TERMS: Terms = {
  ...SAMPLE_TERMS,
  duplicates: { windowDays: 30, scope: 'campaign', trigger: 'billable', routing: 'allow' },
  payout: { kind: 'percent', percent: 70 },
};

/** How fast calls become durable records, and how long a new caller waits while they do. */
export const cdr: Bench = {
  name: 'cdr',
  description: 'calls settled to disk a second, shared commits against one each; admission latency under that load',
  run: measure,
};

async function measure(): Promise<BenchResult> {
  const together = await withStore((store) => settleAll(store, CALLS, 256));
  const alone = await withStore((store) => settleAll(store, CALLS / 10, 1));
  const whole = await withStore((store) => liveAll(store, CALLS, 256));
  const rows: Record<string, string | number>[] = [
    { what: 'settled, one commit each', 'calls/s': alone, 'admission p50 ms': '', 'admission p99 ms': '' },
    { what: 'settled, 256 at once', 'calls/s': together, 'admission p50 ms': '', 'admission p99 ms': '' },
    {
      what: 'admitted, connected, settled, 256 at once',
      'calls/s': whole,
      'admission p50 ms': '',
      'admission p99 ms': '',
    },
  ];
  const idle = await withStore((store) => offer(store, 50));
  rows.push(rateRow('offered 50/s', idle));
  let busy = idle;
  for (const rate of RATES) {
    busy = await withStore((store) => offer(store, rate));
    rows.push(rateRow(`offered ${rate}/s`, busy));
  }
  return {
    name: 'cdr',
    rows,
    ratios: {
      'settled a second: 256 at once against one by one': round(together / alone),
      [`admission p99: at ${RATES.at(-1)} calls/s against 50`]: round(busy.p99 / idle.p99),
    },
    notes: [
      'Settled means durable: record, verdicts, ledger lines and counters are on disk (synchronous=FULL) when it counts.',
      `Offered: calls arrive evenly; each is admitted (${LOOKED_AT} routes' caps read, a place held), connected and settled.`,
    ],
  };
}

async function withStore<Result>(work: (store: Store) => Promise<Result>): Promise<Result> {
  const dataDir = mkdtempSync(join(tmpdir(), 'tollgate-bench-'));
  const store = openStore({ dataDir, now: () => Date.now() as EpochMs });
  try {
    return await work(store);
  } finally {
    store.close();
    rmSync(dataDir, { recursive: true, force: true });
  }
}

/** Settles calls admitted beforehand, so many at a time; calls a second. */
async function settleAll(store: Store, calls: number, atOnce: number): Promise<number> {
  await inParallel(calls, atOnce, (n) => admit(store, n));
  const begin = performance.now();
  await inParallel(calls, atOnce, (n) => settle(store, n));
  return Math.round((calls * 1_000) / (performance.now() - begin));
}

/** Whole lives of calls, so many at a time; calls a second. */
async function liveAll(store: Store, calls: number, atOnce: number): Promise<number> {
  const begin = performance.now();
  await inParallel(calls, atOnce, async (n) => {
    await admit(store, n);
    await connect(store, n);
    await settle(store, n);
  });
  return Math.round((calls * 1_000) / (performance.now() - begin));
}

interface Offered {
  readonly settledPerS: number;
  readonly p50: number;
  readonly p99: number;
}

/** Lets calls arrive evenly for a few seconds and measures how long each waits for its admission. */
async function offer(store: Store, rate: number): Promise<Offered> {
  const calls = rate * RATE_SECONDS;
  const waits: number[] = [];
  const lives: Promise<void>[] = [];
  const begin = performance.now();
  while (lives.length < calls) {
    const due = Math.min(calls, 1 + Math.floor(((performance.now() - begin) * rate) / 1_000));
    while (lives.length < due) {
      const n = lives.length;
      // From when it was due: a loop that is held up must not look fast for it.
      const dueAt = begin + (n * 1_000) / rate;
      lives.push(
        (async () => {
          await admit(store, n);
          waits.push(performance.now() - dueAt);
          await connect(store, n);
          await settle(store, n);
        })(),
      );
    }
    await new Promise((resolve) => setImmediate(resolve));
  }
  await Promise.all(lives);
  const settledPerS = Math.round((calls * 1_000) / (performance.now() - begin));
  waits.sort((a, b) => a - b);
  const at = (share: number) => round(waits[Math.floor(waits.length * share)] ?? 0);
  return { settledPerS, p50: at(0.5), p99: at(0.99) };
}

function rateRow(what: string, { settledPerS, p50, p99 }: Offered): Record<string, string | number> {
  return { what, 'calls/s': settledPerS, 'admission p50 ms': p50, 'admission p99 ms': p99 };
}

async function inParallel(count: number, atOnce: number, work: (n: number) => Promise<unknown>): Promise<void> {
  let next = 0;
  await Promise.all(
    Array.from({ length: atOnce }, async () => {
      while (next < count) await work(next++);
    }),
  );
}

function partiesOf(n: number) {
  const index = n % BUYERS;
  return {
    routeId: `rte_${index}` as RouteId,
    destinationId: `dst_${index}` as DestinationId,
    buyerId: `byr_${index}` as BuyerId,
  };
}

/** A decision over ten routes, as a campaign of ordinary size makes it. */
const CANDIDATES: RouteDecision['candidates'] = Array.from({ length: 10 }, (_, n) => ({
  routeId: `rte_${n}` as RouteId,
  destinationId: `dst_${n}` as DestinationId,
  verdict: 'rejected',
  reason: 'daily-cap',
  values: { owner: 'buyer', used: 50, cap: 50, resetsAt: '2026-11-22T05:00:00.000Z' },
}));

const NOWHERE: CallerLocation = {
  source: 'number',
  country: 'US',
  state: 'NY',
  zip: null,
  npa: '212',
  npaNxx: '212555',
  timezone: 'America/New_York',
};

function factsOf(n: number): Partial<Cdr> {
  const receivedAt = toIso((SAMPLE_INSTANT + n) as EpochMs);
  return {
    ani: `+1212${1_000_000 + n}` as Ani,
    receivedAt,
    publisherId: 'pub_1' as PublisherId,
    location: NOWHERE,
    decision: { seed: n, snapshotVersion: 7, at: receivedAt, location: NOWHERE, candidates: CANDIDATES },
  };
}

function idOf(n: number): string {
  return `call_${String(n).padStart(26, '0')}`;
}

function draftOf(n: number): Cdr {
  return draftCdr(idOf(n), factsOf(n));
}

function endedOf(n: number): Cdr {
  const facts = factsOf(n);
  const { routeId, destinationId, buyerId } = partiesOf(n);
  const attempt = {
    seq: 1,
    routeId,
    destinationId,
    gateway: '127.0.0.1:5070',
    startedAt: facts.receivedAt as IsoInstant,
    ringingAt: null,
    answeredAt: facts.receivedAt as IsoInstant,
    endedAt: null,
    pddMs: 180,
    sipStatus: 200,
    hangupCause: 'caller-hung-up',
    reason: null,
  };
  return endedCdr(idOf(n), { ...facts, routeId, destinationId, buyerId, terms: TERMS, attempts: [attempt] });
}

function admit(store: Store, n: number): Promise<unknown> {
  const draft = draftOf(n);
  return store.calls.admitCall(openCallOf(draft), (view) => {
    for (let k = 0; k < LOOKED_AT; k++) {
      const { buyerId, routeId } = partiesOf(n + k);
      view.concurrent({ kind: 'route', id: routeId });
      view.counted({ kind: 'buyer', id: buyerId }, 'daily', 0 as EpochMs);
      view.balance(buyerId);
    }
    return { plan: SAMPLE_PLAN, reserve: [samplePlace(`${draft.id}.r1`, { ...partiesOf(n), terms: TERMS })], draft };
  });
}

function connect(store: Store, n: number): Promise<void> {
  const draft = draftOf(n);
  return store.calls.recordConnected({
    callId: draft.id,
    attemptId: `${draft.id}.1` as never,
    callerDialogId: `caller-${n}`,
    buyerDialogId: `buyer-${n}`,
    draft,
  });
}

function settle(store: Store, n: number): Promise<Cdr> {
  const ended = endedOf(n);
  return store.calls.settleCall(ended.id, (view) =>
    judgeCall(ended, view, { callerConfirmed: true, buyerOverCap: false, publisherOverCap: false }),
  );
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}
