import { DISPOSITIONS } from '../../domain/call/disposition.ts';
import type { DispositionRow } from '../../store/calls/disposition-report.ts';
import type { Cell } from './write-table.ts';

/** The columns of a report of dispositions, in the order in which they are written. */
export const DISPOSITION_COLUMNS: readonly string[] = [
  'key',
  'calls',
  'billable',
  'unreviewed',
  ...DISPOSITIONS,
  'chargeMicros',
  'adjustedMicros',
];

export function dispositionCells({ dispositions, ...row }: DispositionRow): Cell[] {
  const said = DISPOSITIONS.map((value) => dispositions[value]);
  return [row.key, row.calls, row.billable, row.unreviewed, ...said, row.chargeMicros, row.adjustedMicros];
}
