import { stripVTControlCharacters } from 'node:util';

import Table from 'cli-table3';

import type { Screen } from './terminal.ts';

const GAP = '  ';
/** The last column is no narrower, so that an instant, which can't be wrapped, is never cut. */
const NARROWEST = '2026-11-21T14:00:00.000Z,'.length + GAP.length;

/** No lines around or between: tables are read by people and cut by `awk` alike. */
const PLAIN = Object.fromEntries(
  [
    ['top', 'top-mid', 'top-left', 'top-right', 'bottom', 'bottom-mid', 'bottom-left', 'bottom-right'],
    ['left', 'left-mid', 'mid', 'mid-mid', 'right', 'right-mid'],
  ].flatMap((names) => names.map((name) => [name, ''])),
);

/**
 * Rows under a dim heading, without a line break at the end. Cells may be painted and have several lines. On a person's
 * terminal the last column is wrapped to what room is left.
 */
export function renderTable(screen: Screen, head: readonly string[], rows: readonly (readonly string[])[]): string {
  const headings = head.map((title) => screen.paint.dim(title.toUpperCase()));
  const widths = head.map((_, column) =>
    Math.max(...[headings, ...rows].map((row) => widthOf(row[column] ?? '') + GAP.length)),
  );
  const rest = screen.columns - widths.slice(0, -1).reduce((sum, width) => sum + width, 0);
  const last = Math.min(widths.at(-1) ?? 0, Math.max(NARROWEST, rest));
  const table = new Table({
    chars: { ...PLAIN, middle: '' },
    style: { 'padding-left': 0, 'padding-right': GAP.length, head: [], border: [] },
    colWidths: screen.isInteractive ? [...widths.slice(0, -1), last] : widths,
    wordWrap: true,
  });
  table.push(headings, ...rows.map((row) => [...row]));
  return table
    .toString()
    .split('\n')
    .map((line) => line.trimEnd())
    .join('\n');
}

/** Of its longest line, in characters as they show. */
function widthOf(cell: string): number {
  return Math.max(
    ...stripVTControlCharacters(cell)
      .split('\n')
      .map((line) => line.length),
  );
}
