import { DISPOSITIONS, type Disposition } from '../../domain/call/disposition.ts';
import type { EpochMs } from '../../domain/time.ts';
import type { Sqlite } from '../database.ts';

/** What calls can be counted by. */
export const DISPOSITION_GROUPS = ['campaign', 'buyer', 'publisher', 'destination'] as const;
export type DispositionGroup = (typeof DISPOSITION_GROUPS)[number];

export interface DispositionReportQuery {
  readonly groupBy: DispositionGroup;
  /** By receipt, `[from, to)`; unbounded where absent. */
  readonly from?: EpochMs;
  readonly to?: EpochMs;
}

/** What became of the calls of one group. */
export interface DispositionRow {
  /** The group's id; null for calls that had none. */
  readonly key: string | null;
  /** Calls that connected and have ended. */
  readonly calls: number;
  /** Those billable by their CDR. */
  readonly billable: number;
  /** Those nobody has said anything of. */
  readonly unreviewed: number;
  readonly dispositions: Readonly<Record<Disposition, number>>;
  /** What buyers were charged, and by how much people changed that since. */
  readonly chargeMicros: number;
  readonly adjustedMicros: number;
}

interface CountRow {
  readonly key: string | null;
  readonly value: Disposition | null;
  readonly calls: number;
  readonly billable: number;
  readonly chargeMicros: number;
  readonly adjustedMicros: number;
}

const COLUMN: Readonly<Record<DispositionGroup, string>> = {
  campaign: 'campaign_id',
  buyer: 'buyer_id',
  publisher: 'publisher_id',
  destination: 'destination_id',
};

/** Counts connected calls by what people said of them, in order of key. */
export function reportDispositions(sqlite: Sqlite, { groupBy, from, to }: DispositionReportQuery): DispositionRow[] {
  const rows = sqlite
    .prepare<[number, number], CountRow>(
      `SELECT ${COLUMN[groupBy]} AS key, dispositions.value, count(*) AS calls, sum(buyer_billable) AS billable,
         sum(charge_micros) AS chargeMicros, sum(coalesce((SELECT sum(amount_micros) FROM adjustments
           WHERE adjustments.call_id = calls.id AND party = 'buyer'), 0)) AS adjustedMicros
       FROM calls LEFT JOIN dispositions ON dispositions.call_seq = calls.seq
       WHERE status = 'settled' AND connected_at IS NOT NULL AND received_at >= ? AND received_at < ?
       GROUP BY key, dispositions.value ORDER BY key`,
    )
    .all(from ?? Number.MIN_SAFE_INTEGER, to ?? Number.MAX_SAFE_INTEGER);
  return [...Map.groupBy(rows, ({ key }) => key)].map(([key, counts]) => addUp(key, counts));
}

function addUp(key: string | null, counts: readonly CountRow[]): DispositionRow {
  const sum = (of: Exclude<keyof CountRow, 'key' | 'value'>): number => counts.reduce((all, row) => all + row[of], 0);
  const countOf = (value: Disposition | null): number => counts.find((row) => row.value === value)?.calls ?? 0;
  return {
    key,
    calls: sum('calls'),
    billable: sum('billable'),
    unreviewed: countOf(null),
    dispositions: Object.fromEntries(DISPOSITIONS.map((value) => [value, countOf(value)])) as Record<
      Disposition,
      number
    >,
    chargeMicros: sum('chargeMicros'),
    adjustedMicros: sum('adjustedMicros'),
  };
}
