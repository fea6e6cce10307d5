import { type CalendarDay, toDay, weekdayIndex, yearOf } from './calendar-day.ts';

const MONDAY = 0;
const THURSDAY = 3;
const SATURDAY = 5;
const SUNDAY = 6;

/**
 * The eleven of 5 U.S.C. § 6103(a). Juneteenth became one in 2021, Martin Luther King's birthday in 1986; earlier years
 * do without them.
 */
const FEDERAL_HOLIDAYS: readonly ((year: number) => CalendarDay | undefined)[] = [
  // New Year's Day
  (year) => observed(toDay(year, 1, 1)),
  // Martin Luther King Jr.
  (year) => (year >= 1986 ? nthWeekday(year, 1, MONDAY, 3) : undefined),
  // Washington's Birthday
  (year) => nthWeekday(year, 2, MONDAY, 3),
  // Memorial Day, the last Monday of May: the one in the seven days before June
  (year) => nthWeekday(year, 6, MONDAY, 0),
  // Juneteenth
  (year) => (year >= 2021 ? observed(toDay(year, 6, 19)) : undefined),
  // Independence Day
  (year) => observed(toDay(year, 7, 4)),
  // Labor Day
  (year) => nthWeekday(year, 9, MONDAY, 1),
  // Columbus Day
  (year) => nthWeekday(year, 10, MONDAY, 2),
  // Veterans Day
  (year) => observed(toDay(year, 11, 11)),
  // Thanksgiving Day
  (year) => nthWeekday(year, 11, THURSDAY, 4),
  // Christmas Day
  (year) => observed(toDay(year, 12, 25)),
];

const byYear = new Map<number, ReadonlySet<CalendarDay>>();

/**
 * Whether federal offices are closed for a holiday on this date: the holiday itself, the Friday before one that falls
 * on a Saturday, or the Monday after one that falls on a Sunday (5 U.S.C. § 6103(b), Executive Order 11582). The
 * Saturday or Sunday itself is then an ordinary day. Inauguration Day is no holiday outside Washington.
 */
export function isUsFederalHoliday(day: CalendarDay): boolean {
  return holidaysOf(yearOf(day)).has(day);
}

/** The dates of a year on which a federal holiday is observed; 31 December can be the New Year's Day of the next. */
function holidaysOf(year: number): ReadonlySet<CalendarDay> {
  const known = byYear.get(year);
  if (known) return known;
  const days = FEDERAL_HOLIDAYS.flatMap((holiday) => [holiday(year), holiday(year + 1)]);
  const holidays = new Set(days.filter((day) => day !== undefined && yearOf(day) === year) as CalendarDay[]);
  byYear.set(year, holidays);
  return holidays;
}

function observed(day: CalendarDay): CalendarDay {
  const weekday = weekdayIndex(day);
  if (weekday === SATURDAY) return day - 1;
  return weekday === SUNDAY ? day + 1 : day;
}

/** The nth such weekday of a month; the 0th is the last of the month before. */
function nthWeekday(year: number, month: number, weekday: number, nth: number): CalendarDay {
  const first = toDay(year, month, 1);
  return first + ((weekday - weekdayIndex(first) + 7) % 7) + (nth - 1) * 7;
}
