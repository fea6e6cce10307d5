import Holidays from 'date-holidays';
import { describe, expect, test } from 'vitest';
import { parseDay, toDay } from './calendar-day.ts';
import { DAY_MS } from './time-zone.ts';
import { isUsFederalHoliday } from './us-holidays.ts';

const holidaysOf = (year: number) => {
  const days: string[] = [];
  for (let day = toDay(year, 1, 1); day < toDay(year + 1, 1, 1); day++) {
    if (isUsFederalHoliday(day)) days.push(new Date(day * DAY_MS).toISOString().slice(0, 10));
  }
  return days;
};

describe('US federal holidays', () => {
  test('are those the Office of Personnel Management published for 2026', () => {
    expect(holidaysOf(2026)).toEqual([
      '2026-01-01',
      '2026-01-19',
      '2026-02-16',
      '2026-05-25',
      '2026-06-19',
      '2026-07-03',
      '2026-09-07',
      '2026-10-12',
      '2026-11-11',
      '2026-11-26',
      '2026-12-25',
    ]);
  });

  test('put the New Year’s Day of a Saturday into the year before', () => {
    expect(holidaysOf(2021)).toContain('2021-12-31');
    expect(holidaysOf(2022)).not.toContain('2022-01-01');
    expect(holidaysOf(2021)).toHaveLength(12);
    expect(holidaysOf(2022)).toHaveLength(10);
  });

  test('leave the weekend day itself an ordinary day', () => {
    const christmasOfASunday = parseDay('2022-12-25') ?? NaN;
    expect(isUsFederalHoliday(christmasOfASunday)).toBe(false);
    expect(isUsFederalHoliday(christmasOfASunday + 1)).toBe(true);
  });

  test('know Juneteenth since 2021', () => {
    expect(holidaysOf(2020)).toHaveLength(10);
    expect(holidaysOf(2021)).toContain('2021-06-18');
  });

  // The package names the weekend day and its substitute; the observed date is the one of the two on a weekday. It knows
  // no substitute for Veterans Day, which 5 U.S.C. § 6103 treats like every other.
  test('are those of the date-holidays package from 2000 to 2100, but for Veterans Days at a weekend', () => {
    const theirs = new Holidays('US');
    for (let year = 2000; year <= 2100; year++) {
      const expected = theirs
        .getHolidays(year)
        .filter(({ type }) => type === 'public')
        .map(({ date }) => date.slice(0, 10))
        .filter((date) => ![0, 6].includes(new Date(date).getUTCDay()));
      const veteransDay = new Date(`${year}-11-11`).getUTCDay();
      if (veteransDay === 6) expected.push(`${year}-11-10`);
      if (veteransDay === 0) expected.push(`${year}-11-12`);
      expect(holidaysOf(year)).toEqual(expected.sort());
    }
  });
});
