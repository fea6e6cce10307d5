import type { SummaryRow } from '../../reporting/summarize.ts';
import type { Shown } from '../own-summary.ts';
import type { Cell } from './write-table.ts';

/** The columns of a summary, in the order in which they are written. */
export const SUMMARY_COLUMNS = [
  'key',
  'calls',
  'connected',
  'billable',
  'conversionRate',
  'asr',
  'acdS',
  'talkS',
  'pddP50Ms',
  'pddP95Ms',
  'chargeMicros',
  'payoutMicros',
  'profitMicros',
] as const satisfies readonly (keyof SummaryRow)[];

export function summaryCells(row: Shown<SummaryRow>): Cell[] {
  return SUMMARY_COLUMNS.map((column) => row[column]);
}
