import { percentile } from '../src/domain/metrics/percentile.ts';
import type { Bench, BenchResult } from './bench-result.ts';
import { withContenders, type Contenders } from './contenders.ts';

const RATES = [20, 50, 100];
/** Both programs take turns of so many seconds at each rate. */
const TURN_S = 3;
const TURNS = 2;
/** Calls of each before anything is counted, so that what is measured is compiled code. */
const WARM_UP = { calls: 300, perSecond: 100 };

/** What a caller waits before anything rings. */
export const latency: Bench = {
  name: 'latency',
  description: 'aLeg INVITE to bLeg INVITE at 20, 50, 100 calls/s, against a bare createB2BUA on the same engine',
  run: () => withContenders(measure),
};

/** Waits of one rate, each in ascending order, in milliseconds. */
interface Waits {
  readonly bare: readonly number[];
  readonly tollgate: readonly number[];
  /** What Tollgate's own CDRs say, in whole milliseconds. */
  readonly cdrs: readonly number[];
}

async function measure(contenders: Contenders): Promise<BenchResult> {
  const { load, bare, tollgate } = contenders;
  await load.atRate(bare.sip, WARM_UP);
  await load.atRate(tollgate.sip, WARM_UP);
  let placed = WARM_UP.calls;
  const rows: BenchResult['rows'][number][] = [];
  const ratios: Record<string, number> = {};
  for (const perSecond of RATES) {
    const waits = await measureRate(contenders, perSecond, placed);
    placed += waits.tollgate.length;
    rows.push({
      'calls/s': perSecond,
      ...columns('bare', waits.bare),
      ...columns('Tollgate', waits.tollgate),
      ...columns('CDR', waits.cdrs),
    });
    for (const percent of [50, 99]) {
      const name = `p${percent} at ${perSecond} calls/s, Tollgate ÷ bare`;
      ratios[name] = round(at(percent, waits.tollgate) / at(percent, waits.bare));
    }
  }
  return { name: latency.name, rows, ratios, notes: NOTES };
}

const NOTES = [
  `Each rate for ${TURNS * TURN_S} s a program, in turns; a call begins on time whatever became of those before.`,
  'From INVITE sent to INVITE received, both phones in one process; CDR: setupMs, Tollgate’s own view of the same.',
];

/** @param placed calls that Tollgate has had before */
async function measureRate({ load, bare, tollgate }: Contenders, perSecond: number, placed: number): Promise<Waits> {
  const waits: { bare: number[]; tollgate: number[] } = { bare: [], tollgate: [] };
  const turn = { calls: perSecond * TURN_S, perSecond };
  for (let i = 0; i < TURNS; i++) {
    waits.bare.push(...(await load.atRate(bare.sip, turn)).calls.map((call) => call.setupMs));
    waits.tollgate.push(...(await load.atRate(tollgate.sip, turn)).calls.map((call) => call.setupMs));
  }
  const calls = waits.tollgate.length;
  const newest = (await tollgate.waitForCdrs(placed + calls)).slice(0, calls);
  const cdrs = newest.flatMap(({ setupMs }) => (setupMs === null ? [] : [setupMs]));
  return { bare: ascending(waits.bare), tollgate: ascending(waits.tollgate), cdrs: ascending(cdrs) };
}

function columns(who: string, sorted: readonly number[]): Record<string, number> {
  return { [`${who} p50 ms`]: round(at(50, sorted)), [`${who} p99 ms`]: round(at(99, sorted)) };
}

const at = (percent: number, sorted: readonly number[]): number => percentile(sorted, percent) ?? Number.NaN;

const ascending = (values: readonly number[]): number[] => values.toSorted((a, b) => a - b);

const round = (value: number): number => Math.round(value * 100) / 100;
