import * as fc from 'fast-check';
import { Temporal } from 'temporal-polyfill';
import { describe, expect, test } from 'vitest';
import { WEEKDAYS, type OpeningWindow, type Schedule } from '../plan/schedule.ts';
import type { EpochMs } from '../time.ts';
import { compileSchedule, scheduleAt } from './schedule.ts';

const MINUTE_MS = 60_000;
const STRETCH_MINUTES = 4 * 24 * 60;

/** As published by the Office of Personnel Management; days of other years are asked about without holidays. */
const HOLIDAYS = new Set([
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

/** What the clock shows at a minute. */
interface Reading {
  readonly date: string;
  readonly yesterday: string;
  readonly weekday: number;
  readonly time: string;
}

/** Four days of a zone, read minute by minute from another implementation than ours. */
interface Stretch {
  readonly zone: string;
  readonly label: string;
  readonly start: number;
  readonly readings: readonly Reading[];
}

function stretchFrom(zone: string, start: Temporal.Instant, label: string): Stretch {
  const readings = Array.from({ length: STRETCH_MINUTES }, (_, minute): Reading => {
    const now = start.add({ minutes: minute }).toZonedDateTimeISO(zone);
    const date = now.toPlainDate();
    return {
      date: date.toString(),
      yesterday: date.subtract({ days: 1 }).toString(),
      weekday: now.dayOfWeek - 1,
      time: now.toPlainTime().toString({ smallestUnit: 'minute' }),
    };
  });
  return { zone, label, start: start.epochMilliseconds, readings };
}

/** The next two changes of the zone's clock after a date, each with the days around it. */
function changesOf(zone: string, after: string): Stretch[] {
  const first = Temporal.PlainDate.from(after).toZonedDateTime(zone).getTimeZoneTransition('next');
  const changes = [first, first?.getTimeZoneTransition('next')].filter(
    (change) => change !== null && change !== undefined,
  );
  return changes.map((change) =>
    stretchFrom(
      zone,
      change.toInstant().round('minute').subtract({ hours: 48 }),
      `${zone} ${change.toPlainDate().toString()}`,
    ),
  );
}

/** Four days that hold no change of the clock. */
function plainDays(zone: string, from: string): Stretch {
  return stretchFrom(zone, Temporal.PlainDate.from(from).toZonedDateTime(zone).toInstant(), `${zone} ${from}`);
}

const STRETCHES: readonly Stretch[] = [
  ...changesOf('America/New_York', '2026-01-01'),
  ...changesOf('America/Los_Angeles', '2026-01-01'),
  ...changesOf('America/Phoenix', '1967-01-01'),
  ...changesOf('America/St_Johns', '2010-01-01'),
  ...changesOf('America/Havana', '2026-01-01'),
  ...changesOf('America/Sao_Paulo', '2018-01-01'),
  ...changesOf('Europe/London', '2026-01-01'),
  ...changesOf('Europe/Dublin', '2026-01-01'),
  ...changesOf('Africa/Casablanca', '2026-01-01'),
  ...changesOf('Asia/Beirut', '2026-01-01'),
  ...changesOf('Asia/Kathmandu', '1985-01-01'),
  ...changesOf('Asia/Kolkata', '1945-01-01'),
  ...changesOf('Australia/Lord_Howe', '2026-01-01'),
  ...changesOf('Pacific/Apia', '2011-10-01'),
  plainDays('Asia/Kolkata', '2026-11-19'),
  plainDays('America/New_York', '2026-07-01'),
  plainDays('America/New_York', '2026-11-24'),
];

/** Whether a window of its own day, or the tail of one of the day before, holds the time. Times compare as text. */
function covers([open, close]: OpeningWindow, time: string, ofToday: boolean): boolean {
  const crosses = close < open;
  if (ofToday) return time >= open && (crosses || time < close);
  return crosses && time < close;
}

type Spoken = 'open' | 'closed' | 'holiday';

/** The rule of the domain, spelled out for one minute and as slow as it reads. */
function speak(schedule: Schedule, { date, yesterday, weekday, time }: Reading): Spoken {
  const speakFor = (on: string, day: number, ofToday: boolean): Spoken => {
    const exception = schedule.exceptions.find((candidate) => candidate.date === on);
    if (exception) {
      const windows = 'windows' in exception ? exception.windows : [];
      return windows.some((window) => covers(window, time, ofToday)) ? 'open' : 'closed';
    }
    const weekly = schedule.weekly[WEEKDAYS[day] ?? 'mon'] ?? [];
    if (!weekly.some((window) => covers(window, time, ofToday))) return 'closed';
    return schedule.holidays === 'US' && HOLIDAYS.has(on) ? 'holiday' : 'open';
  };
  const spoken = new Set([speakFor(date, weekday, true), speakFor(yesterday, (weekday + 6) % 7, false)]);
  if (spoken.has('open')) return 'open';
  return spoken.has('holiday') ? 'holiday' : 'closed';
}

const hhmm = (minutes: number) =>
  `${String(Math.floor(minutes / 60)).padStart(2, '0')}:${String(minutes % 60).padStart(2, '0')}`;

const windows: fc.Arbitrary<readonly OpeningWindow[]> = fc.array(
  fc
    .tuple(fc.integer({ min: 0, max: 24 * 12 - 1 }), fc.integer({ min: 0, max: 24 * 12 }))
    .filter(([open, close]) => open !== close)
    .map(([open, close]) => [hhmm(open * 5), hhmm(close * 5)] as const),
  { maxLength: 3 },
);

const stretches = new Map(STRETCHES.map((stretch) => [stretch.label, stretch]));

// By its label, so that a counterexample can be read.
const scenarios = fc.constantFrom(...stretches.keys()).chain((label) => {
  const dates = Array.from(new Set(stretches.get(label)?.readings.map(({ date }) => date)));
  const exception = fc.oneof(
    fc.record({ date: fc.constantFrom(...dates), closed: fc.constant(true as const) }),
    fc.record({ date: fc.constantFrom(...dates), windows }),
  );
  return fc.record({
    label: fc.constant(label),
    weekly: fc.record(
      { mon: windows, tue: windows, wed: windows, thu: windows, fri: windows, sat: windows, sun: windows },
      { requiredKeys: [] },
    ),
    exceptions: fc.uniqueArray(exception, { maxLength: 2, selector: ({ date }) => date }),
    observes: fc.constantFrom(false, ...dates.slice(0, 1).map((date) => date.startsWith('2026'))),
    order: fc.constantFrom('forwards', 'backwards'),
  });
});

function stretchOf(label: string): Stretch {
  const stretch = stretches.get(label);
  if (!stretch) throw new Error(`no days are called ${label}`);
  return stretch;
}

describe('a schedule', () => {
  test('says at every minute round the clock changes of fourteen zones what a minute-by-minute reading says', () => {
    fc.assert(
      fc.property(scenarios, ({ label, weekly, exceptions, observes, order }) => {
        const stretch = stretchOf(label);
        const schedule = {
          name: 'Hours',
          timezone: stretch.zone,
          weekly,
          exceptions,
          ...(observes ? { holidays: 'US' as const } : {}),
        };
        const compiled = compileSchedule(schedule);
        const expected = stretch.readings.map((reading) => speak(schedule as unknown as Schedule, reading));
        const openings = expected.map((spoken) => spoken === 'open');
        const minutes = Array.from(expected.keys());
        let wrong: string | undefined;
        for (const minute of order === 'forwards' ? minutes : minutes.reverse()) {
          const state = scheduleAt(compiled, (stretch.start + minute * MINUTE_MS) as EpochMs);
          const flips = openings.indexOf(!state.open, minute);
          const until = state.open ? state.closesAt : state.nextOpening;
          const spoken = state.open ? 'open' : state.reason;
          // Beyond the stretch the model is silent, but then ours must not name a minute within it either.
          const end = stretch.start + STRETCH_MINUTES * MINUTE_MS;
          const flip = flips < 0 ? null : new Date(stretch.start + flips * MINUTE_MS).toISOString();
          const expectedUntil = flip ?? (until !== null && Date.parse(until) >= end ? until : null);
          if (spoken !== expected[minute] || until !== expectedUntil) {
            wrong ??= `minute ${minute}: ${spoken} until ${until}, not ${expected[minute]} until ${expectedUntil}`;
          }
        }
        expect(wrong).toBeUndefined();
      }),
      { numRuns: 150 },
    );
  });

  test('gives an answer that does not depend on what was asked before', () => {
    fc.assert(
      fc.property(
        scenarios,
        fc.array(fc.integer({ min: 0, max: STRETCH_MINUTES }), { maxLength: 20 }),
        (one, minutes) => {
          const schedule = {
            name: 'Hours',
            timezone: stretchOf(one.label).zone,
            weekly: one.weekly,
            exceptions: one.exceptions,
          };
          const kept = compileSchedule(schedule);
          for (const minute of minutes) {
            const now = (stretchOf(one.label).start + minute * MINUTE_MS) as EpochMs;
            expect(scheduleAt(kept, now)).toEqual(scheduleAt(compileSchedule(schedule), now));
          }
        },
      ),
      { numRuns: 100 },
    );
  });
});
