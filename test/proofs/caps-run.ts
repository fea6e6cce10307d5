import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

import type { CallId } from '../../src/domain/ids.ts';
import type { RoutingPlan } from '../../src/domain/plan/routing-plan.ts';
import { seededRandom } from '../../src/domain/routing/seeded-random.ts';
import type { EpochMs } from '../../src/domain/time.ts';
import { openStore } from '../../src/store/open-store.ts';
import { auditCaps, type CapAudit } from './caps-audit.ts';
import { cappedOf, tightPlan } from './caps-plan.ts';

const LOAD = fileURLToPath(new URL('./caps-load.ts', import.meta.url));

export interface CapsProof {
  readonly admissions: number;
  readonly kills: number;
  /** Of when the process dies and what becomes of each call; how they interleave is chance all the same. */
  readonly seed: number;
  /** Calls in progress at once; 64 unless given. */
  readonly atOnce?: number;
  /** Hears of each kill. */
  readonly report?: (line: string) => void;
}

export interface CapsReport extends CapAudit {
  readonly admitted: number;
  readonly kills: number;
  /** Places taken. */
  readonly places: number;
  /** Places held when the process died. */
  readonly cutOff: number;
}

/**
 * Admits so many calls against tight caps, kills the process that does it at random instants, and counts: what was held
 * at once from what the process said, what was billed from the records.
 */
export async function runCapsProof(proof: CapsProof): Promise<CapsReport> {
  const { admissions, kills, seed, atOnce = 64, report = () => undefined } = proof;
  const dataDir = mkdtempSync(join(tmpdir(), 'tollgate-caps-'));
  const random = seededRandom(seed);
  // One in each part of the run, so that early and late ones are hit alike.
  const dieAt = Array.from({ length: kills }, (_, n) => 1 + Math.floor(((n + random()) / kills) * (admissions - 1)));
  const plan = tightPlan();
  const heard = new Heard(plan);
  let killed = 0;
  try {
    for (let life = 0; heard.admitted.size < admissions; life += 1) {
      const first = heard.admitted.size;
      const args = [dataDir, `call_${life}`, first, admissions, seed, atOnce].map(String);
      const died = await runOneLife(args, heard, dieAt[killed] ?? Infinity);
      if (!died) break;
      killed += 1;
      report(`kill ${killed} after ${heard.admitted.size} admissions, with ${heard.heldNow} places held`);
      heard.died();
    }
    const store = openStore({ dataDir, now: () => Date.now() as EpochMs });
    await store.recover();
    const audit = await auditCaps(store, cappedOf(plan));
    const lost = await lostCalls(heard.admitted, (id) => store.queries.get(id as CallId));
    store.close();
    const violations = [...heard.violations, ...lost, ...audit.violations];
    const { places, cutOff } = heard;
    return { ...audit, admitted: heard.admitted.size, kills: killed, places, cutOff, violations };
  } finally {
    rmSync(dataDir, { recursive: true, force: true });
  }
}

/** Runs the load until it is through (false), or has admitted so many calls in all and is killed (true). */
async function runOneLife(args: readonly string[], heard: Heard, dieAt: number): Promise<boolean> {
  const child = spawn(process.execPath, [LOAD, ...args], { stdio: ['ignore', 'pipe', 'inherit'] });
  const exited = once(child, 'exit');
  let killing = false;
  // What is in the pipe when the process dies was said before, and counts.
  for await (const line of createInterface({ input: child.stdout })) {
    heard.hear(line);
    if (killing || heard.admitted.size < dieAt) continue;
    killing = true;
    child.kill('SIGKILL');
  }
  const [code, signal] = (await exited) as [number | null, string | null];
  if (signal !== 'SIGKILL' && code !== 0) throw new Error(`the load ended with ${code ?? signal}`);
  return signal === 'SIGKILL';
}

/** What the load has said, and how many places that makes at once. */
class Heard {
  readonly admitted = new Set<string>();
  readonly violations: string[] = [];
  places = 0;
  cutOff = 0;
  readonly #ownersOfRoute: ReadonlyMap<string, readonly { readonly id: string; readonly cap: number }[]>;
  readonly #heldBy = new Map<string, number>();
  readonly #routeOfCall = new Map<string, string>();

  constructor({ routes, destinations, buyers }: RoutingPlan) {
    const capOf = new Map<string, number>(
      [...routes, ...destinations, ...buyers].map(({ id, caps }) => [id, caps.concurrent ?? Infinity]),
    );
    const buyerOf = new Map<string, string>(destinations.map(({ id, buyerId }) => [id, buyerId]));
    this.#ownersOfRoute = new Map(
      routes.map(({ id, destinationId }) => {
        const owners = [id, destinationId, buyerOf.get(destinationId) ?? ''];
        return [id, owners.map((owner) => ({ id: owner, cap: capOf.get(owner) ?? Infinity }))];
      }),
    );
  }

  get heldNow(): number {
    return this.#routeOfCall.size;
  }

  hear(line: string): void {
    const [word, call = '', route = ''] = line.split(' ');
    if (word === 'admitted') this.admitted.add(call);
    else if (word === 'held') this.#hold(call, route);
    else this.#release(call);
  }

  /** Nothing is held any more. */
  died(): void {
    this.cutOff += this.#routeOfCall.size;
    this.#routeOfCall.clear();
    this.#heldBy.clear();
  }

  #hold(call: string, route: string): void {
    this.places += 1;
    this.#routeOfCall.set(call, route);
    for (const { id, cap } of this.#ownersOfRoute.get(route) ?? []) {
      const held = (this.#heldBy.get(id) ?? 0) + 1;
      this.#heldBy.set(id, held);
      if (held > cap) this.violations.push(`${id} holds ${held} calls at once where the cap is ${cap}`);
    }
  }

  #release(call: string): void {
    const route = this.#routeOfCall.get(call);
    if (route === undefined || !this.#routeOfCall.delete(call)) return;
    for (const { id } of this.#ownersOfRoute.get(route) ?? []) this.#heldBy.set(id, (this.#heldBy.get(id) ?? 0) - 1);
  }
}

async function lostCalls(
  admitted: ReadonlySet<string>,
  find: (id: string) => Promise<unknown>,
): Promise<readonly string[]> {
  const lost: string[] = [];
  for (const id of admitted) if (!(await find(id))) lost.push(`${id} was admitted and has no record`);
  return lost;
}
