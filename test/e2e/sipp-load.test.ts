import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { DID, provision } from '../support/provision.ts';
import { TollgateProcess } from '../support/tollgate-process.ts';
import { hasSipp, startSipp, type Sipp, type SippResult } from './sipp-run.ts';

const CALLS = 1_000;
const CALLS_PER_SECOND = 50;
/** The two ends and we are three programs on one machine: what a message may take between them when it is busy. */
const TALK_TOLERANCE_MS = 50;

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

  const start = async (...run: Parameters<typeof startSipp>): Promise<Sipp> => {
    const sipp = await startSipp(...run);
    running.push(sipp);
    return sipp;
  };

  it.each(['udp', 'tcp'] as const)(
    'are all connected, ended and recorded with their talk time, a thousand at 50 a second over %s',
    async (transport) => {
      const buyer = await start({ scenario: 'buyer', transport, folder, calls: CALLS });
      const uri = `sip:buyer@127.0.0.1:${buyer.port};transport=${transport}`;
      await provision(tollgate, [{ name: 'a', uri }]);
      const caller = await start({
        scenario: 'caller',
        transport,
        folder,
        calls: CALLS,
        args: [
          ...['-r', String(CALLS_PER_SECOND), '-l', String(CALLS), '-inf', join(folder, 'numbers.csv')],
          ...['-key', 'did', DID, tollgate.sip],
        ],
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
      for (const end of [atCaller, atBuyer]) {
        const apart = cdrs.map(({ ani, talkMs }) => Math.abs(talkMs - (end.talkMs.get(ani) ?? Number.NaN)));
        expect(Math.max(...apart)).toBeLessThanOrEqual(TALK_TOLERANCE_MS);
      }
    },
    60_000,
  );
});
