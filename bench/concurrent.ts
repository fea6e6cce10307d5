import { provision } from '../test/support/provision.ts';
import { TollgateProcess } from '../test/support/tollgate-process.ts';
import type { Bench } from './bench-result.ts';
import { CallLoad } from './call-load.ts';
import { MEASURED, usageOf } from './measured-process.ts';

const STEPS = [1_000, 5_000] as const;

/** A pace that a busy machine still follows; what is measured is the holding, not the placing. */
const PLACED_PER_SECOND = 200;

/** How long the calls are held before their lag is read, in milliseconds. */
const HELD_MS = 5_000;

/** Memory and event-loop lag while calls are up. */
export const concurrent: Bench = {
  name: 'concurrent',
  description: 'memory and event-loop lag with 1 000 and 5 000 calls up, against none',
  async run() {
    const load = await CallLoad.open();
    const tollgate = await TollgateProcess.start(MEASURED);
    try {
      await provision(tollgate, [{ name: 'buyer', uri: load.buyerUri }]);
      await pause(HELD_MS);
      const idle = await usageOf(tollgate.process);
      const rows = [
        {
          calls: 0,
          'memory MiB': round(idle.rssMb),
          'lag p50 ms': round(idle.lagP50Ms),
          'lag p99 ms': round(idle.lagP99Ms),
          'KiB a call': 0,
        },
      ];
      for (const calls of STEPS) {
        const held = await load.hold(tollgate.sip, { calls, perSecond: PLACED_PER_SECOND });
        await usageOf(tollgate.process);
        await pause(HELD_MS);
        const { rssMb, lagP50Ms, lagP99Ms } = await usageOf(tollgate.process);
        const kib = ((rssMb - idle.rssMb) * 1_024) / calls;
        rows.push({
          calls,
          'memory MiB': round(rssMb),
          'lag p50 ms': round(lagP50Ms),
          'lag p99 ms': round(lagP99Ms),
          'KiB a call': round(kib),
        });
        await held.release();
      }
      const [none, , most] = rows;
      return {
        name: 'concurrent',
        rows,
        ratios: { 'memory with 5 000 calls ÷ none': round((most?.['memory MiB'] ?? 0) / (none?.['memory MiB'] || 1)) },
        notes: [
          'Memory is of the whole process, embedded engine included. Garbage that was not yet collected counts too.',
        ],
      };
    } finally {
      await tollgate.stop();
      await load.close();
    }
  },
};

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, ms);
  });
}

function round(figure: number): number {
  return Math.round(figure * 100) / 100;
}
