import { DAY_MS, type LocalMs } from './time-zone.ts';

/** A date as the number of days since 1970-01-01. */
export type CalendarDay = number;

/** The date a local clock shows. */
export function dayOf(local: LocalMs): CalendarDay {
  return Math.floor(local / DAY_MS);
}

/** Midnight of a date, as a clock's reading. */
export function midnightOf(day: CalendarDay): LocalMs {
  return (day * DAY_MS) as LocalMs;
}

/** The date of a year, month (1…12) and day of the month; days and months beyond their range run on as in `Date`. */
export function toDay(year: number, month: number, dayOfMonth: number): CalendarDay {
  return Date.UTC(year, month - 1, dayOfMonth) / DAY_MS;
}

/** Reads `2026-12-24`; undefined for any other text and for dates that don't exist. */
export function parseDay(text: string): CalendarDay | undefined {
  const [, year, month, dayOfMonth] = /^(\d{4})-(\d\d)-(\d\d)$/.exec(text) ?? [];
  const day = toDay(Number(year), Number(month), Number(dayOfMonth));
  return Number.isInteger(day) && new Date(day * DAY_MS).toISOString().startsWith(text) ? day : undefined;
}

/** The year of a date. */
export function yearOf(day: CalendarDay): number {
  return new Date(day * DAY_MS).getUTCFullYear();
}

/** The first of a date's month. */
export function firstOfMonth(day: CalendarDay): CalendarDay {
  const date = new Date(day * DAY_MS);
  return toDay(date.getUTCFullYear(), date.getUTCMonth() + 1, 1);
}

/** The first of the month after a date's. */
export function firstOfNextMonth(day: CalendarDay): CalendarDay {
  const date = new Date(day * DAY_MS);
  return toDay(date.getUTCFullYear(), date.getUTCMonth() + 2, 1);
}

/** 0 for Monday … 6 for Sunday. */
export function weekdayIndex(day: CalendarDay): number {
  // 1970-01-01 was a Thursday.
  return (((day + 3) % 7) + 7) % 7;
}
