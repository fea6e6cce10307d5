import type { Migration } from './migration.ts';

const PLAN_VERSION = "(SELECT value FROM meta WHERE key = 'plan_version')";

/**
 * What statements show and what replays rest on is only ever added to, as calls and money are: notes of payments, what
 * decisions rested on, and the plan as it was. A change of the plan belongs to the version after the one it finds, and
 * may be made several times over in one transaction; whatever is older stays. With its caller a call's basis goes, too.
 */
export const keptAsWritten: Migration = {
  version: 16,
  name: 'kept as written',
  sql: `
CREATE TRIGGER ledger_notes_stay BEFORE UPDATE ON ledger_notes
BEGIN SELECT RAISE(ABORT, 'the note of a payment is never changed'); END;
CREATE TRIGGER ledger_notes_are_kept BEFORE DELETE ON ledger_notes
BEGIN SELECT RAISE(ABORT, 'the note of a payment is never removed'); END;
CREATE TRIGGER ledger_notes_are_not_replaced BEFORE INSERT ON ledger_notes
WHEN EXISTS (SELECT 1 FROM ledger_notes WHERE event = NEW.event)
BEGIN SELECT RAISE(ABORT, 'the note of a payment is never changed'); END;

CREATE TRIGGER decision_bases_stay BEFORE UPDATE ON decision_bases
BEGIN SELECT RAISE(ABORT, 'what a decision rested on is never changed'); END;
CREATE TRIGGER decision_bases_are_kept BEFORE DELETE ON decision_bases
WHEN NOT EXISTS (SELECT 1 FROM erased_calls WHERE call_seq = OLD.call_seq)
BEGIN SELECT RAISE(ABORT, 'what a decision rested on is never removed'); END;
CREATE TRIGGER decision_bases_come_first BEFORE INSERT ON decision_bases
WHEN EXISTS (SELECT 1 FROM decision_bases WHERE call_seq = NEW.call_seq)
  OR (SELECT status FROM calls WHERE seq = NEW.call_seq) IS NOT 'open'
BEGIN SELECT RAISE(ABORT, 'what a decision rested on is written with it, and never changed'); END;

CREATE TRIGGER plan_history_stays BEFORE UPDATE ON plan_history
WHEN NOT (OLD.version = ${PLAN_VERSION} + 1 AND NEW.version = OLD.version AND NEW.kind = OLD.kind AND NEW.id = OLD.id)
BEGIN SELECT RAISE(ABORT, 'the plan as it was is never changed'); END;
CREATE TRIGGER plan_history_is_kept BEFORE DELETE ON plan_history
BEGIN SELECT RAISE(ABORT, 'the plan as it was is never removed'); END;
CREATE TRIGGER plan_history_goes_forward BEFORE INSERT ON plan_history WHEN NEW.version <> ${PLAN_VERSION} + 1
BEGIN SELECT RAISE(ABORT, 'the plan as it was is never changed'); END;
`,
};
