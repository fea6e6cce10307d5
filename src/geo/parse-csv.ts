/**
 * Reads comma-separated values (RFC 4180): fields may be quoted, and hold commas, quotes (doubled) and line breaks then.
 * A byte order mark and lines without anything are passed over; an open quote at the end closes itself.
 */
export function parseCsv(text: string): readonly (readonly string[])[] {
  const rows: string[][] = [];
  let row: string[] = [];
  const fields = /(?:"((?:[^"]|"")*)(?:"|$)|([^",\r\n]*))[^,\r\n]*(,|\r\n|\r|\n|$)/gy;
  const body = text.replace(/^\uFEFF/, '');
  while (fields.lastIndex < body.length) {
    const [, quoted, plain = '', end] = fields.exec(body) ?? [];
    row.push(quoted === undefined ? plain.trim() : quoted.replaceAll('""', '"'));
    if (end === ',' && fields.lastIndex < body.length) continue;
    if (end === ',') row.push('');
    if (row.some((field) => field !== '')) rows.push(row);
    row = [];
  }
  return rows;
}
