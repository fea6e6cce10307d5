import { setImmediate as nextTurn } from 'node:timers/promises';
import { Gauge, type Registry } from 'prom-client';
import { COUNTED_WINDOWS } from '../domain/plan/caps.ts';

/** How far one cap of a buyer is used. */
interface CapUse {
  readonly buyerId: string;
  readonly cap: string;
  readonly used: number;
  readonly limit: number;
}

const CAPS = ['concurrent', ...COUNTED_WINDOWS, 'spend'];

/**
 * Caps with a series of their own. There may be thousands of buyers, and a series each would cost Prometheus more than
 * all else together; whoever is not near a limit is of no interest here and is found in the reports.
 */
const SHOWN = 100;

/** Caps read in one turn of the event loop: under a millisecond, so that no call waits for a scrape. */
const PER_TURN = 50;

/** Adds gauges of the buyers' caps, read at each scrape: how many are full, and how full the fullest hundred are. */
export function watchCaps(registry: Registry, read: () => Iterable<CapUse>): void {
  let reading: Promise<readonly CapUse[]> | undefined;
  const readOnce = (): Promise<readonly CapUse[]> => {
    reading ??= readInTurns(read()).finally(() => (reading = undefined));
    return reading;
  };
  const full = new Gauge({
    name: 'tollgate_buyer_caps_full',
    help: 'Caps of buyers that are used up now, by kind',
    labelNames: ['cap'],
    registers: [registry],
    async collect() {
      const uses = await readOnce();
      for (const cap of CAPS) this.set({ cap }, uses.filter((use) => use.cap === cap && use.used >= use.limit).length);
    },
  });
  const share = new Gauge({
    name: 'tollgate_buyer_cap_used_ratio',
    help: `How far caps of buyers are used, 1 when full; the fullest ${SHOWN} that are used at all`,
    labelNames: ['buyer', 'cap'],
    registers: [registry],
    async collect() {
      const uses = await readOnce();
      this.reset();
      const inUse = uses.filter(({ used }) => used > 0).toSorted((a, b) => ratioOf(b) - ratioOf(a));
      for (const use of inUse.slice(0, SHOWN)) this.set({ buyer: use.buyerId, cap: use.cap }, ratioOf(use));
    },
  });
  // They live by their registration.
  void [full, share];
}

function ratioOf({ used, limit }: CapUse): number {
  return limit === 0 ? 1 : used / limit;
}

async function readInTurns(uses: Iterable<CapUse>): Promise<readonly CapUse[]> {
  const all: CapUse[] = [];
  for (const use of uses) {
    all.push(use);
    if (all.length % PER_TURN === 0) await nextTurn();
  }
  return all;
}
