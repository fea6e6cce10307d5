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
