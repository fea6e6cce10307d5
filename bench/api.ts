import { percentile } from '../src/domain/metrics/percentile.ts';
import { DID, provision } from '../test/support/provision.ts';
import { TollgateProcess } from '../test/support/tollgate-process.ts';
import { ApiReaders } from './api-readers.ts';
import type { Bench, BenchResult } from './bench-result.ts';
import { CallLoad } from './call-load.ts';

const CALLS_PER_SECOND = 50;
const READS_PER_SECOND = 200;
/** Turns of so many seconds, one without reads and one with, in that order and back. */
const TURN_S = 5;
const TURNS = 4;
const WARM_UP = { calls: 500, perSecond: 100 };

/** What a dashboard and a nightly script read, in turns. */
const READS = [
  '/v1/live-calls',
  '/v1/calls?limit=50',
  '/v1/calls?limit=500&outcome=connected',
  `/v1/calls?limit=100&did=${encodeURIComponent(DID)}`,
  '/v1/reports/summary?groupBy=hour',
  '/v1/reports/live',
  '/v1/calls?limit=50&billable=false&from=2026-01-01T00:00:00Z',
  '/v1/routes',
];

/** Whether callers wait for those who read. */
export const api: Bench = {
  name: 'api',
  description: `setup at ${CALLS_PER_SECOND} calls/s with ${READS_PER_SECOND} reads/s of the API, against none`,
  run: measure,
};

/** Who takes part: phones, readers, and the product between them, a process each. */
interface Stage {
  readonly load: CallLoad;
  readonly readers: ApiReaders;
  readonly tollgate: TollgateProcess;
}

interface Turn {
  readonly setups: number[];
  readonly reads: number[];
}

async function measure(): Promise<BenchResult> {
  const load = await CallLoad.open();
  const readers = new ApiReaders();
  const tollgate = await TollgateProcess.start({ env: { API_RATE_PER_MINUTE: '0' } });
  try {
    await provision(tollgate, [{ name: 'buyer', uri: load.buyerUri }]);
    // The first read starts the thread that reads.
    await tollgate.get('/calls');
    await turnOf({ load, readers, tollgate }, WARM_UP, true);
    const [quiet, read]: [Turn, Turn] = [noTurn(), noTurn()];
    for (let turn = 0; turn < TURNS; turn += 1) {
      const order = turn % 2 === 0 ? [false, true] : [true, false];
      for (const isRead of order) {
        const measured = await turnOf(
          { load, readers, tollgate },
          { calls: CALLS_PER_SECOND * TURN_S, perSecond: CALLS_PER_SECOND },
          isRead,
        );
        const sum = isRead ? read : quiet;
        sum.setups.push(...measured.setups);
        sum.reads.push(...measured.reads);
      }
    }
    return resultOf(quiet, read);
  } finally {
    readers.close();
    await tollgate.stop();
    await load.close();
  }
}

const noTurn = (): Turn => ({ setups: [], reads: [] });

async function turnOf(
  { load, readers, tollgate: { sip, http } }: Stage,
  pace: { calls: number; perSecond: number },
  isRead: boolean,
): Promise<Turn> {
  const count = (pace.calls / pace.perSecond) * READS_PER_SECOND;
  const reads = isRead ? readers.read({ http, paths: READS, count, perSecond: READS_PER_SECOND }) : [];
  const [{ calls }, took] = await Promise.all([load.atRate(sip, pace), reads]);
  return { setups: calls.map(({ setupMs }) => setupMs), reads: [...took] };
}

function resultOf(quiet: Turn, read: Turn): BenchResult {
  const row = (name: string, { setups, reads }: Turn): BenchResult['rows'][number] => ({
    reads: name,
    calls: setups.length,
    'setup p50 ms': p(50, setups),
    'setup p99 ms': p(99, setups),
    'read p50 ms': reads.length === 0 ? '' : p(50, reads),
    'read p99 ms': reads.length === 0 ? '' : p(99, reads),
  });
  return {
    name: api.name,
    rows: [row('none', quiet), row(`${READS_PER_SECOND}/s`, read)],
    ratios: Object.fromEntries(
      [50, 99].map((percent) => [
        `setup p${percent}, with reads ÷ without`,
        round(p(percent, read.setups) / p(percent, quiet.setups)),
      ]),
    ),
    notes: [
      `${TURNS} turns of ${TURN_S} s each way. Reads: lists of up to 500 calls with filters, reports, live calls, routes.`,
      'Both phones are one process, the readers another, Tollgate a third, on one machine of a few cores: what readers take of those is in the figures.',
    ],
  };
}

function p(percent: number, values: readonly number[]): number {
  return round(
    percentile(
      values.toSorted((a, b) => a - b),
      percent,
    ) ?? Number.NaN,
  );
}

const round = (value: number): number => Math.round(value * 100) / 100;
