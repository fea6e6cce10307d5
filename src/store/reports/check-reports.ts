import type { CallId } from '../../domain/ids.ts';
import type { Sqlite } from '../database.ts';

/** What counting for the reports again came to. */
export interface ReportsCheck {
  /** Settled calls that reports count. */
  readonly calls: number;
  /** One sentence for each call that is counted otherwise than it should be; empty where all is well. */
  readonly problems: readonly string[];
}

const COMPARED = [
  'group_id',
  'connected',
  'buyer_billable',
  'publisher_billable',
  'talk_ms',
  'charge_micros',
  'payout_micros',
  'attempts',
] as const;

type Compared = Readonly<Record<(typeof COMPARED)[number], number | string | null>>;

/** How many calls are told apart. */
const NAMED = 20;

const DIFFERING = `SELECT calls.id, kept.call_seq IS NULL AS missing,
    ${COMPARED.map((name) => `kept.${name}, recounted.${name} AS expected_${name}`).join(', ')}
  FROM report_calls_recounted AS recounted
    LEFT JOIN report_calls AS kept USING (received_at, call_seq)
    JOIN calls ON calls.seq = recounted.call_seq
  WHERE ${COMPARED.map((name) => `kept.${name} IS NOT recounted.${name}`).join(' OR ')}
  LIMIT ${NAMED}`;

const UNCALLED = `SELECT call_seq FROM report_calls AS kept
  WHERE NOT EXISTS (SELECT 1 FROM calls
    WHERE seq = kept.call_seq AND received_at = kept.received_at AND status = 'settled')
  LIMIT ${NAMED}`;

type DifferingRow = Compared & { readonly id: CallId; readonly missing: 0 | 1 } & Readonly<
    Record<`expected_${keyof Compared}`, number | string | null>
  >;

/** Counts every settled call again and holds it against what reports read. Reads everything: not for the path of a call. */
export function checkReports(sqlite: Sqlite): ReportsCheck {
  return sqlite.transaction(() => ({
    calls: sqlite.prepare<[], number>('SELECT count(*) FROM report_calls').pluck().get() ?? 0,
    problems: [
      ...sqlite.prepare<[], DifferingRow>(DIFFERING).all().map(describe),
      ...sqlite
        .prepare<[], number>(UNCALLED)
        .pluck()
        .all()
        .map((seq) => `row ${seq}: reports count a call that was never settled, or at another time`),
    ],
  }))();
}

function describe(row: DifferingRow): string {
  if (row.missing) return `${row.id}: reports do not count it`;
  const wrong = COMPARED.filter((name) => row[name] !== row[`expected_${name}`]);
  const told = wrong.map((name) => `${name} ${row[name]} instead of ${row[`expected_${name}`]}`);
  return `${row.id}: reports count it with ${told.join(', ')}`;
}
