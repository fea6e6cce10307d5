import type { Command } from 'commander';

import type { ReplaysCheck } from '../../store/calls/check-replays.ts';
import type { ReviewsCheck } from '../../store/calls/check-reviews.ts';
import type { CapsCheck } from '../../store/calls/check-cap-counters.ts';
import type { ChainReport } from '../../store/calls/verify-chain.ts';
import type { LedgerReport } from '../../store/ledger/check-ledger.ts';
import type { ReportsCheck } from '../../store/reports/check-reports.ts';
import { EXIT } from '../cli-error.ts';
import { newCommand, type Invocation } from '../new-command.ts';
import { Progress } from '../progress.ts';
import type { Screen } from '../terminal.ts';
import { visitStore } from '../visit-store.ts';

/** What proving a store came to, chain apart. */
interface Proofs {
  readonly ledger: LedgerReport;
  readonly reports: ReportsCheck;
  readonly caps: CapsCheck;
  readonly reviews: ReviewsCheck;
  readonly replays: ReplaysCheck;
}

/**
 * `tollgate verify`: proves the CDR chain, adds the ledger up, counts for the reports again, and looks for what reviews and
 * replays rest on; exit code 1 where anything is not as it was written.
 */
export function addVerify(parent: Command, invocation: Invocation): void {
  const { terminal } = invocation;
  newCommand(parent, 'verify', {
    summary: 'prove the CDRs, the ledger and the reports',
    about:
      'Prove that no CDR was changed or removed since it was written, that the ledger adds up to what the CDRs say, that ' +
      'reports and caps count every call as it is, that the disposition of each call is the last word said of it, and that all ' +
      'that decisions rested on is there to replay them. ' +
      'Names the first CDR that breaks the chain. Exit code 0 where all is sound, 1 where not.',
    examples: [
      ['tollgate verify', ''],
      ['tollgate verify --json | jq .cdrs.head', 'the last hash; kept elsewhere, it proves this day later'],
    ],
  }).action(async ({ json }: { json?: boolean }) => {
    const progress = json ? null : new Progress(terminal.err);
    const found = await visitStore(terminal, async (store) => {
      const cdrs = await store.queries.verifyChain((sound, total) => progress?.update('Checking CDRs', sound, total));
      progress?.begin('Adding up the ledger');
      const ledger = store.ledger.check();
      progress?.begin('Counting calls again');
      const [reports, caps] = [store.reports.check(), store.caps.check()];
      progress?.begin('Looking for what replays rest on');
      return { cdrs, ledger, reports, caps, reviews: store.dispositions.check(), replays: store.decisions.check() };
    });
    progress?.clear();
    const { cdrs } = found;
    const sound = cdrs.intact && booksOf(found).every(({ problems }) => problems.length === 0);
    const { out } = terminal;
    const report = json
      ? JSON.stringify({ sound, ...found })
      : [...describeChain(cdrs, out), ...booksOf(found).flatMap((book) => describeBook(book, out))].join('\n');
    out.write(`${report}\n`);
    if (!sound) invocation.end(EXIT.failed);
  });
}

function describeChain(report: ChainReport, { paint }: Screen): string[] {
  if (report.intact) {
    const { length, head, erased, unproven } = report;
    const found = `CDR chain  ${paint.green('intact')}: ${count(length, 'record')}`;
    return [
      erased === 0 ? found : `${found}, the callers of ${erased} erased`,
      ...(unproven === 0 ? [] : [describeUnproven(unproven)]),
      ...(length === 0 ? [] : [paint.dim(`           head ${head}`)]),
    ];
  }
  const { at, callId, problem } = report;
  const before = at === 1 ? 'No record' : `Only the ${count(at - 1, 'record')} before it`;
  return [
    `CDR chain  ${paint.red('BROKEN')} at record ${at}${callId === null ? '' : `, ${callId}`}: ${problem}.`,
    `           ${before} can be relied on. Compare with a backup from before the change.`,
  ];
}

/** What can't be known of records whose hash was over their callers, too. */
function describeUnproven(unproven: number): string {
  return `           ${unproven} of these are older than schema step 14: they stand in their place, and their text is not proved`;
}

/** What is proved beside the chain, in words. */
interface Book {
  readonly name: string;
  readonly sound: string;
  readonly unsound: string;
  readonly counted: string;
  readonly problems: readonly string[];
}

function booksOf({ ledger, reports, caps, reviews, replays }: Proofs): readonly Book[] {
  return [
    {
      name: 'Ledger',
      sound: 'adds up',
      unsound: 'DOES NOT ADD UP',
      counted: count(ledger.postings, 'posting'),
      ...ledger,
    },
    {
      name: 'Reports',
      sound: 'count right',
      unsound: 'COUNT WRONG',
      counted: count(reports.calls, 'call'),
      ...reports,
    },
    { name: 'Caps', sound: 'count right', unsound: 'COUNT WRONG', counted: count(caps.counters, 'counter'), ...caps },
    {
      name: 'Reviews',
      sound: 'agree',
      unsound: 'DO NOT AGREE',
      counted: count(reviews.calls, 'disposition'),
      ...reviews,
    },
    {
      name: 'Replays',
      sound: 'have all they need',
      unsound: 'CAN NOT BE RELIED ON',
      counted: count(replays.decisions, 'decision'),
      ...replays,
    },
  ];
}

function describeBook({ name, sound, unsound, counted, problems }: Book, { paint }: Screen): string[] {
  const title = name.padEnd(10);
  if (problems.length === 0) return [`${title} ${paint.green(sound)}: ${counted}`];
  return [`${title} ${paint.red(unsound)}, ${counted}:`, ...problems.map((problem) => `           ${problem}`)];
}

function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`;
}
