import { describe, expect, test } from 'vitest';
import type { Schedule } from '../plan/schedule.ts';
import type { EpochMs } from '../time.ts';
import { compileSchedule, scheduleAt } from './schedule.ts';

const at = (text: string) => Date.parse(text) as EpochMs;

const officeHours = ['mon', 'tue', 'wed', 'thu', 'fri'].map((day) => [day, [['09:00', '17:00']]] as const);

function scheduleOf(fields: Partial<Schedule>) {
  return compileSchedule({ name: 'Hours', timezone: 'America/New_York', weekly: {}, exceptions: [], ...fields });
}

const office = (fields: Partial<Schedule> = {}) => scheduleOf({ weekly: Object.fromEntries(officeHours), ...fields });

describe('the week', () => {
  test('is open from the opening to just before the closing', () => {
    const open = { open: true, closesAt: '2026-11-23T22:00:00.000Z' };
    expect(scheduleAt(office(), at('2026-11-23T13:59:59.999Z'))).toMatchObject({ open: false });
    expect(scheduleAt(office(), at('2026-11-23T14:00:00Z'))).toEqual(open);
    expect(scheduleAt(office(), at('2026-11-23T21:59:59.999Z'))).toEqual(open);
    expect(scheduleAt(office(), at('2026-11-23T22:00:00Z'))).toEqual({
      open: false,
      reason: 'closed',
      nextOpening: '2026-11-24T14:00:00.000Z',
    });
  });

  test('is closed on days it does not name, until the next it does', () => {
    expect(scheduleAt(office(), at('2026-11-21T17:00:00Z'))).toEqual({
      open: false,
      reason: 'closed',
      nextOpening: '2026-11-23T14:00:00.000Z',
    });
  });

  test('lets windows that touch run into one another', () => {
    const schedule = scheduleOf({
      weekly: {
        mon: [
          ['09:00', '12:00'],
          ['12:00', '24:00'],
        ],
        tue: [['00:00', '01:00']],
      },
    });
    expect(scheduleAt(schedule, at('2026-11-23T15:00:00Z'))).toEqual({
      open: true,
      closesAt: '2026-11-24T06:00:00.000Z',
    });
  });

  test('crosses midnight with a window that closes before it opens, from Sunday into Monday too', () => {
    const bar = scheduleOf({ weekly: { sun: [['20:00', '02:00']] } });
    const open = { open: true, closesAt: '2026-11-23T07:00:00.000Z' };
    expect(scheduleAt(bar, at('2026-11-23T03:00:00Z'))).toEqual(open);
    expect(scheduleAt(bar, at('2026-11-23T06:59:59.999Z'))).toEqual(open);
    expect(scheduleAt(bar, at('2026-11-23T07:00:00Z'))).toMatchObject({ open: false });
    expect(scheduleAt(bar, at('2026-11-22T06:00:00Z'))).toMatchObject({ open: false });
  });

  test('never closes when every day is whole, and never opens when none has a window', () => {
    const days = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'].map((day) => [day, [['00:00', '24:00']]] as const);
    const now = at('2026-11-23T15:00:00Z');
    expect(scheduleAt(scheduleOf({ weekly: Object.fromEntries(days) }), now)).toEqual({ open: true, closesAt: null });
    expect(scheduleAt(scheduleOf({}), now)).toEqual({ open: false, reason: 'closed', nextOpening: null });
  });
});

describe('exceptions', () => {
  test('replace the week’s windows on their date', () => {
    const schedule = office({ exceptions: [{ date: '2026-11-24', windows: [['12:00', '13:00']] }] });
    expect(scheduleAt(schedule, at('2026-11-24T15:00:00Z'))).toMatchObject({
      open: false,
      nextOpening: '2026-11-24T17:00:00.000Z',
    });
    expect(scheduleAt(schedule, at('2026-11-24T17:30:00Z'))).toMatchObject({ open: true });
    expect(scheduleAt(schedule, at('2026-11-24T19:00:00Z'))).toMatchObject({ open: false });
  });

  test('don’t cut the tail of the day before', () => {
    const bar = scheduleOf({
      weekly: { mon: [['20:00', '02:00']], tue: [['20:00', '02:00']] },
      exceptions: [{ date: '2026-11-24', closed: true }],
    });
    expect(scheduleAt(bar, at('2026-11-24T06:00:00Z'))).toEqual({ open: true, closesAt: '2026-11-24T07:00:00.000Z' });
    expect(scheduleAt(bar, at('2026-11-25T02:00:00Z'))).toMatchObject({ open: false, reason: 'closed' });
    expect(scheduleAt(bar, at('2026-11-25T06:00:00Z'))).toMatchObject({ open: false, reason: 'closed' });
  });

  test('are found years ahead, where they alone open', () => {
    const schedule = scheduleOf({ exceptions: [{ date: '2031-05-05', windows: [['09:00', '10:00']] }] });
    expect(scheduleAt(schedule, at('2026-11-24T06:00:00Z'))).toMatchObject({ nextOpening: '2031-05-05T13:00:00.000Z' });
    expect(scheduleAt(schedule, at('2031-05-05T14:00:00Z'))).toMatchObject({ nextOpening: null });
  });
});

describe('holidays', () => {
  test('close the week, and say so where it would have been open', () => {
    const thanksgiving = at('2026-11-26T17:00:00Z');
    expect(scheduleAt(office({ holidays: 'US' }), thanksgiving)).toEqual({
      open: false,
      reason: 'holiday',
      nextOpening: '2026-11-27T14:00:00.000Z',
    });
    expect(scheduleAt(office(), thanksgiving)).toMatchObject({ open: true });
  });

  test('are no reason in an hour that is closed every week', () => {
    expect(scheduleAt(office({ holidays: 'US' }), at('2026-11-26T23:00:00Z'))).toMatchObject({ reason: 'closed' });
  });

  test('yield to an exception', () => {
    const schedule = office({ holidays: 'US', exceptions: [{ date: '2026-11-26', windows: [['10:00', '14:00']] }] });
    expect(scheduleAt(schedule, at('2026-11-26T16:00:00Z'))).toMatchObject({ open: true });
    expect(scheduleAt(schedule, at('2026-11-26T20:00:00Z'))).toMatchObject({ open: false, reason: 'closed' });
  });

  test('take the tail of their own windows with them, not that of the day before', () => {
    const night: readonly [string, string][] = [['20:00', '02:00']];
    const bar = scheduleOf({ weekly: { wed: night, thu: night }, holidays: 'US' });
    expect(scheduleAt(bar, at('2026-11-26T06:00:00Z'))).toMatchObject({ open: true });
    expect(scheduleAt(bar, at('2026-11-27T06:00:00Z'))).toMatchObject({ open: false, reason: 'holiday' });
  });

  test('close a schedule that is otherwise always open', () => {
    const days = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'].map((day) => [day, [['00:00', '24:00']]] as const);
    const schedule = scheduleOf({ weekly: Object.fromEntries(days), holidays: 'US' });
    expect(scheduleAt(schedule, at('2026-05-26T12:00:00Z'))).toEqual({
      open: true,
      closesAt: '2026-06-19T04:00:00.000Z',
    });
  });
});

describe('clock changes', () => {
  test('an opening in the skipped hour takes effect as the clock passes it', () => {
    const schedule = scheduleOf({ weekly: { sun: [['02:30', '10:00']] } });
    expect(scheduleAt(schedule, at('2026-03-08T06:59:59.999Z'))).toEqual({
      open: false,
      reason: 'closed',
      nextOpening: '2026-03-08T07:00:00.000Z',
    });
    expect(scheduleAt(schedule, at('2026-03-08T07:00:00Z'))).toMatchObject({ open: true });
  });

  test('a closing in the skipped hour too', () => {
    const schedule = scheduleOf({ weekly: { sun: [['01:00', '02:30']] } });
    expect(scheduleAt(schedule, at('2026-03-08T06:30:00Z'))).toEqual({
      open: true,
      closesAt: '2026-03-08T07:00:00.000Z',
    });
  });

  test('a window within the skipped hour is left out that day', () => {
    const schedule = scheduleOf({ weekly: { sun: [['02:10', '02:50']] } });
    expect(scheduleAt(schedule, at('2026-03-08T06:30:00Z'))).toMatchObject({ nextOpening: '2026-03-15T06:10:00.000Z' });
  });

  test('a repeated hour counts twice', () => {
    const schedule = scheduleOf({ weekly: { sun: [['01:00', '01:30']] } });
    const states = ['05:15', '05:45', '06:15', '06:45'].map((time) =>
      scheduleAt(schedule, at(`2026-11-01T${time}:00Z`)),
    );
    expect(states).toMatchObject([
      { open: true, closesAt: '2026-11-01T05:30:00.000Z' },
      { open: false, nextOpening: '2026-11-01T06:00:00.000Z' },
      { open: true, closesAt: '2026-11-01T06:30:00.000Z' },
      { open: false, nextOpening: '2026-11-08T06:00:00.000Z' },
    ]);
  });

  test('days of 23 and 25 hours keep their local hours', () => {
    const schedule = scheduleOf({ weekly: { sun: [['09:00', '17:00']] } });
    expect(scheduleAt(schedule, at('2026-03-08T13:00:00Z'))).toEqual({
      open: true,
      closesAt: '2026-03-08T21:00:00.000Z',
    });
    expect(scheduleAt(schedule, at('2026-11-01T14:00:00Z'))).toEqual({
      open: true,
      closesAt: '2026-11-01T22:00:00.000Z',
    });
  });
});

describe('what can’t be compiled', () => {
  test.each([
    ['an unknown zone', { timezone: 'Mars/Olympus' }, 'Mars/Olympus'],
    ['a time that is none', { weekly: { mon: [['9', '17:00']] } }, '9–17:00'],
    ['a date that is none', { exceptions: [{ date: '2026-02-30', closed: true }] }, '2026-02-30'],
  ] as const)('%s is refused by name', (_, fields, named) => {
    expect(() => scheduleOf(fields)).toThrow(named);
    expect(() => scheduleOf(fields)).toThrow(RangeError);
  });
});
