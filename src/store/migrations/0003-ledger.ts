import type { Migration } from './migration.ts';

/**
 * The ledger: append-only, double entry. `event` groups the postings that sum to zero. `ledger_sums` is to balances what
 * an index is to a search: kept by a trigger on every posting, compared with the postings themselves by the ledger check.
 */
export const ledger: Migration = {
  version: 3,
  name: 'ledger',
  sql: `
CREATE TABLE postings (
  seq INTEGER PRIMARY KEY,
  id TEXT NOT NULL UNIQUE,
  event TEXT NOT NULL,
  call_id TEXT REFERENCES calls (id),
  at INTEGER NOT NULL,
  party TEXT NOT NULL,
  kind TEXT NOT NULL CHECK (kind IN ('charge', 'payout', 'adjustment', 'payment')),
  amount_micros INTEGER NOT NULL,
  reverses TEXT REFERENCES postings (id)
) STRICT;
-- One of each kind for a party and call, but for adjustments, which are told apart by their ids.
CREATE UNIQUE INDEX postings_once ON postings (call_id, party, kind, iif(kind = 'adjustment', id, ''))
  WHERE call_id IS NOT NULL;
CREATE INDEX postings_by_party ON postings (party, at);
CREATE UNIQUE INDEX postings_reversed_once ON postings (reverses) WHERE reverses IS NOT NULL;

CREATE TABLE ledger_notes (event TEXT PRIMARY KEY, note TEXT NOT NULL) STRICT, WITHOUT ROWID;

CREATE TABLE ledger_sums (party TEXT PRIMARY KEY, amount_micros INTEGER NOT NULL) STRICT, WITHOUT ROWID;
CREATE TRIGGER postings_are_summed AFTER INSERT ON postings
BEGIN
  INSERT INTO ledger_sums (party, amount_micros) VALUES (NEW.party, NEW.amount_micros)
  ON CONFLICT (party) DO UPDATE SET amount_micros = amount_micros + excluded.amount_micros;
END;

CREATE TRIGGER postings_stay BEFORE UPDATE ON postings
BEGIN SELECT RAISE(ABORT, 'a posting is never changed: reverse it'); END;
CREATE TRIGGER postings_are_kept BEFORE DELETE ON postings
BEGIN SELECT RAISE(ABORT, 'a posting is never removed: reverse it'); END;
`,
};
