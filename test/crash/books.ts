import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import Database from 'better-sqlite3';
import { bareEnvironment } from '../support/bare-environment.ts';
import type { Cdr } from '../../src/domain/call/cdr.ts';
import type { PlacedCall } from './load.ts';

const CLI = fileURLToPath(new URL('../../src/cli/main.ts', import.meta.url));

/** A proof of life may be so old when the process dies (docs of the store: every two seconds, and time to write it). */
const PROOF_OF_LIFE_MS = 5_000;

/** What the records say of interrupted calls, and what is wrong with any of them. */
export interface Audit {
  readonly interrupted: number;
  readonly violations: readonly string[];
}

/**
 * Holds the CDRs against what the callers saw: each admitted call is there once, none is there twice, those the crash
 * cut off are estimated, end at a proof of life, and bill nobody.
 */
export function auditCdrs(cdrs: readonly Cdr[], placed: readonly PlacedCall[], killedAtMs: readonly number[]): Audit {
  const violations: string[] = [];
  const byAni = new Map<string, Cdr[]>();
  for (const cdr of cdrs) byAni.set(cdr.ani, [...(byAni.get(cdr.ani) ?? []), cdr]);
  for (const { ani, leg } of placed) {
    const records = byAni.get(ani) ?? [];
    const admitted = leg.responses.some(({ status }) => status > 100);
    const answered = leg.has('answered');
    if (records.length > 1) violations.push(`${ani}: ${records.length} CDRs of one call`);
    // A 503 may come of a server that was only just starting, or going: that call was never admitted.
    const refusedAtTheDoor = admitted && leg.responses.every(({ status }) => status === 100 || status === 503);
    if (admitted && !refusedAtTheDoor && records.length === 0) violations.push(`${ani}: admitted, and no CDR`);
    const [cdr] = records;
    if (cdr?.outcome === 'connected' && !answered) violations.push(`${ani}: a conversation its caller never had`);
  }
  const interrupted = cdrs.filter((cdr) => cdr.outcome === 'interrupted');
  for (const cdr of interrupted) violations.push(...faultsOf(cdr, killedAtMs).map((fault) => `${cdr.ani}: ${fault}`));
  return { interrupted: interrupted.length, violations };
}

function faultsOf(cdr: Cdr, killedAtMs: readonly number[]): string[] {
  const faults: string[] = [];
  const endedAt = Date.parse(cdr.endedAt ?? '');
  const killedAt = killedAtMs.find((at) => at >= Date.parse(cdr.receivedAt)) ?? Number.NaN;
  if (!cdr.estimated) faults.push('interrupted and not estimated');
  if (!(endedAt <= killedAt && endedAt >= killedAt - PROOF_OF_LIFE_MS)) {
    faults.push(`ended at ${cdr.endedAt}, killed at ${new Date(killedAt).toISOString()}`);
  }
  const reason = cdr.connectedAt === null ? 'not-connected' : 'estimated-needs-review';
  for (const verdict of [cdr.buyerVerdict, cdr.publisherVerdict]) {
    if (verdict?.billable !== false || verdict.reason !== reason || verdict.amountMicros !== 0) {
      faults.push(`interrupted, and judged ${JSON.stringify(verdict)}`);
    }
  }
  return faults;
}

/** What is held for calls in progress; all of it must be nothing when there are none. */
export function heldRows(dataDir: string): Readonly<Record<string, number>> {
  const db = new Database(join(dataDir, 'tollgate.db'), { readonly: true });
  try {
    const count = (sql: string): number => db.prepare<[], number>(sql).pluck().get() ?? 0;
    return {
      openCalls: count("SELECT count(*) FROM calls WHERE status = 'open'"),
      reservations: count('SELECT count(*) FROM reservations'),
      dialogs: count('SELECT count(*) FROM call_dialogs'),
      pendingLegs: count('SELECT count(*) FROM pending_legs'),
    };
  } finally {
    db.close();
  }
}

/** Runs `tollgate verify` on the data; null where chain and ledger are sound, else what it found. */
export async function verifyBooks(dataDir: string): Promise<string | null> {
  const env = bareEnvironment({ TOLLGATE_DATA_DIR: dataDir });
  const { stdout } = await promisify(execFile)(process.execPath, [CLI, 'verify', '--json'], {
    env,
    cwd: dataDir,
  }).catch((error: { stdout?: string; message: string }) => ({
    stdout: error.stdout || JSON.stringify(error.message),
  }));
  return (JSON.parse(stdout) as { sound?: boolean }).sound === true ? null : stdout;
}
