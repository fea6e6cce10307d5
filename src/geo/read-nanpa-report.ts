import { CsvError, parse } from 'csv-parse/sync';

import { isNonGeographic } from '../domain/numbers/nanp.ts';
import { readNanpaPlace, type NanpaPlace } from './nanpa-places.ts';

/** An area code of the report that is assigned to a place. */
export interface ReportedAreaCode {
  readonly npa: string;
  readonly place: NanpaPlace;
  /** Area codes of the same ground: those it overlays, and the one it was split from. */
  readonly neighbours: readonly string[];
}

/** A line that was not understood, by its area code. */
export interface ReportProblem {
  readonly npa: string;
  readonly message: string;
}

/** What a report says; or that it is none. */
export type NanpaReport =
  | { readonly ok: true; readonly areaCodes: readonly ReportedAreaCode[]; readonly problems: readonly ReportProblem[] }
  | { readonly ok: false; readonly message: string };

const NOT_A_REPORT =
  "This is not NANPA's list of area codes: a line must name the columns, NPA_ID (or NPA), LOCATION and COUNTRY among them.";

/**
 * Reads NANPA's area code report (`npa_report.csv`): a line with the file's date, one that names the columns, one for
 * each area code. Columns are found by name, so that a list of NPA, LOCATION and COUNTRY alone is read as well. Codes
 * that are not assigned, and those of services instead of places, are left out.
 */
export function readNanpaReport(text: string): NanpaReport {
  const rows = readRows(text);
  if (rows === undefined) return { ok: false, message: 'It is no CSV: a quote (") is opened in it and never closed.' };
  const head = rows.findIndex((row) => {
    const names = row.map((name) => name.toUpperCase());
    return names.includes('LOCATION') && names.includes('COUNTRY') && names.some((name) => NPA_NAMES.has(name));
  });
  if (head < 0) return { ok: false, message: NOT_A_REPORT };
  const columns = new Map((rows[head] ?? []).map((name, index) => [name.toUpperCase(), index]));
  const areaCodes: ReportedAreaCode[] = [];
  const problems: ReportProblem[] = [];
  for (const row of rows.slice(head + 1)) {
    const at = (name: string): string => row[columns.get(name) ?? -1] ?? '';
    const npa = at('NPA_ID') || at('NPA');
    const isAssigned = /^y/i.test(at('ASSIGNED') || at('IN_SERVICE') || 'yes');
    if (!isAssigned || isNonGeographic(npa)) continue;
    if (!/^[2-9]\d\d$/.test(npa)) {
      problems.push({ npa, message: 'is no area code: three digits are, the first of them 2 to 9' });
      continue;
    }
    // Set aside, or of all the plan's countries: they place nobody.
    if (at('LOCATION') === '' || /NANP/i.test(at('LOCATION'))) continue;
    const place = readNanpaPlace(at('LOCATION'), at('COUNTRY'));
    if (place === undefined) {
      problems.push({ npa, message: `lies in ${at('LOCATION')}, ${at('COUNTRY')}, which is not known` });
      continue;
    }
    const neighbours = `${at('PARENT_NPA_ID')} ${at('OVERLAY_COMPLEX')}`.match(/\b[2-9]\d\d\b/g) ?? [];
    areaCodes.push({ npa, place, neighbours: neighbours.filter((other) => other !== npa) });
  }
  return { ok: true, areaCodes, problems };
}

/** Undefined for what is no CSV. */
function readRows(text: string): readonly (readonly string[])[] | undefined {
  try {
    return parse(text, {
      bom: true,
      trim: true,
      relax_column_count: true,
      relax_quotes: true,
      skip_records_with_empty_values: true,
    });
  } catch (error) {
    if (error instanceof CsvError) return undefined;
    throw error;
  }
}

const NPA_NAMES: ReadonlySet<string> = new Set(['NPA_ID', 'NPA']);
