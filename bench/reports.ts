import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { percentile } from '../src/domain/metrics/percentile.ts';
import type { EpochMs } from '../src/domain/time.ts';
import { summarize, type SummaryQuery } from '../src/reporting/summarize.ts';
import { openDatabase } from '../src/store/database.ts';
import { createReportCalls, type ReportCalls } from '../src/store/reports/report-calls.ts';
import type { Bench, BenchResult } from './bench-result.ts';
import { afterCall, CALLS_A_DAY, createLoadedCalls } from './loaded-calls.ts';

/** Calls in the store, one size after the other. */
const SIZES = [10_000, 100_000, 1_000_000];
const GROUPS = ['day', 'campaign', 'did'] as const;
/** Summaries timed of each sort: many while they are quick, few when they are not. */
const MOST_ROUNDS = 25;
const LEAST_ROUNDS = 3;
const ENOUGH_MS = 1_500;

/** How long a summary takes as calls grow, and how long it holds up everything else. */
export const reports: Bench = {
  name: 'reports',
  description: 'a summary over 10 000 to 1 000 000 calls, and over the last day of a million',
  run: measure,
};

async function measure(): Promise<BenchResult> {
  const folder = mkdtempSync(join(tmpdir(), 'tollgate-bench-'));
  const database = openDatabase(join(folder, 'tollgate.db'), 'serve');
  try {
    const loaded = createLoadedCalls(database.sqlite);
    const calls = createReportCalls(database.sqlite);
    const rows: Measured[] = [];
    for (const size of SIZES) {
      loaded.loadUpTo(size);
      for (const groupBy of GROUPS) rows.push(await time(calls, { size, of: size, groupBy }));
    }
    const most = SIZES.at(-1) ?? 0;
    for (const groupBy of GROUPS) rows.push(await time(calls, { size: CALLS_A_DAY, of: most, groupBy }));
    return resultOf(rows);
  } finally {
    database.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** A summary of the last calls of a store. */
interface Case {
  /** Calls that it counts. */
  readonly size: number;
  /** Calls in the store. */
  readonly of: number;
  readonly groupBy: (typeof GROUPS)[number];
}

interface Measured extends Case {
  readonly p50Ms: number;
  /** Of the process, at the median: it holds on a busy machine, where time on the clock does not. */
  readonly cpuMs: number;
  /** The longest that 99 of 100 turns of the event loop took meanwhile. */
  readonly turnP99Ms: number;
}

async function time(calls: ReportCalls, one: Case): Promise<Measured> {
  const query: SummaryQuery = {
    groupBy: one.groupBy,
    timezone: 'America/New_York',
    from: afterCall(one.of - one.size) as EpochMs,
    to: null,
    filters: {},
    side: 'house',
  };
  const times: number[] = [];
  const cpuTimes: number[] = [];
  const turns: number[] = [];
  await summarize(calls, query);
  for (let spent = 0; times.length < MOST_ROUNDS && (times.length < LEAST_ROUNDS || spent < ENOUGH_MS);) {
    const stopWatching = watchTurns(turns);
    const begin = performance.now();
    const cpuBefore = process.cpuUsage();
    const { total } = await summarize(calls, query);
    const tookMs = performance.now() - begin;
    const cpu = process.cpuUsage(cpuBefore);
    stopWatching();
    if (total.calls !== one.size) throw new Error(`A summary of ${one.size} calls counted ${total.calls}`);
    times.push(tookMs);
    cpuTimes.push((cpu.user + cpu.system) / 1_000);
    spent += tookMs;
  }
  return { ...one, p50Ms: p(50, times), cpuMs: p(50, cpuTimes), turnP99Ms: p(99, turns) };
}

/** Notes how long each turn of the event loop takes. Returns how to stop. */
function watchTurns(turns: number[]): () => void {
  let last = performance.now();
  let next = setImmediate(note);
  function note(): void {
    const now = performance.now();
    turns.push(now - last);
    last = now;
    next = setImmediate(note);
  }
  return () => clearImmediate(next);
}

function resultOf(rows: readonly Measured[]): BenchResult {
  const cpuOf = (size: number, of: number, groupBy: string): number =>
    rows.find((row) => row.size === size && row.of === of && row.groupBy === groupBy)?.cpuMs ?? Number.NaN;
  const [least = 0, most = 0] = [SIZES[0], SIZES.at(-1)];
  return {
    name: 'reports',
    rows: rows.map(({ size, of, groupBy, p50Ms, cpuMs, turnP99Ms }) => ({
      'calls counted': size,
      'calls stored': of,
      by: groupBy,
      'p50 ms': round(p50Ms),
      'CPU ms': round(cpuMs),
      'CPU µs/call': round((cpuMs * 1_000) / size),
      'turn p99 ms': round(turnP99Ms),
    })),
    ratios: Object.fromEntries(
      GROUPS.flatMap((groupBy) => [
        [
          `by ${groupBy}: CPU over ${most} calls against ${least}`,
          round(cpuOf(most, most, groupBy) / cpuOf(least, least, groupBy)),
        ],
        [
          `by ${groupBy}: CPU over ${CALLS_A_DAY} of ${most} calls against ${least} of ${least}`,
          round(cpuOf(CALLS_A_DAY, most, groupBy) / cpuOf(least, least, groupBy)),
        ],
      ]),
    ),
    notes: [
      `${CALLS_A_DAY} calls a day to 100 DIDs of 20 campaigns; a summary has all figures, exact percentiles included.`,
      'The calls are written as settled rows, and counted as an upgrade counts them; lists and the chain are left out.',
      'Turn: of the event loop, which is how long anything else in the process may have to wait for a report.',
    ],
  };
}

function p(percent: number, values: readonly number[]): number {
  return percentile(
    values.toSorted((a, b) => a - b),
    percent,
  ) as number;
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}
