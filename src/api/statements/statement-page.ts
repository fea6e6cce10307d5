import type { StatementLine } from '../../domain/billing/statement.ts';
import type { AccountStatement } from './account-statement.ts';
import { formatAmount } from './format-amount.ts';

const STYLE = `body{font:14px/1.4 system-ui,sans-serif;color:#111;margin:2rem auto;max-width:64rem;padding:0 1rem}
h1{font-size:1.4rem}table{border-collapse:collapse;width:100%}th,td{padding:.25rem .5rem;text-align:left;vertical-align:top}
thead th{border-bottom:2px solid #111}tbody td{border-bottom:1px solid #ddd}.n{text-align:right;font-variant-numeric:tabular-nums}
tbody+tbody th,tbody+tbody td{border-top:2px solid #111}tr{break-inside:avoid}
@media print{body{margin:0;max-width:none}}`;

const TITLES: Readonly<Record<StatementLine['kind'], string>> = {
  charge: 'Call',
  payout: 'Call',
  adjustment: 'Adjustment',
  payment: 'Payment',
};

/**
 * A statement as one HTML page that prints well; it needs no script, and nothing from elsewhere. Printers repeat the head
 * and the foot of a table on every sheet: the head is the columns' names alone, and there is no foot.
 */
export function statementPage(statement: AccountStatement): string {
  const { account, currency, timezone, from, to, openingMicros, lines, totals, closingMicros } = statement;
  const clock = new Intl.DateTimeFormat('en-US', { timeZone: timezone, dateStyle: 'medium', timeStyle: 'medium' });
  const show = (instant: string | null, otherwise: string): string =>
    instant === null ? otherwise : clock.format(Date.parse(instant));
  const period = `${show(from, 'the beginning')} to before ${show(to, 'now')}, ${timezone}`;
  const earns = account.kind === 'publisher';
  const row = (cells: readonly string[]): string => `<tr>${cells.join('')}</tr>`;
  const sum = (label: string, amount: number): string =>
    row([`<th colspan="6" scope="row">${label}</th>`, `<td class="n">${formatAmount(amount)}</td>`]);
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Statement of ${escapeHtml(account.name)}</title><style>${STYLE}</style></head>
<body><h1>Statement of ${escapeHtml(account.name)}</h1>
<p>${escapeHtml(account.id)}<br>${escapeHtml(period)}<br>Amounts in ${escapeHtml(currency)}: what ${earns ? 'is owed to you' : 'you owe'}; a minus is ${earns ? 'taken back or paid' : 'credited or paid'}.</p>
<table><thead>${row(['Posted', 'What', 'Call', 'Connected', 'Caller', 'Talk'].map((name) => `<th scope="col">${name}</th>`).concat('<th scope="col" class="n">Amount</th>'))}</thead>
<tbody>${sum('Opening balance', openingMicros)}
${lines
  .map((line) =>
    row([
      ...[show(line.at, ''), describe(line), line.callId ?? '', show(line.connectedAt, ''), line.ani ?? ''].map(cell),
      `<td class="n">${line.talkMs === null ? '' : formatTalk(line.talkMs)}</td>`,
      `<td class="n">${formatAmount(line.amountMicros)}</td>`,
    ]),
  )
  .join('\n')}
</tbody>
<tbody>${sum(`Calls: ${totals.calls}, ${formatTalk(totals.talkMs)} of talk`, totals.callsMicros)}
${sum('Adjustments', totals.adjustmentsMicros)}${sum('Payments', totals.paymentsMicros)}${sum('Closing balance', closingMicros)}</tbody></table>
</body></html>
`;
}

function describe({ kind, reason, reverses }: StatementLine): string {
  const what = reverses === null ? TITLES[kind] : 'Taken back';
  return reason === null ? what : `${what}: ${reason}`;
}

/** `5:17.172`: minutes, seconds and milliseconds, since milliseconds decide. */
function formatTalk(talkMs: number): string {
  const seconds = String(Math.floor(talkMs / 1_000) % 60).padStart(2, '0');
  return `${Math.floor(talkMs / 60_000)}:${seconds}.${String(talkMs % 1_000).padStart(3, '0')}`;
}

function cell(text: string): string {
  return `<td>${escapeHtml(text)}</td>`;
}

/** Text that can stand between tags and in attributes. */
function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}
