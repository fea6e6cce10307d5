import * as fc from 'fast-check';
import { Temporal } from 'temporal-polyfill';
import { describe, expect, test } from 'vitest';
import type { EpochMs } from '../time.ts';
import { checkTimeZone, DAY_MS, HOUR_MS, type LocalMs, MINUTE_MS, timeZone } from './time-zone.ts';

const ZONES = [
  'America/New_York',
  'America/Los_Angeles',
  'America/Phoenix',
  'America/St_Johns',
  'America/Havana',
  'America/Sao_Paulo',
  'Europe/London',
  'Africa/Casablanca',
  'Asia/Kolkata',
  'Asia/Kathmandu',
  'Asia/Beirut',
  'Australia/Lord_Howe',
  'Pacific/Apia',
  'Antarctica/Troll',
];

const at = (text: string) => Date.parse(text) as EpochMs;
/** What a clock shows, written as if it showed UTC. */
const reading = (text: string) => Date.parse(`${text}Z`) as LocalMs;

const instants = fc.integer({ min: Date.UTC(1972, 0), max: Date.UTC(2060, 0) }).map((ms) => ms as EpochMs);
const zoneNames = fc.constantFrom(...ZONES);

describe('the names of zones', () => {
  test.each(['America/New_York', 'Asia/Kolkata', 'Asia/Calcutta', 'Pacific/Apia', 'UTC', 'Etc/GMT+5', 'US/Eastern'])(
    '%s is one',
    (name) => {
      expect(checkTimeZone(name)).toBeUndefined();
      expect(timeZone(name).name).toBe(name);
    },
  );

  test.each(['+05:00', '-08', '+0530'])('%s is an offset and says so', (name) => {
    expect(checkTimeZone(name)).toContain('is an offset');
  });

  test.each(['EST5EDT;M3.2.0,M11.1.0', 'EST5EDT,M3.2.0,M11.1.0', 'GMT+5', 'New York', 'Mars/Olympus', ''])(
    '%s is none',
    (name) => {
      expect(checkTimeZone(name)).toContain('is no IANA time zone');
      expect(() => timeZone(name)).toThrow(RangeError);
    },
  );

  test('without a place are those of the tz database, in whatever case, and no other three letters', () => {
    const inDatabase =
      'CET CST6CDT Cuba EET EST EST5EDT Egypt Eire GB GB-Eire GMT GMT+0 GMT-0 GMT0 Greenwich HST Hongkong Iceland Iran ' +
      'Israel Jamaica Japan Kwajalein Libya MET MST MST7MDT NZ NZ-CHAT Navajo PRC PST8PDT Poland Portugal ROC ROK ' +
      'Singapore Turkey UCT UTC Universal W-SU WET Zulu cet zulu';
    expect(inDatabase.split(' ').filter((name) => checkTimeZone(name) !== undefined)).toEqual([]);
    const letters = Array.from('ABCDEFGHIJKLMNOPQRSTUVWXYZ');
    const threes = letters.flatMap((a) => letters.flatMap((b) => letters.map((c) => a + b + c)));
    expect(threes.filter((name) => checkTimeZone(name) === undefined)).toEqual([
      'CET',
      'EET',
      'EST',
      'GMT',
      'HST',
      'MET',
      'MST',
      'PRC',
      'ROC',
      'ROK',
      'UCT',
      'UTC',
      'WET',
    ]);
  });

  test.each(['PST', 'IST', 'BST', 'bst', 'US/Pacific-New', 'Canada/East-Saskatchewan', 'SystemV/EST5'])(
    '%s is none, though ICU has it; where it was kept from before, it means what it did',
    (name) => {
      expect(checkTimeZone(name)).toContain('is no IANA time zone');
      expect(timeZone(name).name).toBe(name);
    },
  );

  test('BST, kept from before, is Dhaka as it was', () => {
    const noon = at('2026-07-01T12:00:00Z');
    expect(timeZone('BST').toLocal(noon)).toBe(timeZone('Asia/Dhaka').toLocal(noon));
  });
});

describe('offsets', () => {
  test('agree with Temporal at any instant', () => {
    fc.assert(
      fc.property(zoneNames, instants, (name, instant) => {
        const expected = Temporal.Instant.fromEpochMilliseconds(instant).toZonedDateTimeISO(name);
        expect(timeZone(name).toLocal(instant) - instant).toBe(expected.offsetNanoseconds / 1e6);
      }),
      { numRuns: 2_000 },
    );
  });

  test('change at the very millisecond that Temporal names', () => {
    fc.assert(
      fc.property(zoneNames, instants, (name, instant) => {
        const change = Temporal.Instant.fromEpochMilliseconds(instant)
          .toZonedDateTimeISO(name)
          .getTimeZoneTransition('next');
        if (!change) return;
        const zone = timeZone(name);
        for (const ms of [change.epochMilliseconds - 1, change.epochMilliseconds]) {
          const expected = Temporal.Instant.fromEpochMilliseconds(ms).toZonedDateTimeISO(name).offsetNanoseconds / 1e6;
          expect(zone.toLocal(ms as EpochMs) - ms).toBe(expected);
        }
      }),
      { numRuns: 400 },
    );
  });

  test('are known to the second for the local mean times of old', () => {
    const noon = at('1880-06-01T12:00:00Z');
    expect(timeZone('America/New_York').toLocal(noon) - noon).toBe(-(4 * HOUR_MS + 56 * MINUTE_MS + 2_000));
  });

  test('hold over spans that follow one another without a gap', () => {
    fc.assert(
      fc.property(zoneNames, instants, (name, instant) => {
        const zone = timeZone(name);
        const span = zone.spanAt(instant);
        expect(instant).toBeGreaterThanOrEqual(span.from);
        expect(instant).toBeLessThan(span.until);
        expect(zone.spanAt(span.until).from).toBe(span.until);
      }),
    );
  });

  test('are asked anew for days long forgotten', () => {
    const zone = timeZone('Europe/Paris');
    const first = at('1990-07-01T00:00:00Z');
    for (let day = 0; day < 5_000; day++) zone.toLocal((first + day * DAY_MS) as EpochMs);
    expect(zone.toLocal(first) - first).toBe(2 * HOUR_MS);
  });
});

describe('when a clock reaches a reading', () => {
  test.each([
    ['an ordinary one', 'America/New_York', '2026-06-01T09:00', '2026-06-01T13:00:00Z'],
    ['one that is skipped: as the clock jumps over it', 'America/New_York', '2026-03-08T02:30', '2026-03-08T07:00:00Z'],
    ['one that is repeated: the first time', 'America/New_York', '2026-11-01T01:30', '2026-11-01T05:30:00Z'],
    [
      'one at which the clock is set back: when it gets there again',
      'America/New_York',
      '2026-11-01T02:00',
      '2026-11-01T07:00:00Z',
    ],
    ['half an hour skipped', 'Australia/Lord_Howe', '2026-10-04T02:15', '2026-10-03T15:30:00Z'],
    ['a midnight that is skipped', 'Asia/Beirut', '2026-03-29T00:00', '2026-03-28T22:00:00Z'],
    ['a whole day that is skipped', 'Pacific/Apia', '2011-12-30T12:00', '2011-12-30T10:00:00Z'],
  ])('%s', (_, name, local, expected) => {
    expect(new Date(timeZone(name).whenClockReaches(reading(local))).toISOString()).toBe(
      new Date(expected).toISOString(),
    );
  });

  test('the clock then shows it or a later one, and never did before', () => {
    fc.assert(
      fc.property(zoneNames, instants, (name, instant) => {
        const zone = timeZone(name);
        const local = zone.toLocal(instant);
        const first = zone.whenClockReaches(local);
        expect(first).toBeLessThanOrEqual(instant);
        expect(zone.toLocal(first)).toBeGreaterThanOrEqual(local);
        for (let back = 1; back < 30; back++) {
          expect(zone.toLocal((first - back * 17 * MINUTE_MS) as EpochMs)).toBeLessThan(local);
        }
      }),
      { numRuns: 500 },
    );
  });
});
