import { randomInt } from 'node:crypto';

import type { Command } from 'commander';

import { explainCall, explainRoute, type ImaginedCall } from '../../calls/explain-route.ts';
import type { Ani, E164 } from '../../domain/numbers/e164.ts';
import { buildRoutingSnapshot } from '../../domain/routing/routing-snapshot.ts';
import type { EpochMs } from '../../domain/time.ts';
import { CliError } from '../cli-error.ts';
import { describeDecision } from '../describe-decision.ts';
import { newCommand, type Invocation } from '../new-command.ts';
import {
  parseAni,
  parseCallerState,
  parseCallerZip,
  parseCategory,
  parseDid,
  parseInstant,
  parseSeed,
  SEEDS,
} from '../parse-question.ts';
import { readSettings } from '../read-settings.ts';
import { visitStore } from '../visit-store.ts';

interface Question {
  readonly json?: boolean;
  readonly did: E164;
  readonly ani: Ani;
  readonly at?: EpochMs;
  readonly zip?: string;
  readonly publisherZip?: string;
  readonly publisherState?: string;
  readonly category?: string;
  readonly seed?: number;
}

/** `tollgate explain`: who would get a call, and why, of every route of the campaign. */
export function addExplain(parent: Command, { terminal }: Invocation): void {
  newCommand(parent, 'explain', {
    summary: 'say who would get a call, and why',
    about:
      'Say who would get a call and why, of every route of the campaign, on the configuration and counters as they are. ' +
      'Nothing is dialled, reserved or recorded, and the server need not run. --json answers as POST /v1/route-decisions.',
    examples: [
      ['tollgate explain --did +14155550100 --ani +12125550123', 'now'],
      ['tollgate explain --did +14155550100 --ani anonymous --at 2026-12-25T10:00:00-05:00', 'at Christmas'],
      ['tollgate explain --did 4155550100 --ani 2125550123 --zip 94107 --seed 42', 'the same draw each time'],
    ],
  })
    .requiredOption('--did <number>', 'the number dialled, one of yours', parseDid)
    .requiredOption('--ani <number>', "the caller's number, or anonymous", parseAni)
    .option('--at <instant>', 'when, as 2026-11-21T14:00:00Z or with an offset (default: now)', parseInstant)
    .option('--zip <zip>', 'ZIP or Canadian postal code that the caller entered', parseCallerZip)
    .option(
      '--publisher-zip <zip>',
      'ZIP or Canadian postal code that a publisher supplied (X-Caller-Zip)',
      parseCallerZip,
    )
    .option('--publisher-state <state>', 'state that a publisher supplied (X-Caller-State)', parseCallerState)
    .option('--category <name>', "what the caller wants, as an IVR's set step says it", parseCategory)
    .option('--seed <number>', 'draws the order of equals (default: chosen by chance)', parseSeed)
    .action(async ({ json, ...question }: Question) => {
      const { TOLLGATE_CURRENCY: currency, TOLLGATE_DATA_DIR: dataDir } = readSettings(terminal);
      const call: ImaginedCall = { at: Date.now() as EpochMs, seed: randomInt(SEEDS), ...question };
      // Its tables of places are large, and no other command needs them.
      const { loadGazetteer } = await import('../../geo/load-gazetteer.ts');
      const answer = await visitStore(terminal, async (store) => {
        const snapshot = buildRoutingSnapshot(await store.resources.readPlan(), loadGazetteer(dataDir));
        const view = store.readView();
        const explanation = explainCall(call, snapshot, view);
        const did = snapshot.didByNumber.get(call.did);
        const campaign = did && snapshot.campaignById.get(did.campaignId);
        if (!explanation || !did || !campaign) {
          throw new CliError('not-found', `${call.did} is none of your DIDs: GET /v1/dids lists them.`);
        }
        return json
          ? JSON.stringify(explainRoute(call, snapshot, view))
          : describeDecision({ call, did, campaign, snapshot, ...explanation }, currency, terminal.out);
      });
      terminal.out.write(`${answer}\n`);
    });
}
