import { toCsv } from '../statements/csv.ts';

/** What a cell of a table may hold. */
export type Cell = string | number | null;

/** Rows written at a time. */
const ROWS_AT_ONCE = 500;

/** A table as CSV, a line of headings first. Rows have a cell for each column. */
export function* writeTable(
  columns: readonly string[],
  rows: Iterable<readonly Cell[]>,
): Generator<string, void, undefined> {
  let waiting: (readonly Cell[])[] = [columns];
  for (const row of rows) {
    waiting.push(row);
    if (waiting.length < ROWS_AT_ONCE) continue;
    yield toCsv(waiting);
    waiting = [];
  }
  if (waiting.length > 0) yield toCsv(waiting);
}
