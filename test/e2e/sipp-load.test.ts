import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { DID, provision } from '../support/provision.ts';
import { TollgateProcess } from '../support/tollgate-process.ts';
import { hasSipp, startSipp, type Sipp, type SippResult, type SippRun } from './sipp-run.ts';

const CALLS = 400;
const CALLS_PER_SECOND = 50;
/**
 * How far talk time may be from what either end saw. A machine too busy to run a program that is ready to run moves
 * what it sees, at each of the three programs in a row; the median call shows that nothing else does.
 */
const TALK_TOLERANCE_MS = { median: 25, any: (stallMs: number): number => Math.max(50, 3 * stallMs) };

const numbers = Array.from({ length: CALLS }, (_, i) => `+1212555${String(i).padStart(4, '0')}`);

describe.skipIf(!hasSipp)('calls between two SIPp (needs sipp on the path)', () => {
  let tollgate: TollgateProcess;
  let folder: string;
  const running: Sipp[] = [];

  beforeEach(async () => {
    tollgate = await TollgateProcess.start();
    folder = mkdtempSync(join(tmpdir(), 'tollgate-sipp-'));
    writeFileSync(join(folder, 'numbers.csv'), ['SEQUENTIAL', ...numbers].join('\n'));
  });

  afterEach(async () => {
    await Promise.all(running.splice(0).map((sipp) => sipp.stop()));
    await tollgate.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  const start = async (run: SippRun): Promise<Sipp> => {
    const sipp = await startSipp(run);
    running.push(sipp);
    return sipp;
  };

  it.each(['udp', 'tcp'] as const)(
    'are all connected, ended and recorded with their talk time, four hundred at 50 a second over %s',
    async (transport) => {
      const buyer = await start({ scenario: 'buyer', transport, folder, calls: CALLS });
      const uri = `sip:buyer@127.0.0.1:${buyer.port};transport=${transport}`;
      await provision(tollgate, [{ name: 'a', uri }]);
      await worstLagMs(tollgate);
      const here = monitorEventLoopDelay({ resolution: 5 });
      here.enable();
      const caller = await start({
        scenario: 'caller',
        transport,
        folder,
        calls: CALLS,
        dials: { did: DID, at: tollgate.sip },
        options: { '-r': String(CALLS_PER_SECOND), '-l': String(CALLS), '-inf': join(folder, 'numbers.csv') },
      });
      const [atCaller, atBuyer] = await Promise.all([caller.done, buyer.done]);
      const clean: Partial<SippResult> = { exitCode: 0, successful: CALLS, failed: 0, unexpected: 0, errors: '' };
      expect(atCaller).toMatchObject(clean);
      expect(atBuyer).toMatchObject(clean);

      const cdrs = await tollgate.waitForCdrs(CALLS);
      expect(cdrs.map((cdr) => cdr.ani).sort()).toEqual(numbers);
      const odd = cdrs.filter(
        (cdr) => cdr.outcome !== 'connected' || cdr.hangupBy !== 'caller' || cdr.buyerVerdict?.reason !== 'billable',
      );
      expect(odd).toEqual([]);
      const stallMs = Math.max(here.max / 1e6, await worstLagMs(tollgate));
      for (const end of [atCaller, atBuyer]) {
        expect(end.talkMs.size).toBe(CALLS);
        const apart = cdrs.map(({ ani, talkMs }) => Math.abs(talkMs - (end.talkMs.get(ani) ?? Number.NaN)));
        apart.sort((a, b) => a - b);
        expect(apart[CALLS / 2]).toBeLessThanOrEqual(TALK_TOLERANCE_MS.median);
        expect(apart.at(-1)).toBeLessThanOrEqual(TALK_TOLERANCE_MS.any(stallMs));
      }
    },
    60_000,
  );
});

/** The longest that the product's event loop has been kept waiting since this was last asked, by its own metrics. */
async function worstLagMs(tollgate: TollgateProcess): Promise<number> {
  const [, seconds] = /^nodejs_eventloop_lag_max_seconds (\S+)$/m.exec(await tollgate.api('GET', '/metrics')) ?? [];
  return Number(seconds) * 1_000;
}
