import { toIso, type EpochMs } from '../../domain/time.ts';
import type { Sqlite } from '../database.ts';

/** What counting for the caps again came to. */
export interface CapsCheck {
  readonly counters: number;
  /** One sentence for each counter that says otherwise than the calls; empty where all is well. */
  readonly problems: readonly string[];
}

interface DifferingRow {
  readonly owner_kind: string;
  readonly owner_id: string;
  readonly span: 'quarter' | 'day' | 'ever';
  readonly starts_at: EpochMs;
  readonly settled: number | null;
  readonly spent_micros: number | null;
  readonly expected_settled: number | null;
  readonly expected_micros: number | null;
}

/** How many counters are told apart. */
const NAMED = 20;

const DIFFERING = `SELECT owner_kind, owner_id, span, starts_at, kept.settled, kept.spent_micros,
    recounted.settled AS expected_settled, recounted.spent_micros AS expected_micros
  FROM cap_counters AS kept
    FULL JOIN cap_counters_recounted AS recounted USING (owner_kind, owner_id, span, starts_at)
  WHERE kept.settled IS NOT recounted.settled OR kept.spent_micros IS NOT recounted.spent_micros
  ORDER BY owner_kind, owner_id, span, starts_at LIMIT ${NAMED}`;

/** Counts every billable call again and holds it against what caps read. Reads everything: not for the path of a call. */
export function checkCapCounters(sqlite: Sqlite): CapsCheck {
  return sqlite.transaction(() => ({
    counters: sqlite.prepare<[], number>('SELECT count(*) FROM cap_counters').pluck().get() ?? 0,
    problems: sqlite.prepare<[], DifferingRow>(DIFFERING).all().map(describe),
  }))();
}

function describe(row: DifferingRow): string {
  const when = row.span === 'ever' ? 'in all' : `in the ${row.span} from ${toIso(row.starts_at)}`;
  const kept = countOf(row.settled, row.spent_micros);
  const expected = countOf(row.expected_settled, row.expected_micros);
  return `${row.owner_kind} ${row.owner_id}: caps count ${kept} ${when} instead of ${expected}`;
}

function countOf(calls: number | null, micros: number | null): string {
  return `${calls ?? 0} calls and ${micros ?? 0} micros`;
}
