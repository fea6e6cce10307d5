import { execFileSync } from 'node:child_process';
import { statSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { answers } from '../support/phone/behaviours.ts';
import type { OutgoingCall } from '../support/phone/outgoing-call.ts';
import { Phone } from '../support/phone/phone.ts';
import { DID, provision } from '../support/provision.ts';
import { TollgateProcess } from '../support/tollgate-process.ts';

/** A process whose file-size limit is reached is killed unless it hears the signal; a full disk sends none. */
const HEARS_FILE_LIMIT = ['--import', 'data:text/javascript,process.on("SIGXFSZ",()=>undefined)'];

/** No request may wait so long because somebody else's call is being written. */
const RESPONSIVE_MS = 1_000;

/** A caller is refused, and a party that hangs up is answered, within this while the store is away: not after its timeout. */
const PROMPT_MS = 4_000;

const hasPrlimit = ((): boolean => {
  try {
    execFileSync('prlimit', ['--version'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
})();

/** Takes the store away, and gives it back. */
interface Outage {
  readonly name: string;
  readonly begin: (tollgate: TollgateProcess) => () => void;
  readonly canRun: boolean;
}

const outages: readonly Outage[] = [
  {
    name: 'the database is locked by another process',
    canRun: true,
    begin({ dataDir }) {
      const intruder = new Database(join(dataDir, 'tollgate.db'));
      intruder.exec('BEGIN IMMEDIATE');
      return () => intruder.close();
    },
  },
  {
    name: 'the disk is full',
    canRun: hasPrlimit,
    begin({ dataDir, process }) {
      const limit = (bytes: string): void => {
        execFileSync('prlimit', ['--pid', String(process.pid), `--fsize=${bytes}:`]);
      };
      // Not one more page goes into the write-ahead log.
      limit(String(statSync(join(dataDir, 'tollgate.db-wal')).size));
      return () => limit('unlimited');
    },
  },
];

describe.each(outages)('while $name', ({ begin, canRun }) => {
  let carrier: Phone;
  let buyer: Phone;
  let tollgate: TollgateProcess;

  beforeEach(async () => {
    carrier = await Phone.open({ name: 'carrier' });
    buyer = await Phone.open({ name: 'buyer', ladder: carrier.ladder, onCall: answers() });
    tollgate = await TollgateProcess.start({ nodeArgs: HEARS_FILE_LIMIT });
    await provision(tollgate, [{ name: 'a', uri: buyer.uri }]);
  });

  afterEach(async () => {
    await tollgate.stop();
    await carrier.close();
    await buyer.close();
  });

  const call = (): OutgoingCall => carrier.call({ to: `sip:${DID}@${tollgate.sip}` });
  const readiness = async (): Promise<number> => (await fetch(`http://${tollgate.http}/readyz`)).status;

  it.runIf(canRun)(
    'no call is taken that could not be billed; those that are up go on, and settle once when it is over',
    async () => {
      const talking = call();
      await talking.waitFor('confirmed');
      await expect.poll(async () => (await tollgate.cdrs())[0]?.connectedAt).toEqual(expect.any(String));
      const heal = begin(tollgate);

      const refused = call();
      await refused.waitFor(503, { timeoutMs: PROMPT_MS });
      expect(refused.has('ringing')).toBe(false);
      await expect.poll(readiness, { timeout: PROMPT_MS }).toBe(503);
      for (let asked = 0; asked < 20; asked += 1) {
        const askedAt = performance.now();
        const another = call();
        await carrier.request('OPTIONS', { to: `sip:${tollgate.sip}` });
        expect(performance.now() - askedAt).toBeLessThan(RESPONSIVE_MS);
        await another.waitFor(503);
        expect(another.has('ringing')).toBe(false);
      }
      const hangingUpAt = performance.now();
      expect((await talking.bye()).status).toBe(200);
      await (await buyer.waitForCall()).waitFor('ended', { timeoutMs: PROMPT_MS });
      expect(performance.now() - hangingUpAt).toBeLessThan(PROMPT_MS);

      heal();
      await expect.poll(readiness, { timeout: PROMPT_MS }).toBe(200);
      const settled = await tollgate.waitForCdrs(1, 10_000);
      expect(settled).toHaveLength(1);
      expect(settled[0]).toMatchObject({ outcome: 'connected', estimated: false, buyerVerdict: { billable: true } });

      const next = call();
      await next.waitFor('confirmed');
      await next.bye();
      expect(await tollgate.waitForCdrs(2)).toHaveLength(2);
    },
  );
});
