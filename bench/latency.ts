import { percentile } from '../src/domain/metrics/percentile.ts';
import { provision } from '../test/support/provision.ts';
import { TollgateProcess } from '../test/support/tollgate-process.ts';
import type { Bench, BenchResult } from './bench-result.ts';
import { CallLoad } from './call-load.ts';

const RATES = [20, 50, 100];
const SECONDS = 10;
/** Calls before anything is counted, so that what is measured is compiled code. */
const WARM_UP = { calls: 300, perSecond: 100 };

/** What a caller waits before anything rings. */
export const latency: Bench = {
  name: 'latency',
  description: 'aLeg INVITE to bLeg INVITE at 20, 50 and 100 calls/s, on the phones’ clock and by the CDRs',
  run: measure,
};

async function measure(): Promise<BenchResult> {
  const load = await CallLoad.open();
  const tollgate = await TollgateProcess.start();
  try {
    await provision(tollgate, [{ name: 'buyer', uri: load.buyerUri }]);
    await load.atRate(tollgate.sip, WARM_UP);
    let placed = WARM_UP.calls;
    const rows: BenchResult['rows'][number][] = [];
    for (const perSecond of RATES) {
      const { calls } = await load.atRate(tollgate.sip, { calls: perSecond * SECONDS, perSecond });
      placed += calls.length;
      const newest = (await tollgate.waitForCdrs(placed)).slice(0, calls.length);
      rows.push({
        'calls/s': perSecond,
        ...columns(
          'phones',
          calls.map((call) => call.setupMs),
        ),
        ...columns(
          'CDR',
          newest.flatMap(({ setupMs }) => (setupMs === null ? [] : [setupMs])),
        ),
      });
    }
    return { name: latency.name, rows, ratios: ratiosOf(rows), notes: NOTES };
  } finally {
    await tollgate.stop();
    await load.close();
  }
}

const NOTES = [
  `Each rate for ${SECONDS} s, calls begin on time whatever became of those before. Phones: INVITE sent to INVITE`,
  'received, both phones in one process; CDR: setupMs, whole milliseconds, Tollgate’s own view of the same.',
];

function columns(who: string, values: readonly number[]): Record<string, number> {
  const sorted = values.toSorted((a, b) => a - b);
  const of = (percent: number): number => Math.round((percentile(sorted, percent) ?? Number.NaN) * 100) / 100;
  return { [`${who} p50 ms`]: of(50), [`${who} p99 ms`]: of(99) };
}

/** What twice and five times the calls do to a caller's wait. */
function ratiosOf(rows: BenchResult['rows']): Record<string, number> {
  const [slow, ...others] = rows;
  return Object.fromEntries(
    others.map((row) => [
      `p50 at ${row['calls/s']} ÷ at ${slow?.['calls/s']} calls/s`,
      Math.round((Number(row['phones p50 ms']) / Number(slow?.['phones p50 ms'])) * 100) / 100,
    ]),
  );
}
