import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import type { EpochMs } from '../src/domain/time.ts';
import { openStore, type Store } from '../src/store/open-store.ts';
import type { Bench, BenchResult } from './bench-result.ts';
import { admit, connect, ROUTES_READ, settle } from './stored-calls.ts';

/** Calls of one measurement of throughput. */
const CALLS = 20_000;
const AT_ONCE = 256;
/** Calls that come in while others are settled as fast as can be, a second. */
const ADMITTED_BESIDE = 200;
/** Offered rates at which a caller's waiting is measured, calls a second. */
const RATES = [50, 200, 500, 1_000, 2_000];
const RATE_SECONDS = 4;

/** How fast calls become durable records, and how long a new caller waits while they do. */
export const cdr: Bench = {
  name: 'cdr',
  description: 'calls settled to disk a second, shared commits against one each; admission latency under load',
  run: measure,
};

async function measure(): Promise<BenchResult> {
  const alone = await withStore((store) => settleAll(store, CALLS / 10, 1));
  const together = await withStore((store) => settleAll(store, CALLS, AT_ONCE));
  const whole = await withStore((store) =>
    timed(CALLS, () => inParallel(CALLS, AT_ONCE, (n) => live(store, n, () => undefined))),
  );
  const beside = await withStore(besideSettlements);
  const offered: Offered[] = [];
  for (const rate of RATES) offered.push(await withStore((store) => offer(store, rate)));
  const [calm, busy] = [offered[0], offered.at(-1)];
  return {
    name: 'cdr',
    rows: [
      { what: 'settled, one commit each', ...rowOf(alone) },
      { what: `settled, ${AT_ONCE} at once`, ...rowOf(together) },
      { what: `admitted, connected, settled, ${AT_ONCE} at once`, ...rowOf(whole) },
      {
        what: `settled, ${AT_ONCE} at once, beside ${ADMITTED_BESIDE} admissions/s`,
        'calls/s': beside.callsPerS,
        'CPU µs/call': '',
        'admission p50 ms': beside.p50Ms,
        'admission p99 ms': beside.p99Ms,
      },
      ...offered.map(({ rate, callsPerS, p50Ms, p99Ms }) => ({
        what: `offered ${rate}/s, admitted to settled`,
        'calls/s': callsPerS,
        'CPU µs/call': '',
        'admission p50 ms': p50Ms,
        'admission p99 ms': p99Ms,
      })),
    ],
    ratios: {
      [`settled a second: ${AT_ONCE} at once against one by one`]: round(together.callsPerS / alone.callsPerS),
      [`CPU of a settlement: ${AT_ONCE} at once against one by one`]: round(together.cpuUs / alone.cpuUs),
      [`admission p99: at ${busy?.rate} calls/s against ${calm?.rate}`]: round((busy?.p99Ms ?? 0) / (calm?.p99Ms ?? 1)),
    },
    notes: [
      'Settled means durable: record, verdicts, ledger lines and counters are on disk, the log synced, when it counts.',
      `Offered calls arrive evenly, whether or not the store keeps up; an admission reads ${ROUTES_READ} routes' caps.`,
      'One thread does all of it: where CPU µs × calls/s comes near a million, waiting callers queue.',
    ],
  };
}

/** What a number of calls took. */
interface Speed {
  readonly callsPerS: number;
  /** Of the whole process, per call: it holds on a busy machine, where time on the clock does not. */
  readonly cpuUs: number;
}

async function timed(calls: number, work: () => Promise<void>): Promise<Speed> {
  const begin = performance.now();
  const cpuBefore = process.cpuUsage();
  await work();
  const cpu = process.cpuUsage(cpuBefore);
  return {
    callsPerS: Math.round((calls * 1_000) / (performance.now() - begin)),
    cpuUs: Math.round((cpu.user + cpu.system) / calls),
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

/** Settles calls that were admitted beforehand, so many at a time. */
async function settleAll(store: Store, calls: number, atOnce: number): Promise<Speed> {
  await inParallel(calls, AT_ONCE, (n) => admit(store, n));
  return timed(calls, () => inParallel(calls, atOnce, (n) => settle(store, n)));
}

/** The whole life of a call, in the store. */
async function live(store: Store, n: number, onAdmitted: () => void): Promise<void> {
  await admit(store, n);
  onAdmitted();
  await connect(store, n);
  await settle(store, n);
}

/** What callers waited for while calls were settled. */
interface Waited {
  readonly callsPerS: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
}

interface Offered extends Waited {
  readonly rate: number;
}

/** New calls come evenly while others are settled as fast as can be. */
async function besideSettlements(store: Store): Promise<Waited> {
  await inParallel(CALLS, AT_ONCE, (n) => admit(store, n));
  const waits: number[] = [];
  const over = new AbortController();
  const callers = (async () => {
    const begin = performance.now();
    const admitted: Promise<void>[] = [];
    while (!over.signal.aborted) {
      const due = 1 + Math.floor(((performance.now() - begin) * ADMITTED_BESIDE) / 1_000);
      while (admitted.length < due) {
        const n = admitted.length;
        const dueAt = begin + (n * 1_000) / ADMITTED_BESIDE;
        admitted.push(admit(store, CALLS + n).then(() => void waits.push(performance.now() - dueAt)));
      }
      await new Promise((resolve) => setImmediate(resolve));
    }
    await Promise.all(admitted);
  })();
  const { callsPerS } = await timed(CALLS, () => inParallel(CALLS, AT_ONCE, (n) => settle(store, n)));
  over.abort();
  await callers;
  return { callsPerS, ...shares(waits) };
}

/** Lets calls arrive evenly for a few seconds and measures how long each waits for its admission. */
async function offer(store: Store, rate: number): Promise<Offered> {
  const calls = rate * RATE_SECONDS;
  const waits: number[] = [];
  const { callsPerS } = await timed(calls, async () => {
    const begin = performance.now();
    const lives: Promise<void>[] = [];
    while (lives.length < calls) {
      const due = 1 + Math.floor(((performance.now() - begin) * rate) / 1_000);
      while (lives.length < Math.min(due, calls)) {
        const n = lives.length;
        // From when the call was due: a loop that was held up must not look fast for it.
        const dueAt = begin + (n * 1_000) / rate;
        lives.push(live(store, n, () => waits.push(performance.now() - dueAt)));
      }
      await new Promise((resolve) => setImmediate(resolve));
    }
    await Promise.all(lives);
  });
  return { rate, callsPerS, ...shares(waits) };
}

function shares(waits: number[]): Pick<Waited, 'p50Ms' | 'p99Ms'> {
  waits.sort((a, b) => a - b);
  const at = (share: number) => round(waits[Math.floor(waits.length * share)] ?? 0);
  return { p50Ms: at(0.5), p99Ms: at(0.99) };
}

async function inParallel(count: number, atOnce: number, work: (n: number) => Promise<unknown>): Promise<void> {
  let next = 0;
  const worker = async () => {
    while (next < count) await work(next++);
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
}

function rowOf({ callsPerS, cpuUs }: Speed): Record<string, string | number> {
  return { 'calls/s': callsPerS, 'CPU µs/call': cpuUs, 'admission p50 ms': '', 'admission p99 ms': '' };
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}
