import type { LedgerParty } from '../../domain/billing/ledger.ts';
import type { StatementLine } from '../../domain/billing/statement.ts';
import type { Ani } from '../../domain/numbers/e164.ts';
import { toIso, type EpochMs } from '../../domain/time.ts';
import type { LedgerStore } from '../../store/ledger/ledger-store.ts';
import { hideCaller } from '../own-calls.ts';
import type { AccountStatement } from './account-statement.ts';
import type { LocalSpan } from './local-span.ts';

/** What a statement is written as. */
export type StatementForm = 'json' | 'csv' | 'html';

/** Whose statement, for when, and what its paper says. */
export interface StatementQuestion {
  readonly account: AccountStatement['account'] & { readonly party: Exclude<LedgerParty, 'house'> };
  readonly currency: string;
  readonly span: LocalSpan;
  readonly form: StatementForm;
}

/** Reads an account as its party may see it. Rejects with AppError `invalid` for more lines than a statement may have. */
export async function readAccountStatement(
  ledger: Pick<LedgerStore, 'statement'>,
  { account: { kind, id, name, party }, currency, span: { from, to, timezone } }: StatementQuestion,
): Promise<AccountStatement> {
  const { lines, ...figures } = await ledger.statement({ party, from, to });
  return {
    account: { kind, id, name },
    currency,
    timezone,
    from: toIsoOrNull(from),
    to: toIsoOrNull(to),
    ...figures,
    lines: kind === 'buyer' ? lines : lines.map(hideCallerIn),
  };
}

function toIsoOrNull(instant: EpochMs | null) {
  return instant === null ? null : toIso(instant);
}

/** Who called is between the caller and the buyer: a publisher's paper has enough to tell its calls apart. */
function hideCallerIn(line: StatementLine): StatementLine {
  return line.ani === null ? line : { ...line, ani: hideCaller(line.ani) as Ani };
}
