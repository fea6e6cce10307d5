import { toCsv } from './csv.ts';
import type { AccountStatement } from './account-statement.ts';
import { formatAmount } from './format-amount.ts';

const HEAD = [
  'at',
  'kind',
  'callId',
  'connectedAt',
  'did',
  'ani',
  'talkMs',
  'amountMicros',
  'amount',
  'currency',
  'reason',
  'postingId',
  'reverses',
];

/**
 * A statement as CSV: the opening balance, every line, the closing balance. The amounts of all rows but the last add up
 * to the last.
 */
export function statementCsv(statement: AccountStatement): string {
  const { currency, from, to, openingMicros, lines, closingMicros } = statement;
  const balance = (at: string | null, kind: string, amount: number) => [
    at,
    kind,
    null,
    null,
    null,
    null,
    null,
    amount,
    formatAmount(amount),
    currency,
    null,
    null,
    null,
  ];
  return toCsv([
    HEAD,
    balance(from, 'opening-balance', openingMicros),
    ...lines.map((line) => [
      line.at,
      line.kind,
      line.callId,
      line.connectedAt,
      line.did,
      line.ani,
      line.talkMs,
      line.amountMicros,
      formatAmount(line.amountMicros),
      currency,
      line.reason,
      line.postingId,
      line.reverses,
    ]),
    balance(to, 'closing-balance', closingMicros),
  ]);
}
