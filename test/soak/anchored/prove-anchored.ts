import { TollgateProcess } from '../../support/tollgate-process.ts';
import { holdingsOf, leaksBetween, SPEAKS_OF_ITSELF } from '../holdings.ts';
import { AnchoredLoad, type AnchoredPace } from './anchored-load.ts';
import { auditRecords } from './audit.ts';
import { growthOf, heldBy, residentBytes, type Held } from './held.ts';
import { PHASE_NAMES } from './phases.ts';
import { setScenes } from './scenes.ts';

/** Twice through every phase first, so that what is made once is made. */
const WARM_UP = 2 * PHASE_NAMES.length;

/** What is played, recorded or said goodbye to has ended by then; and transactions too (64·T1, RFC 3261 §17). */
const REST_LIMIT_MS = { calls: 8_000, transactions: 60_000 };

const LOOK_EVERY_MS = 250;

export interface AnchoredProof extends AnchoredPace {
  readonly calls: number;
  readonly seed: number;
  /** Whether to wait until SIP has forgotten the last transaction, and to look at memory then. */
  readonly untilForgotten: boolean;
  readonly say?: (line: string) => void;
}

/** What was done, and everything that is not as it should be. */
export interface AnchoredResult {
  readonly calls: number;
  readonly seconds: number;
  readonly hungUpIn: Readonly<Record<string, number>>;
  readonly withoutAck: number;
  readonly outcomes: Readonly<Record<string, number>>;
  readonly recordings: number;
  readonly before: Held;
  readonly after: Held;
  readonly residentBytes: { readonly before: number; readonly after: number };
  readonly violations: readonly string[];
}

/** Hangs up anchored calls in every phase, on a product of its own, and says what is left of them. */
export async function proveAnchored(proof: AnchoredProof): Promise<AnchoredResult> {
  const { calls, seed, untilForgotten, say = () => undefined } = proof;
  const load = await AnchoredLoad.open(seed);
  const tollgate = await TollgateProcess.start({ ...SPEAKS_OF_ITSELF, env: { LOG_LEVEL: 'error' } });
  const { pid = 0 } = tollgate.process.child;
  const died = tollgate.process.ended.then(({ exitCode, signal, stderr }): never => {
    throw new Error(`the product ended by itself, with ${exitCode ?? signal}: ${stderr}`);
  });
  died.catch(() => undefined);
  try {
    await setScenes(tollgate, load.buyerUri);
    const empty = await heldBy(tollgate);
    const warmUp = await Promise.race([load.place(tollgate.sip, WARM_UP, { ...proof, shareWithoutAck: 0 }), died]);
    await atRest(tollgate, empty, untilForgotten);
    const before = { ...(await heldBy(tollgate)), ...pick(empty, 'media_transactions') };
    const holdings = untilForgotten ? await holdingsOf(tollgate) : null;
    const residentBefore = residentBytes(pid);
    say(`before: ${JSON.stringify(before)}`);
    const startedAt = performance.now();
    const placed = await Promise.race([load.place(tollgate.sip, calls, proof), died]);
    const seconds = Math.round((performance.now() - startedAt) / 1_000);
    say(`${calls} calls in ${seconds} s`);
    const growth = await atRest(tollgate, before, untilForgotten);
    const after = await heldBy(tollgate);
    say(`after: ${JSON.stringify(after)}`);
    const audit = await auditRecords(tollgate, [...warmUp.anis, ...placed.anis]);
    const memory = holdings ? leaksBetween(holdings, await holdingsOf(tollgate), calls) : [];
    const stderr = tollgate.process.output.stderr.trim();
    return {
      calls,
      seconds,
      hungUpIn: placed.hungUpIn,
      withoutAck: placed.withoutAck,
      outcomes: audit.outcomes,
      recordings: audit.recordings,
      before,
      after,
      residentBytes: { before: residentBefore, after: residentBytes(pid) },
      violations: [
        ...[...warmUp.stuck, ...placed.stuck].map((leg) => `did not end: ${leg}`),
        ...growth,
        ...audit.violations,
        ...memory,
        ...(stderr === '' ? [] : [`said on stderr: ${stderr}`]),
      ],
    };
  } finally {
    await tollgate.stop();
    await load.close();
  }
}

/** Resolves once nothing is more than it was, or its time is up: with what still is. */
async function atRest(tollgate: TollgateProcess, was: Held, withTransactions: boolean): Promise<readonly string[]> {
  const deadline = Date.now() + (withTransactions ? REST_LIMIT_MS.transactions : REST_LIMIT_MS.calls);
  for (;;) {
    const growth = growthOf(was, await heldBy(tollgate), withTransactions);
    if (growth.length === 0 || Date.now() > deadline) return growth;
    await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
  }
}

function pick(held: Held, name: string): Held {
  return { [name]: held[name] ?? 0 };
}
