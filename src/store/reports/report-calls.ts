import { setImmediate as nextTurn } from 'node:timers/promises';

import type { EpochMs } from '../../domain/time.ts';
import type { Sqlite } from '../database.ts';
import { checkReports, type ReportsCheck } from './check-reports.ts';

/**
 * A settled call as reports count it, corrections included: figures in a row, since a report may read a million of them.
 * What it belongs to stands once for all calls of its group.
 */
export type ReportCall = readonly [
  receivedAt: EpochMs,
  callSeq: number,
  groupId: number,
  connected: 0 | 1,
  buyerBillable: 0 | 1,
  publisherBillable: 0 | 1,
  talkMs: number,
  chargeMicros: number,
  payoutMicros: number,
  /** For `readAttempts`. */
  attempts: string,
];

/** Whom and what a call belongs to: what calls are grouped and filtered by. */
export const BELONGINGS = ['campaign', 'buyer', 'destination', 'publisher', 'did', 'outcome', 'state'] as const;
export type Belonging = (typeof BELONGINGS)[number];

const COLUMN: Readonly<Record<Belonging, string>> = {
  campaign: 'campaign_id',
  buyer: 'buyer_id',
  destination: 'destination_id',
  publisher: 'publisher_id',
  did: 'did',
  outcome: 'outcome',
  state: 'state',
};

/** What the calls of one group have in common, in the respects that were asked for; null for none. */
export type ReportGroup = Readonly<{ id: number } & Partial<Record<Belonging, string | null>>>;

/** Some calls, in order of receipt. */
export interface ReportStride {
  readonly calls: readonly ReportCall[];
  /** The groups that these calls are the first of, in what is read. */
  readonly groups: readonly ReportGroup[];
}

/** A half-open span by receipt; null where it has no bound. */
export interface ReportSpan {
  readonly from: EpochMs | null;
  readonly to: EpochMs | null;
}

/** Settled calls, for reports. */
export interface ReportCalls {
  /**
   * In order of receipt, some at a time; whatever else waits is done in between.
   *
   * @param asked what to say of groups; where it is nothing, no groups are given
   */
  read(span: ReportSpan, asked: readonly Belonging[]): AsyncGenerator<ReportStride, void, undefined>;
  /** Counts everything again and says what does not agree. */
  check(): ReportsCheck;
}

/** Calls read between two looks at the rest of the world: about a millisecond's worth. */
const STRIDE = 2_000;

export function createReportCalls(sqlite: Sqlite): ReportCalls {
  const next = sqlite
    .prepare<[number, number, number], ReportCall>(
      `SELECT received_at, call_seq, group_id, connected, buyer_billable, publisher_billable, talk_ms, charge_micros,
         payout_micros, attempts
       FROM report_calls WHERE (received_at, call_seq) > (?, ?) AND received_at < ?
       ORDER BY received_at, call_seq LIMIT ${STRIDE}`,
    )
    .raw();

  /** However many reports are asked for at once, a turn of the event loop has one stride of one of them. */
  let turn: Promise<unknown> = Promise.resolve();
  function myTurn(): Promise<unknown> {
    turn = turn.then(() => nextTurn());
    return turn;
  }

  return {
    async *read({ from, to }, asked) {
      const newGroups = createNewGroups(sqlite, asked);
      let [at, seq] = [(from ?? Number.MIN_SAFE_INTEGER + 1) - 1, Number.MAX_SAFE_INTEGER];
      for (;;) {
        await myTurn();
        const calls = next.all(at, seq, to ?? Number.MAX_SAFE_INTEGER);
        yield { calls, groups: newGroups(calls) };
        const last = calls.at(-1);
        if (last === undefined || calls.length < STRIDE) return;
        [at, seq] = last;
      }
    },
    check: () => checkReports(sqlite),
  };
}

/** Finds the groups of calls that none of the calls before had: all at once, since each look-up takes a lock of its own. */
function createNewGroups(
  sqlite: Sqlite,
  asked: readonly Belonging[],
): (calls: readonly ReportCall[]) => readonly ReportGroup[] {
  if (asked.length === 0) return () => [];
  const columns = asked.map((belonging) => `nullif(${COLUMN[belonging]}, '') AS ${belonging}`);
  const find = sqlite.prepare<[string], ReportGroup>(
    `SELECT id, ${columns.join(', ')} FROM report_groups WHERE id IN (SELECT value FROM json_each(?))`,
  );
  const known: true[] = [];
  return (calls) => {
    const unknown: number[] = [];
    for (const [, , groupId] of calls) {
      if (known[groupId]) continue;
      known[groupId] = true;
      unknown.push(groupId);
    }
    return unknown.length === 0 ? [] : find.all(JSON.stringify(unknown));
  };
}
