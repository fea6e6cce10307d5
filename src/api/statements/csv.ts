/**
 * Writes a table as CSV (RFC 4180), CRLF after each row. A cell that a spreadsheet could take for a formula gets an
 * apostrophe before it: one that begins with `=`, `@`, TAB or CR, or with `+` or `-` before anything but a digit, so
 * that telephone numbers and amounts stay what they are. So does one that has apostrophes of its own before such a
 * beginning: `fromCell` takes exactly one away.
 */
export function toCsv(rows: readonly (readonly (string | number | null)[])[]): string {
  return rows.map((row) => `${row.map((cell) => toCell(cell)).join(',')}\r\n`).join('');
}

const FORMULA = /^'*(?:[=@\t\r]|[+-](?!\d))/;

/** What a cell says: its text without the apostrophe that `toCsv` put before what looks like a formula. */
export function fromCell(cell: string): string {
  return cell.startsWith("'") && FORMULA.test(cell) ? cell.slice(1) : cell;
}

function toCell(cell: string | number | null): string {
  const text = cell === null ? '' : String(cell);
  const harmless = FORMULA.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(harmless) ? `"${harmless.replaceAll('"', '""')}"` : harmless;
}
