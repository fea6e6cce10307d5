import { readFileSync } from 'node:fs';
import { setImmediate as nextTurn } from 'node:timers/promises';

import { InvalidArgumentError, type Command } from 'commander';

import { ERASED } from '../../domain/numbers/e164.ts';
import type { Gazetteer } from '../../domain/numbers/location.ts';
import { buildRoutingSnapshot } from '../../domain/routing/routing-snapshot.ts';
import { timeZone, type TimeZone } from '../../domain/routing/time-zone.ts';
import { toIso, type EpochMs } from '../../domain/time.ts';
import { Rerun, type PlanPair } from '../../domain/what-if/rerun.ts';
import { TalkTimes } from '../../domain/what-if/talk-times.ts';
import type { Store } from '../../store/open-store.ts';
import { CliError, EXIT } from '../cli-error.ts';
import { describeWhatIf, reportForMachines, type WhatIfReport } from '../describe-what-if.ts';
import { newCommand, type Invocation } from '../new-command.ts';
import { parseMoment, parseTimeZone, type Moment } from '../parse-question.ts';
import { readPlanChange, type PlanChange } from '../plan-change.ts';
import { Progress } from '../progress.ts';
import { readSettings } from '../read-settings.ts';
import { visitStore } from '../visit-store.ts';

interface Options {
  readonly json?: boolean;
  readonly from: Moment;
  readonly to: Moment;
  readonly timezone?: TimeZone;
  /** The text of the file. */
  readonly change: string;
}

interface Question {
  readonly from: EpochMs;
  readonly to: EpochMs;
  readonly change: string;
}

/** `tollgate what-if`: decides a period's calls once more, as if the configuration had been another. */
export function addWhatIf(parent: Command, { terminal }: Invocation): void {
  newCommand(parent, 'what-if', {
    summary: 'say what a change would have done to past calls',
    about:
      'Decide the calls of a period once more, as if the changes of a YAML file had been made before it, and show the ' +
      'difference for each route. Routing and caps are replayed call by call; money is an estimate. Nothing is changed.',
    examples: [
      ['tollgate what-if --from 2026-11-01 --to 2026-12-01 --timezone America/New_York --change plan.yaml', 'a month'],
      ['tollgate what-if --from 2026-11-21T09:00:00Z --to 2026-11-21T17:00:00Z --change plan.yaml', ''],
      ['tollgate what-if … --json | jq ".routes[] | select(.before != .after)"', 'the routes it would touch'],
    ],
  })
    .requiredOption(
      '--from <moment>',
      'the first date, as 2026-11-01, or instant, as 2026-11-01T00:00:00Z',
      parseMoment,
    )
    .requiredOption('--to <moment>', 'the date or instant after the last', parseMoment)
    .option('--timezone <zone>', 'IANA time zone in which dates begin (default: UTC)', parseTimeZone)
    .requiredOption('--change <file>', 'YAML of changes, as docs/routing.md describes it', readText)
    .action(async ({ json, from, to, timezone = timeZone('UTC'), change }: Options) => {
      const question = { from: from(timezone), to: to(timezone), change };
      if (question.to <= question.from) throw new CliError('usage', '--to must be later than --from.', EXIT.usage);
      const { TOLLGATE_CURRENCY: currency, TOLLGATE_DATA_DIR: dataDir } = readSettings(terminal);
      // Its tables of places are large, and few commands need them.
      const { loadGazetteer } = await import('../../geo/load-gazetteer.ts');
      const progress = new Progress(terminal.err);
      const report = await visitStore(terminal, (store) => rerun(store, question, loadGazetteer(dataDir), progress));
      progress.clear();
      const answer = json ? JSON.stringify(reportForMachines(report)) : describeWhatIf(report, currency, terminal.out);
      terminal.out.write(`${answer}\n`);
    });
}

/** Calls looked at between two looks at the rest of the world. */
const STRIDE = 500;

async function rerun(
  { resources, decisions }: Store,
  { from, to, change: text }: Question,
  gazetteer: Gazetteer,
  progress: Progress,
): Promise<WhatIfReport> {
  const change = readPlanChange(text, await resources.readPlan(), gazetteer);
  const total = decisions.count(from, to);
  const talkTimes = new TalkTimes();
  let looked = 0;
  for (const { cdr } of decisions.between(from, to)) {
    talkTimes.add(cdr);
    if (++looked % STRIDE === 0) await tell('Measuring talk', looked);
  }

  const plans = new Plans((version) => decisions.planAt(version), change, gazetteer);
  const run = new Rerun(talkTimes, decisions.openingAt(from));
  const skipped = { notRouted: 0, notKept: 0 };
  looked = 0;
  for (const { cdr, basis } of decisions.between(from, to)) {
    const { ani, decision } = cdr;
    const pair = decision === null ? undefined : plans.at(decision.snapshotVersion);
    if (decision === null) skipped.notRouted += 1;
    else if (basis === undefined || pair === undefined || ani === ERASED) skipped.notKept += 1;
    else run.decide({ ...cdr, ani, decision }, basis, pair);
    if (++looked % STRIDE === 0) await tell('Deciding calls', looked);
  }
  return { from: toIso(from), to: toIso(to), ...run.counts, skipped, routes: run.routes };

  async function tell(what: string, done: number): Promise<void> {
    progress.update(what, done, total);
    await nextTurn();
  }
}

/** Plans by version, before and after the change; a version serves many calls in a row. */
class Plans {
  readonly #read: Store['decisions']['planAt'];
  readonly #change: PlanChange;
  readonly #gazetteer: Gazetteer;
  readonly #latest = new Map<number, PlanPair>();

  constructor(read: Store['decisions']['planAt'], change: PlanChange, gazetteer: Gazetteer) {
    this.#read = read;
    this.#change = change;
    this.#gazetteer = gazetteer;
  }

  /** Undefined where that version was not kept. */
  at(version: number): PlanPair | undefined {
    const known = this.#latest.get(version);
    if (known !== undefined) return known;
    const plan = this.#read(version);
    if (plan === undefined) return undefined;
    const build = (each: typeof plan) => buildRoutingSnapshot(each, this.#gazetteer);
    const pair = { before: build(plan), after: build(this.#change.apply(plan)) };
    // Calls that arrive as a plan changes may be decided on either: two are kept.
    const [oldest] = this.#latest.keys();
    if (oldest !== undefined && this.#latest.size > 1) this.#latest.delete(oldest);
    this.#latest.set(version, pair);
    return pair;
  }
}

/** @throws InvalidArgumentError where there is no such file */
function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw new InvalidArgumentError(`It can not be read: ${(error as Error).message}.`);
  }
}
