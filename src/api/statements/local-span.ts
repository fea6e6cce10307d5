import type { InputProblem } from '../../domain/app-error.ts';
import { midnightOf, parseDay } from '../../domain/routing/calendar-day.ts';
import { checkTimeZone, timeZone, type TimeZone } from '../../domain/routing/time-zone.ts';
import type { EpochMs } from '../../domain/time.ts';
import { invalid } from '../validation/validator.ts';

/** A half-open period; null where it has no bound. */
export interface LocalSpan {
  readonly timezone: string;
  readonly from: EpochMs | null;
  readonly to: EpochMs | null;
}

/** RFC 3339 section 5.6; seconds may be left out. */
const INSTANT = /^\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:\d\d)$/i;

/**
 * Reads `[from, to)`, each an instant or a date, which begins at the zone's local midnight: a month is
 * `from=2026-11-01&to=2026-12-01`.
 *
 * @throws AppError `invalid` for no IANA zone, no date or instant, or a span that ends before it begins
 */
export function readLocalSpan(span: { readonly from?: string; readonly to?: string }, timezone: string): LocalSpan {
  const problem = checkTimeZone(timezone);
  if (problem !== undefined) throw invalid([{ path: '/timezone', message: problem }]);
  const zone = timeZone(timezone);
  const problems: InputProblem[] = [];
  const read = (name: 'from' | 'to'): EpochMs | null => {
    const text = span[name];
    const instant = text === undefined ? null : readMoment(text, zone);
    if (instant !== undefined) return instant;
    problems.push({
      path: `/${name}`,
      message: 'Write a date such as 2026-11-01, or an instant such as 2026-11-01T05:00:00Z.',
    });
    return null;
  };
  const [from, to] = [read('from'), read('to')];
  if (from !== null && to !== null && to < from) {
    problems.push({ path: '/to', message: 'This is before from: write a later date or instant.' });
  }
  if (problems.length > 0) throw invalid(problems);
  return { timezone, from, to };
}

function readMoment(text: string, zone: TimeZone): EpochMs | undefined {
  const day = parseDay(text);
  if (day !== undefined) return zone.whenClockReaches(midnightOf(day));
  const instant = INSTANT.test(text) ? Date.parse(text) : Number.NaN;
  return Number.isNaN(instant) ? undefined : (instant as EpochMs);
}
