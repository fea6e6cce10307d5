import type { Sqlite } from '../database.ts';

/** What adding the books up again came to. */
export interface LedgerReport {
  readonly postings: number;
  /** One sentence for each thing that does not agree; empty where all is well. */
  readonly problems: readonly string[];
}

interface Disagreement {
  readonly name: string;
  readonly found: number;
  readonly expected: number;
}

/** Each query finds what disagrees; none should find anything. */
const CHECKS: readonly { readonly what: string; readonly query: string }[] = [
  {
    what: 'the postings of an event sum to zero',
    query: `SELECT event AS name, sum(amount_micros) AS found, 0 AS expected
      FROM postings GROUP BY event HAVING sum(amount_micros) <> 0`,
  },
  {
    what: 'the balance kept of a party is the sum of its postings',
    query: `SELECT party AS name, kept AS found, summed AS expected FROM (
        SELECT party, sum(kept) AS kept, sum(summed) AS summed FROM (
          SELECT party, amount_micros AS kept, 0 AS summed FROM ledger_sums
          UNION ALL SELECT party, 0, amount_micros FROM postings)
        GROUP BY party)
      WHERE kept <> summed`,
  },
  {
    what: "a call's charge is what its verdict says",
    query: `SELECT calls.id AS name, coalesce(sum(postings.amount_micros), 0) AS found, charge_micros AS expected
      FROM calls LEFT JOIN postings
        ON postings.call_id = calls.id AND postings.kind = 'charge' AND postings.party <> 'house'
      WHERE status = 'settled' GROUP BY calls.seq HAVING found <> expected`,
  },
  {
    what: "a call's payout is what its verdict says",
    query: `SELECT calls.id AS name, coalesce(-sum(postings.amount_micros), 0) AS found, payout_micros AS expected
      FROM calls LEFT JOIN postings
        ON postings.call_id = calls.id AND postings.kind = 'payout' AND postings.party <> 'house'
      WHERE status = 'settled' GROUP BY calls.seq HAVING found <> expected`,
  },
  {
    what: 'what was posted to adjust a side of a call is what its adjustments say',
    query: `SELECT call_id || ' ' || side AS name, sum(posted) AS found, sum(decided) AS expected FROM (
        SELECT call_id, 'buyer' AS side, amount_micros AS posted, 0 AS decided
          FROM postings WHERE kind = 'adjustment' AND party LIKE 'buyer:%'
        UNION ALL SELECT call_id, 'publisher', -amount_micros, 0
          FROM postings WHERE kind = 'adjustment' AND party LIKE 'publisher:%'
        UNION ALL SELECT call_id, party, 0, amount_micros FROM adjustments)
      GROUP BY call_id, side HAVING found <> expected`,
  },
  {
    what: 'the amount an adjustment leads to is the verdict and all adjustments up to it',
    query: `SELECT name, found, expected FROM (
        SELECT adjustments.id AS name, total_micros AS found,
          iif(party = 'buyer', charge_micros, payout_micros)
            + sum(amount_micros) OVER (PARTITION BY call_id, party ORDER BY adjustments.seq) AS expected
        FROM adjustments JOIN calls ON calls.id = adjustments.call_id)
      WHERE found <> expected`,
  },
  {
    what: 'nothing was posted into a period after it was closed',
    query: `SELECT postings.id AS name, amount_micros AS found, 0 AS expected
      FROM ledger_closes JOIN postings ON postings.at < before AND postings.seq > last_posting
      GROUP BY postings.seq`,
  },
];

/** How many disagreements of one sort are told apart. */
const NAMED = 20;

/** Adds the whole ledger up, and holds it against what it was made from. Reads everything: not for the path of a call. */
export function checkLedger(sqlite: Sqlite): LedgerReport {
  return sqlite.transaction(() => ({
    postings: sqlite.prepare<[], number>('SELECT count(*) FROM postings').pluck().get() ?? 0,
    problems: CHECKS.flatMap(({ what, query }) =>
      sqlite
        .prepare<[number], Disagreement>(`${query} LIMIT ?`)
        .all(NAMED)
        .map(({ name, found, expected }) => `${name}: ${what}, but it is ${found} micros instead of ${expected}`),
    ),
  }))();
}
