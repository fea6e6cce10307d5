import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { seededRandom } from '../../src/domain/routing/seeded-random.ts';
import type { OutgoingCall } from '../support/phone/outgoing-call.ts';
import { requiredHeader } from '../support/phone/sip-wire.ts';
import { provision, type Provisioned } from '../support/provision.ts';
import { TollgateProcess } from '../support/tollgate-process.ts';
import { auditCdrs, heldRows, verifyBooks } from './books.ts';
import { Load } from './load.ts';

/** No telephone may ring, or be in a call, for longer than this after the restart. */
const QUIET_LIMIT_MS = 5_000;
/** A life under load: from a moment, so that starting is hit too, to some seconds. */
const SHORTEST_LIFE_MS = 50;
const LONGEST_LIFE_MS = 2_500;
const POLL_MS = 50;

/** Places that must be held exactly, and calls that may be billed in all, at the buyers that have such caps. */
export const CONCURRENT_CAP = 3;
export const TOTAL_CAP = 15;

/** A real drachtio-server where the environment names one. */
const ENGINE = process.env['DRACHTIO_HOST'] ? 'drachtio' : 'embedded';

export interface CrashOptions {
  readonly kills: number;
  /** Of who calls when, what the buyers do, and when the process dies; what then meets what is chance all the same. */
  readonly seed: number;
  /** Hears of each kill. */
  readonly report?: (line: string) => void;
}

/** What became of a run. */
export interface CrashReport {
  readonly kills: number;
  readonly placed: number;
  readonly cdrs: number;
  readonly interrupted: number;
  /** From the restart until the last telephone was quiet, at worst. */
  readonly slowestQuietMs: number;
  /** From the start of a process until it listens, at worst, recovery included. */
  readonly slowestStartMs: number;
  readonly billedAtCap: number;
  readonly mostAtOnce: number;
  readonly violations: readonly string[];
}

/** Kills the product again and again under load and says what was lost, doubled, leaked or left ringing. */
export async function runCrashes({ kills, seed, report = () => undefined }: CrashOptions): Promise<CrashReport> {
  const random = seededRandom(seed ^ 0x5bd1e995);
  const dataDir = mkdtempSync(join(tmpdir(), 'tollgate-crash-'));
  const load = await Load.open(seed, ['plain', 'narrow', 'counted']);
  const violations: string[] = [];
  const killedAtMs: number[] = [];
  let slowestQuietMs = 0;
  let slowestStartMs = 0;
  let interrupted = 0;
  let tollgate = await start(dataDir, '0');
  try {
    const ids = await provisionCaps(tollgate, load);
    for (let kill = 1; kill <= kills; kill += 1) {
      load.thaw(tollgate.sip);
      await sleep(SHORTEST_LIFE_MS + random() * (LONGEST_LIFE_MS - SHORTEST_LIFE_MS));
      load.freeze();
      await tollgate.process.kill('SIGKILL');
      killedAtMs.push(Date.now());
      const before = { callers: load.up.callers.length, buyers: load.up.buyers.length };
      const startedAt = performance.now();
      tollgate = await start(dataDir, tollgate.sip.split(':')[1] ?? '');
      const listeningAt = performance.now();
      slowestStartMs = Math.max(slowestStartMs, listeningAt - startedAt);
      let left = leftBehind(load, await liveCallers(tollgate));
      const quiet = await poll(async () => {
        left = leftBehind(load, await liveCallers(tollgate));
        return left.length === 0;
      }, QUIET_LIMIT_MS);
      const quietMs = performance.now() - listeningAt;
      slowestQuietMs = Math.max(slowestQuietMs, quietMs);
      violations.push(...left.map((ghost) => `kill ${kill}: ${ghost}`));
      if ((await liveCallers(tollgate)).size === 0) {
        const held = heldRows(dataDir);
        if (Object.values(held).some((count) => count > 0))
          violations.push(`kill ${kill}: left ${JSON.stringify(held)}`);
      }
      const audit = auditCdrs(await tollgate.cdrs(), load.placed, killedAtMs);
      interrupted = audit.interrupted;
      violations.push(...audit.violations.filter((violation) => !violations.includes(violation)));
      report(
        `kill ${kill}: ${before.callers} callers and ${before.buyers} buyers on the line, quiet ${quietMs.toFixed(0)} ms ` +
          `after the restart; ${load.placed.length} calls so far, ${violations.length} violations`,
      );
      if (!quiet) break;
    }
    const { narrow } = Object.fromEntries(load.buyers);
    const mostAtOnce = narrow?.most ?? 0;
    if (mostAtOnce > CONCURRENT_CAP) violations.push(`${mostAtOnce} calls at once where ${CONCURRENT_CAP} may be`);
    const billedAtCap = await fillUp(tollgate, load, ids);
    if (billedAtCap !== TOTAL_CAP) violations.push(`${billedAtCap} calls billed where the cap is ${TOTAL_CAP}`);
    const cdrs = (await tollgate.cdrs()).length;
    const unsound = await verifyBooks(dataDir);
    if (unsound !== null) violations.push(`verify: ${unsound}`);
    const placed = load.placed.length;
    return {
      kills: killedAtMs.length,
      placed,
      cdrs,
      interrupted,
      slowestQuietMs,
      slowestStartMs,
      billedAtCap,
      mostAtOnce,
      violations,
    };
  } finally {
    await tollgate.stop();
    await load.close();
    rmSync(dataDir, { recursive: true, force: true });
  }
}

async function start(dataDir: string, sipPort: string): Promise<TollgateProcess> {
  const { DRACHTIO_HOST = '', DRACHTIO_PORT = '9022', DRACHTIO_SECRET = '' } = process.env;
  const engine =
    ENGINE === 'embedded' ? {} : { TOLLGATE_ENGINE: ENGINE, DRACHTIO_HOST, DRACHTIO_PORT, DRACHTIO_SECRET };
  return TollgateProcess.start({ dataDir, env: { SIP_PORT: sipPort, LOG_LEVEL: 'error', ...engine } });
}

/** Three buyers of one tier: one without caps, one that takes few at once, one that pays for so many calls in all. */
async function provisionCaps(tollgate: TollgateProcess, load: Load): Promise<Provisioned> {
  const caps: Readonly<Record<string, object>> = {
    narrow: { concurrent: CONCURRENT_CAP },
    counted: { total: TOTAL_CAP },
  };
  return provision(
    tollgate,
    Array.from(load.buyers, ([name, { phone }]) => ({
      name,
      uri: phone.uri,
      route: { priority: 1 },
      ...(caps[name] ? { caps: caps[name] } : {}),
    })),
    { campaign: { maxAttempts: 3, screening: {} } },
  );
}

/** Calls on until the capped buyer takes no more, and counts what it was billed in all the lives of the product. */
async function fillUp(tollgate: TollgateProcess, load: Load, ids: Provisioned): Promise<number> {
  load.answerAtOnce();
  // Calls of this life hold places, too.
  const { data } = (await tollgate.get('/live-calls?limit=500')) as { data: readonly { id: string }[] };
  for (const { id } of data) await tollgate.post(`/live-calls/${id}/hangup`, {});
  await poll(() => heldRows(tollgate.dataDir)['openCalls'] === 0, QUIET_LIMIT_MS);
  for (const name of ['plain', 'narrow']) await tollgate.patch(`/routes/${ids.routeIds[name]}`, { enabled: false });
  for (let call = 0; call <= TOTAL_CAP; call += 1) {
    const { leg } = load.placeShortCall(tollgate.sip);
    await poll(() => leg.has('ended'), QUIET_LIMIT_MS);
    const settled = await poll(() => heldRows(tollgate.dataDir)['openCalls'] === 0, QUIET_LIMIT_MS);
    if (!leg.has('answered') || !settled) break;
  }
  const cdrs = await tollgate.cdrs();
  return cdrs.filter((cdr) => cdr.destinationId === ids.destinationIds['counted'] && cdr.buyerVerdict?.billable).length;
}

/**
 * Callers whose calls this process has taken up itself. A caller who had heard nothing when the one before it was killed
 * says the INVITE again and is a new call, that rings with every right.
 */
async function liveCallers(tollgate: TollgateProcess): Promise<ReadonlySet<string>> {
  const { data } = (await tollgate.get('/live-calls?limit=500')) as { data: readonly { ani: string }[] };
  return new Set(data.map(({ ani }) => ani));
}

/** Telephones that ring or are in a call of which nobody at the other end knows. */
function leftBehind(load: Load, live: ReadonlySet<string>): string[] {
  const buyers = load.up.buyers
    .map((call) => ({ call, ani: /sip:([^@]+)@/.exec(requiredHeader(call.invite, 'From'))?.[1] ?? '' }))
    .filter(({ ani }) => !live.has(ani));
  const callers = load.up.callers.filter(({ ani, leg }) => !live.has(ani) && isOnOurHands(leg));
  return [
    ...buyers.map(({ call, ani }) => `a buyer still ${call.has('answered') ? 'in a call' : 'ringing'}: ${ani}`),
    ...callers.map(
      ({ ani, leg }) => `the caller ${ani} still waiting after ${leg.responses.at(-1)?.status ?? 'nothing'}`,
    ),
  ];
}

/**
 * Whether a caller may expect to hear of us. One who has heard nothing says it again by himself; one to whom a
 * drachtio-server has said 100 for an application that died before it admitted the call is known to that server alone, and
 * waits for its timer.
 */
function isOnOurHands({ responses }: OutgoingCall): boolean {
  return responses.some(({ status }) => status > (ENGINE === 'embedded' ? 99 : 100));
}

/** Whether it came true in time. */
async function poll(isTrue: () => boolean | Promise<boolean>, withinMs: number): Promise<boolean> {
  const deadline = performance.now() + withinMs;
  while (!(await isTrue())) {
    if (performance.now() > deadline) return false;
    await sleep(POLL_MS);
  }
  return true;
}

function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
