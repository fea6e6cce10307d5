import type { Command } from 'commander';

import type { CallId } from '../../domain/ids.ts';
import { ERASED } from '../../domain/numbers/e164.ts';
import { replayDecision, type DecidedCall } from '../../domain/routing/replay-decision.ts';
import type { RouteDecision } from '../../domain/routing/route-decision.ts';
import { buildRoutingSnapshot } from '../../domain/routing/routing-snapshot.ts';
import { canonicalJson } from '../../store/canonical-json.ts';
import type { ArchivedCall, DecisionArchive } from '../../store/calls/decision-archive.ts';
import { CliError, EXIT } from '../cli-error.ts';
import { firstDifference, type Difference } from '../first-difference.ts';
import { newCommand, type Invocation } from '../new-command.ts';
import type { Screen } from '../terminal.ts';
import { readSettings } from '../read-settings.ts';
import { visitStore } from '../visit-store.ts';

/** `tollgate replay`: makes a call's decision once more and compares the bytes; exit code 1 where they differ. */
export function addReplay(parent: Command, invocation: Invocation): void {
  const { terminal } = invocation;
  newCommand(parent, 'replay', {
    summary: "make a call's decision once more",
    about:
      "Make a call's decision once more from what is kept of it (caller, instant, seed, counters as they were, the " +
      "configuration of that version) and compare it byte for byte with the CDR's. Exit code 0 where the two are the " +
      'same, 1 where not.',
    examples: [
      ['tollgate replay call_01JD6Z5V8QK3M4N7P9R2S5T8W1', ''],
      ['tollgate replay call_01JD6Z5V8QK3M4N7P9R2S5T8W1 --json | jq .difference', 'where the two part'],
    ],
  })
    .argument('<callId>', 'the call, call_…')
    .action(async (callId: string, { json }: { json?: boolean }) => {
      // Its tables of places are large, and few commands need them.
      const { loadGazetteer } = await import('../../geo/load-gazetteer.ts');
      const gazetteer = loadGazetteer(readSettings(terminal).TOLLGATE_DATA_DIR);
      const report = await visitStore(terminal, ({ decisions }) => {
        const { call, basis, plan } = readDecided(decisions, callId as CallId);
        const { decision, unrecorded } = replayDecision(call, basis, buildRoutingSnapshot(plan, gazetteer));
        return Promise.resolve(compare(call, decision, unrecorded));
      });
      terminal.out.write(`${json ? JSON.stringify(report) : describe(report, terminal.out)}\n`);
      if (!report.same) invocation.end(EXIT.failed);
    });
}

/** What a replay came to. */
interface ReplayReport {
  readonly callId: string;
  readonly same: boolean;
  readonly at: string;
  readonly seed: number;
  readonly snapshotVersion: number;
  readonly candidates: number;
  /** Null where the two are the same. */
  readonly difference: Difference | null;
  /** Counters asked for now that were not asked for then. */
  readonly unrecorded: readonly string[];
}

/** @throws CliError where there is no such call, or something its decision rested on is not kept */
function readDecided(decisions: DecisionArchive, callId: CallId) {
  const found = decisions.find(callId);
  if (found === undefined) throw new CliError('not-found', `There is no call ${callId}: GET /v1/calls lists them.`);
  const call = decidedCall(found);
  const plan = decisions.planAt(call.decision.snapshotVersion);
  if (found.basis === undefined || plan === undefined) {
    const what =
      plan === undefined ? `version ${call.decision.snapshotVersion} of the configuration` : 'what its counters said';
    const message = `${callId} can not be replayed: ${what} was not kept. Calls from before the upgrade that keeps it have none.`;
    throw new CliError('wrong-state', message);
  }
  return { call, basis: found.basis, plan };
}

function decidedCall({ cdr }: ArchivedCall): DecidedCall & { readonly id: CallId } {
  const { id, did, campaignId, publisherId, ani, decision, outcome, hangupCause } = cdr;
  if (decision === null || did === null || campaignId === null) {
    const why = outcome === null ? 'it ended before' : `${outcome}: ${hangupCause}`;
    throw new CliError('wrong-state', `${id} was never routed (${why}), so there is no decision to replay.`);
  }
  if (ani === ERASED) {
    const message = `${id} can not be replayed: its caller was erased, and with them the number and place it was decided by.`;
    throw new CliError('wrong-state', message);
  }
  return { id, did, campaignId, publisherId, ani, decision };
}

function compare(
  { id, decision: was }: DecidedCall & { readonly id: CallId },
  now: RouteDecision,
  unrecorded: readonly string[],
): ReplayReport {
  const { at, seed, snapshotVersion, candidates } = was;
  // One spelling of each: the CDR's own text is canonical too, once it is sealed.
  const same = canonicalJson(was) === canonicalJson(now);
  const difference = same ? null : (firstDifference(was, now) ?? null);
  return { callId: id, same, at, seed, snapshotVersion, candidates: candidates.length, difference, unrecorded };
}

function describe(report: ReplayReport, { paint }: Screen): string {
  const { callId, same, at, seed, snapshotVersion, candidates, difference, unrecorded } = report;
  const head = `${paint.bold(callId)}  ${paint.dim(`at ${at}, seed ${seed}, configuration version ${snapshotVersion}`)}`;
  const counted = candidates === 1 ? '1 candidate' : `${candidates} candidates`;
  if (same) return `${head}\n${paint.green('Same')}: its ${counted}, byte for byte.`;
  const lines = [
    head,
    `${paint.red('DIFFERENT')}, first at ${difference?.path}:`,
    `  CDR     ${show(difference?.was)}`,
    `  replay  ${show(difference?.now)}`,
  ];
  if (unrecorded.length > 0) lines.push(`Asked now, and not when it was decided: ${unrecorded.join(', ')}.`);
  return lines.join('\n');
}

function show(value: unknown): string {
  return value === undefined ? '(nothing)' : JSON.stringify(value);
}
