import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { COUNTED_WINDOWS, type CountedWindow } from '../plan/caps.ts';
import type { EpochMs } from '../time.ts';
import { CapWindows } from './cap-windows.ts';
import { MINUTE_MS, timeZone } from './time-zone.ts';

const at = (text: string) => Date.parse(text) as EpochMs;

function windowAt(zone: string, window: CountedWindow, now: EpochMs): string {
  const { start, resetsAt } = new CapWindows(timeZone(zone)).at(window, now);
  return [start, resetsAt]
    .map((ms) => (ms === null ? 'never' : `${new Date(ms).toISOString().slice(0, 16)}Z`))
    .join(' ');
}

describe('the window of a cap', () => {
  test.each<[string, string, CountedWindow, string, string]>([
    ['an hour', 'America/New_York', 'hourly', '2026-11-21T15:30:00Z', '2026-11-21T15:00Z 2026-11-21T16:00Z'],
    ['an hour on the half', 'Asia/Kolkata', 'hourly', '2026-11-21T15:45:00Z', '2026-11-21T15:30Z 2026-11-21T16:30Z'],
    ['a day', 'America/New_York', 'daily', '2026-11-21T03:00:00Z', '2026-11-20T05:00Z 2026-11-21T05:00Z'],
    [
      'a day, at its first instant',
      'America/New_York',
      'daily',
      '2026-11-21T05:00:00Z',
      '2026-11-21T05:00Z 2026-11-22T05:00Z',
    ],
    ['a day of 23 hours', 'America/New_York', 'daily', '2026-03-08T12:00:00Z', '2026-03-08T05:00Z 2026-03-09T04:00Z'],
    ['a day of 25 hours', 'America/New_York', 'daily', '2026-11-01T12:00:00Z', '2026-11-01T04:00Z 2026-11-02T05:00Z'],
    [
      'a day whose midnight is skipped',
      'Asia/Beirut',
      'daily',
      '2026-03-29T12:00:00Z',
      '2026-03-28T22:00Z 2026-03-29T21:00Z',
    ],
    [
      'a day whose midnight is repeated',
      'America/Havana',
      'daily',
      '2026-11-01T05:30:00Z',
      '2026-11-01T04:00Z 2026-11-02T05:00Z',
    ],
    ['a month', 'America/New_York', 'monthly', '2026-11-30T12:00:00Z', '2026-11-01T04:00Z 2026-12-01T05:00Z'],
    [
      'a month, locally not over',
      'America/Los_Angeles',
      'monthly',
      '2026-12-01T07:00:00Z',
      '2026-11-01T07:00Z 2026-12-01T08:00Z',
    ],
    ['all time', 'America/New_York', 'total', '2026-11-21T15:30:00Z', '1970-01-01T00:00Z never'],
    [
      'the first of two equal hours',
      'America/New_York',
      'hourly',
      '2026-11-01T05:30:00Z',
      '2026-11-01T05:00Z 2026-11-01T06:00Z',
    ],
    [
      'the second of two equal hours',
      'America/New_York',
      'hourly',
      '2026-11-01T06:30:00Z',
      '2026-11-01T06:00Z 2026-11-01T07:00Z',
    ],
    [
      'the hour before a skipped one',
      'America/New_York',
      'hourly',
      '2026-03-08T06:30:00Z',
      '2026-03-08T06:00Z 2026-03-08T07:00Z',
    ],
    // The clock goes from 02:00 to 02:30, and in autumn from 02:00 back to 01:30.
    [
      'an hour of which half is skipped',
      'Australia/Lord_Howe',
      'hourly',
      '2026-10-03T15:45:00Z',
      '2026-10-03T15:30Z 2026-10-03T16:00Z',
    ],
    [
      'an hour of which half is repeated',
      'Australia/Lord_Howe',
      'hourly',
      '2026-04-04T15:10:00Z',
      '2026-04-04T14:00Z 2026-04-04T15:30Z',
    ],
  ])('%s', (_, zone, window, now, expected) => {
    expect(windowAt(zone, window, at(now))).toBe(expected);
  });
});

describe('the windows of a zone', () => {
  const zones = [
    'America/New_York',
    'America/St_Johns',
    'America/Havana',
    'Asia/Kathmandu',
    'Australia/Lord_Howe',
    'Pacific/Apia',
    'Asia/Beirut',
  ];
  const minutes = fc
    .integer({ min: Date.UTC(2005, 0) / MINUTE_MS, max: Date.UTC(2030, 0) / MINUTE_MS })
    .map((minute) => (minute * MINUTE_MS) as EpochMs);

  test('follow one another without gap or overlap', () => {
    fc.assert(
      fc.property(fc.constantFrom(...zones), fc.constantFrom(...COUNTED_WINDOWS), minutes, (zone, window, now) => {
        const windows = () => new CapWindows(timeZone(zone));
        const { start, resetsAt } = windows().at(window, now);
        expect(start).toBeLessThanOrEqual(now);
        if (resetsAt === null) return;
        expect(resetsAt).toBeGreaterThan(now);
        expect(windows().at(window, start)).toEqual({ start, resetsAt });
        expect(windows().at(window, (resetsAt - 1) as EpochMs)).toEqual({ start, resetsAt });
        expect(windows().at(window, resetsAt).start).toBe(resetsAt);
      }),
      { numRuns: 1_000 },
    );
  });

  test('do so too in the days that clocks change', () => {
    const changes = ['2010-03-14', '2010-11-07', '2026-03-08', '2026-11-01', '2026-10-03', '2026-04-04', '2011-12-30'];
    for (const zone of zones) {
      for (const window of COUNTED_WINDOWS) {
        const kept = new CapWindows(timeZone(zone));
        for (const change of changes) {
          for (let minute = -600; minute < 2_400; minute += 10) {
            const now = (at(change) + minute * MINUTE_MS) as EpochMs;
            const fresh = new CapWindows(timeZone(zone)).at(window, now);
            expect(kept.at(window, now)).toEqual(fresh);
            if (fresh.resetsAt === null) continue;
            expect(new CapWindows(timeZone(zone)).at(window, (fresh.resetsAt - 1) as EpochMs)).toEqual(fresh);
          }
        }
      }
    }
  });
});
