import { describe, expect, test } from 'vitest';
import type { Schedule } from '../plan/schedule.ts';
import { validateSchedule } from './schedule-validation.ts';

type Fields = Partial<Pick<Schedule, 'timezone' | 'weekly' | 'exceptions'>>;

const problemsOf = (fields: Fields) =>
  validateSchedule({ timezone: 'America/New_York', weekly: { mon: [['09:00', '17:00']] }, exceptions: [], ...fields });
const pathsOf = (fields: Fields) => problemsOf(fields).map(({ path }) => path);

describe('a schedule without a problem', () => {
  test.each<[string, Fields]>([
    ['has office hours', {}],
    [
      'has windows that touch',
      {
        weekly: {
          mon: [
            ['09:00', '12:00'],
            ['12:00', '24:00'],
          ],
          tue: [['00:00', '01:00']],
        },
      },
    ],
    ['crosses midnight up to the next opening', { weekly: { sun: [['20:00', '02:00']], mon: [['02:00', '03:00']] } }],
    ['closes at midnight, written either way', { weekly: { mon: [['18:00', '00:00']], tue: [['18:00', '24:00']] } }],
    ['names a day without hours', { weekly: { mon: [['09:00', '17:00']], tue: [] } }],
    ['opens on a date alone', { weekly: {}, exceptions: [{ date: '2026-12-24', windows: [['09:00', '12:00']] }] }],
    [
      'has an exception under the tail of the week',
      { weekly: { wed: [['20:00', '02:00']] }, exceptions: [{ date: '2026-12-24', windows: [['00:00', '12:00']] }] },
    ],
    ['is kept in a zone that Intl lists under another name', { timezone: 'Asia/Kolkata' }],
  ])('%s', (_, fields) => {
    expect(problemsOf(fields)).toEqual([]);
  });
});

describe('a problem is found at its path', () => {
  test.each<[string, Fields, string[]]>([
    ['an unknown zone', { timezone: 'Mars/Olympus' }, ['/timezone']],
    ['an offset for a zone', { timezone: '+05:00' }, ['/timezone']],
    ['an abbreviation for a zone', { timezone: 'PST' }, ['/timezone']],
    ['a day that is none', { weekly: { monday: [['09:00', '17:00']] } as Schedule['weekly'] }, ['/weekly/monday']],
    ['an opening that is no time', { weekly: { mon: [['9:00', '17:00']] } }, ['/weekly/mon/0/0']],
    ['an opening at 24:00', { weekly: { mon: [['24:00', '17:00']] } }, ['/weekly/mon/0/0']],
    ['a closing that is no time', { weekly: { mon: [['09:00', '25:00']] } }, ['/weekly/mon/0/1']],
    ['both times wrong', { weekly: { mon: [['x', '09:60']] } }, ['/weekly/mon/0/0', '/weekly/mon/0/1']],
    ['equal times', { weekly: { mon: [['09:00', '09:00']] } }, ['/weekly/mon/0']],
    [
      'an overlap',
      {
        weekly: {
          mon: [
            ['09:00', '12:00'],
            ['11:59', '13:00'],
          ],
        },
      },
      ['/weekly/mon/1'],
    ],
    [
      'an overlap out of order',
      {
        weekly: {
          mon: [
            ['11:00', '13:00'],
            ['09:00', '12:00'],
          ],
        },
      },
      ['/weekly/mon/0'],
    ],
    [
      'the same window twice',
      {
        weekly: {
          mon: [
            ['09:00', '12:00'],
            ['09:00', '12:00'],
          ],
        },
      },
      ['/weekly/mon/1'],
    ],
    [
      'an overlap across midnight',
      { weekly: { mon: [['20:00', '02:00']], tue: [['01:00', '03:00']] } },
      ['/weekly/tue/0'],
    ],
    [
      'an overlap from Sunday into Monday',
      { weekly: { sun: [['20:00', '02:00']], mon: [['01:00', '03:00']] } },
      ['/weekly/mon/0'],
    ],
    ['a date that does not exist', { exceptions: [{ date: '2026-02-29', closed: true }] }, ['/exceptions/0/date']],
    ['a date of another form', { exceptions: [{ date: '24.12.2026', closed: true }] }, ['/exceptions/0/date']],
    [
      'a date twice',
      {
        exceptions: [
          { date: '2026-12-24', closed: true },
          { date: '2026-12-24', closed: true },
        ],
      },
      ['/exceptions/1/date'],
    ],
    ['an exception without a window', { exceptions: [{ date: '2026-12-24', windows: [] }] }, ['/exceptions/0/windows']],
    [
      'exceptions that overlap across midnight',
      {
        exceptions: [
          { date: '2026-12-24', windows: [['20:00', '02:00']] },
          { date: '2026-12-25', windows: [['01:00', '03:00']] },
        ],
      },
      ['/exceptions/1/windows/0'],
    ],
    ['no opening at all', { weekly: {} }, ['/weekly']],
    ['nothing but closed dates', { weekly: {}, exceptions: [{ date: '2026-12-24', closed: true }] }, ['/weekly']],
  ])('%s', (_, fields, paths) => {
    expect(pathsOf(fields)).toEqual(paths);
  });

  test('and says what to do about it', () => {
    expect(problemsOf({ weekly: { mon: [['20:00', '02:00']], tue: [['01:00', '03:00']] } })).toEqual([
      {
        path: '/weekly/tue/0',
        message: 'tue 01:00–03:00 begins before mon 20:00–02:00 has closed: join the two or move one.',
      },
    ]);
  });

  test('all at once', () => {
    expect(
      pathsOf({
        timezone: 'EST5EDT;M3.2.0',
        weekly: { mon: [['09:00', '09:00']], tue: [['8', '9']] },
        exceptions: [{ date: 'tomorrow', closed: true }],
      }),
    ).toEqual(['/timezone', '/weekly/mon/0', '/weekly/tue/0/0', '/weekly/tue/0/1', '/exceptions/0/date']);
  });
});
