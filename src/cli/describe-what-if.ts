import type { RouteChange } from '../domain/what-if/rerun.ts';
import { formatMoney } from './describe-values.ts';
import { renderTable } from './render-table.ts';
import type { Screen } from './terminal.ts';

/** What a change would have done to a period. */
export interface WhatIfReport {
  readonly from: string;
  readonly to: string;
  /** Calls that were decided once more. */
  readonly calls: number;
  /** Those of them that another route, or none, would have got. */
  readonly moved: number;
  /** Calls that were not: refused before routing, or what they rest on is not kept, or their caller was erased. */
  readonly skipped: { readonly notRouted: number; readonly notKept: number };
  readonly routes: readonly RouteChange[];
}

/** What its money is, said wherever it is shown. */
const ESTIMATE =
  'Charges are an estimate: the real talk time where the same destination gets a call, otherwise the average of its calls.';

/** The report as one object for machines. */
export function reportForMachines({ routes, ...report }: WhatIfReport): object {
  return {
    ...report,
    chargesAre: ESTIMATE,
    routes: routes.map(({ line, before, after }) => ({
      routeId: line.route.id,
      campaign: line.campaign.name,
      destination: line.destination.name,
      buyer: line.buyer.name,
      before,
      after,
    })),
  };
}

/** The report as people read it: a row for each route, the difference where there is one. */
export function describeWhatIf(report: WhatIfReport, currency: string, screen: Screen): string {
  const { from, to, calls, moved, skipped, routes } = report;
  const { bold, dim } = screen.paint;
  const rows = routes.map(({ line, before, after }) => [
    `${line.campaign.name} > ${line.destination.name}\n${dim(line.route.id)}`,
    counts(before.selectedFirst, after.selectedFirst, screen),
    counts(before.calls, after.calls, screen),
    charges(before.chargeMicros, after.chargeMicros, currency, screen),
  ]);
  const sum = (when: 'after' | 'before') => routes.reduce((total, route) => total + route[when].chargeMicros, 0);
  return [
    `${bold(`${from} to ${to}`)}  ${calls} calls decided again, ${moved} of them go elsewhere`,
    ...notes(skipped).map(dim),
    '',
    rows.length === 0 ? 'No route had a call.' : renderTable(screen, ['route', 'first', 'calls', 'charge'], rows),
    '',
    `Charge  ${charges(sum('before'), sum('after'), currency, screen)}`,
    dim(ESTIMATE),
  ].join('\n');
}

function notes({ notRouted, notKept }: WhatIfReport['skipped']): string[] {
  return [
    notRouted === 0 ? null : `${notRouted} more were refused before routing, and still would be`,
    notKept === 0 ? null : `${notKept} more are left out: what they were decided on is not kept`,
  ].filter((note) => note !== null);
}

/** `40`, or `40 → 52 (+12)`. */
function counts(before: number, after: number, { paint }: Screen): string {
  if (before === after) return String(before);
  const more = after - before;
  return `${before} → ${after} ${(more > 0 ? paint.green : paint.red)(`(${more > 0 ? '+' : ''}${more})`)}`;
}

function charges(before: number, after: number, currency: string, { paint }: Screen): string {
  if (before === after) return formatMoney(before, currency);
  const more = after - before;
  const difference = `(${more > 0 ? '+' : ''}${formatMoney(more, currency)})`;
  return `${formatMoney(before, currency)} → ${formatMoney(after, currency)} ${(more > 0 ? paint.green : paint.red)(difference)}`;
}
