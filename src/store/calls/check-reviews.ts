import type { CallId } from '../../domain/ids.ts';
import type { Sqlite } from '../database.ts';

/** What comparing the dispositions with all that was said of calls came to. */
export interface ReviewsCheck {
  /** Calls that have a disposition. */
  readonly calls: number;
  /** One sentence for each call that does not agree; empty where all is well. */
  readonly problems: readonly string[];
}

interface DifferingRow {
  readonly id: CallId;
  readonly kept: string | null;
  readonly said: string | null;
}

interface ProposalRow {
  readonly id: CallId;
  readonly proposed: string;
  readonly kept: string | null;
}

/** How many calls are told apart. */
const NAMED = 20;

// Of each call the row of its highest number: with max(), SQLite takes bare columns from that very row.
const DIFFERING = `WITH last AS (SELECT call_seq, value, note, at, max(seq) FROM disposition_events GROUP BY call_seq)
  SELECT calls.id, kept.value AS kept, last.value AS said
  FROM dispositions AS kept FULL JOIN last USING (call_seq) JOIN calls ON calls.seq = call_seq
  WHERE (kept.value, kept.note, kept.at) IS NOT (last.value, last.note, last.at)
  ORDER BY call_seq LIMIT ${NAMED}`;

const MISPROPOSED = `SELECT call_id AS id, disposition AS proposed, kept.value AS kept
  FROM adjustment_proposals JOIN calls ON calls.id = call_id LEFT JOIN dispositions AS kept ON kept.call_seq = calls.seq
  WHERE adjustment_proposals.status = 'open' AND kept.value IS NOT disposition
  ORDER BY calls.seq LIMIT ${NAMED}`;

/**
 * Holds the disposition that counts for each call, and any refund that is proposed for it, against the last word that was
 * said of it. Reads everything: not for the path of a call.
 */
export function checkReviews(sqlite: Sqlite): ReviewsCheck {
  return sqlite.transaction(() => ({
    calls: sqlite.prepare<[], number>('SELECT count(*) FROM dispositions').pluck().get() ?? 0,
    problems: [
      ...sqlite.prepare<[], DifferingRow>(DIFFERING).all().map(describe),
      ...sqlite
        .prepare<[], ProposalRow>(MISPROPOSED)
        .all()
        .map(({ id, proposed, kept }) => `${id}: a refund is proposed for ${proposed}, but its disposition is ${kept}`),
    ],
  }))();
}

function describe({ id, kept, said }: DifferingRow): string {
  if (said === null) return `${id}: its disposition is ${kept}, but nobody ever said so`;
  if (kept === null) return `${id}: its disposition is missing, the last word was ${said}`;
  if (kept !== said) return `${id}: its disposition is ${kept}, but the last word was ${said}`;
  return `${id}: the note or the time of its disposition is not that of the last word`;
}
