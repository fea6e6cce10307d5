import type { Sqlite } from '../database.ts';

/** What looking for all that replays rest on came to. */
export interface ReplaysCheck {
  /** Calls of which it is kept what their decision rested on. */
  readonly decisions: number;
  /** One sentence for each thing that is missing or not as it was; empty where all is well. */
  readonly problems: readonly string[];
}

/** Configuration that decisions rest on. */
const KINDS = ['areas', 'buyers', 'campaigns', 'destinations', 'publishers', 'routes', 'schedules'] as const;

/** How many of each sort are told apart. */
const NAMED = 20;

const meta = (key: string): string => `(SELECT value FROM meta WHERE key = '${key}')`;

/** The version of the plan that a call was decided on; of texts that are no JSON the chain of records tells. */
const DECIDED_ON = "iif(json_valid(record), record ->> '$.decision.snapshotVersion', NULL)";

/** Each query finds the names of what is wrong; none should find anything. */
const CHECKS: readonly { readonly what: string; readonly query: string }[] = [
  {
    what: 'what its decision rested on is missing',
    // Decided on a version that is kept, after bases began to be; what was erased with its caller is no loss.
    query: `SELECT calls.id FROM calls JOIN call_records ON call_records.call_seq = calls.seq
      WHERE status = 'settled'
        AND ${DECIDED_ON} > ${meta('plan_history_since')} AND ${DECIDED_ON} <= ${meta('plan_version')}
        AND NOT EXISTS (SELECT 1 FROM decision_bases WHERE call_seq = calls.seq)
        AND NOT EXISTS (SELECT 1 FROM erased_calls WHERE call_seq = calls.seq)
      ORDER BY calls.seq`,
  },
  {
    what: 'the plan as it was ends otherwise than it is now',
    query: `WITH last AS (SELECT kind, id, doc, max(version) FROM plan_history GROUP BY kind, id),
        present AS (${KINDS.map((kind) => `SELECT '${kind}' AS kind, id, iif(archived, NULL, doc) AS doc FROM ${kind}`).join(' UNION ALL ')})
      SELECT kind || ' ' || id FROM last FULL JOIN present USING (kind, id)
      WHERE last.doc IS NOT present.doc ORDER BY kind, id`,
  },
  {
    what: 'it is kept of a version of the plan that there never was',
    query: `SELECT kind || ' ' || id FROM plan_history WHERE version > ${meta('plan_version')} + 1 ORDER BY kind, id`,
  },
];

/**
 * Looks for what each decision rested on, and holds the end of the plan's history against the plan as it is. Whether a
 * decision comes out of it again is for a replay to say. Reads everything: not for the path of a call.
 */
export function checkReplays(sqlite: Sqlite): ReplaysCheck {
  return sqlite.transaction(() => ({
    decisions: sqlite.prepare<[], number>('SELECT count(*) FROM decision_bases').pluck().get() ?? 0,
    problems: CHECKS.flatMap(({ what, query }) =>
      sqlite
        .prepare<[], string>(`${query} LIMIT ${NAMED}`)
        .pluck()
        .all()
        .map((name) => `${name}: ${what}`),
    ),
  }))();
}
