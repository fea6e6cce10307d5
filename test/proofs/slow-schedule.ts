import { Temporal } from 'temporal-polyfill';

import { WEEKDAYS, type OpeningWindow, type Schedule } from '../../src/domain/plan/schedule.ts';

export type SlowStatus = 'open' | 'closed' | 'holiday';

/** What it is at an instant, and the instant it next becomes open, or stops being so; null beyond the years known. */
export interface SlowAnswer {
  readonly status: SlowStatus;
  readonly until: number | null;
}

interface Stretch {
  readonly from: number;
  readonly status: SlowStatus;
}

/** The windows that open on a date, and what being within one means there. */
interface SpokenWindows {
  readonly windows: readonly OpeningWindow[];
  readonly says: SlowStatus;
}

const MINUTE_MS = 60_000;
const DAY_MINUTES = 1_440;

/**
 * Opening hours as the domain's rule reads, worked out beforehand: every minute of the years, by what the clock on the
 * wall shows in it according to Temporal, joined into stretches. It shares no line with the product's, which finds the
 * edges by arithmetic and never looks at a minute.
 */
export class SlowSchedule {
  readonly #stretches: Stretch[] = [];
  readonly #schedule: Omit<Schedule, 'id'>;
  readonly #exceptions: ReadonlyMap<string, readonly OpeningWindow[]>;
  readonly #daysMade = new Map<string, readonly SlowStatus[]>();
  #at = 0;

  constructor(schedule: Omit<Schedule, 'id'>, from: number, to: number) {
    this.#schedule = schedule;
    this.#exceptions = new Map(
      schedule.exceptions.map((exception) => [exception.date, 'windows' in exception ? exception.windows : []]),
    );
    for (const [start, end, local] of evenRuns(schedule.timezone, from, to)) this.#read(start, end, local);
  }

  /** Questions must come in the order of time. */
  ask(at: number): SlowAnswer {
    while ((this.#stretches[this.#at + 1]?.from ?? Infinity) <= at) this.#at += 1;
    const status = this.#stretches[this.#at]?.status ?? 'closed';
    const isOpen = status === 'open';
    let next = this.#at + 1;
    while (this.#stretches[next] && (this.#stretches[next]?.status === 'open') === isOpen) next += 1;
    return { status, until: this.#stretches[next]?.from ?? null };
  }

  /** Minute by minute, while the clock on the wall runs evenly from `local`. */
  #read(start: number, end: number, local: Temporal.PlainDateTime): void {
    let date = local.toPlainDate();
    let minute = local.hour * 60 + local.minute;
    let day = this.#dayOf(date);
    for (let at = start; at < end; at += MINUTE_MS) {
      const status = day[minute] ?? 'closed';
      if (this.#stretches.at(-1)?.status !== status) this.#stretches.push({ from: at, status });
      minute += 1;
      if (minute < DAY_MINUTES) continue;
      minute = 0;
      date = date.add({ days: 1 });
      day = this.#dayOf(date);
    }
  }

  /** What each minute of a local date says, the tails of the day before included. */
  #dayOf(date: Temporal.PlainDate): readonly SlowStatus[] {
    const today = this.#windowsOf(date);
    const yesterday = this.#windowsOf(date.subtract({ days: 1 }));
    const key = JSON.stringify([today, yesterday]);
    const day = this.#daysMade.get(key) ?? this.#makeDay(today, yesterday);
    this.#daysMade.set(key, day);
    return day;
  }

  #makeDay(today: SpokenWindows, yesterday: SpokenWindows): readonly SlowStatus[] {
    return Array.from({ length: DAY_MINUTES }, (_, minute): SlowStatus => {
      const said = new Set([
        ...today.windows.flatMap(([open, close]) =>
          minute >= minutesOf(open) && (crosses(open, close) || minute < minutesOf(close)) ? [today.says] : [],
        ),
        ...yesterday.windows.flatMap(([open, close]) =>
          crosses(open, close) && minute < minutesOf(close) ? [yesterday.says] : [],
        ),
      ]);
      if (said.has('open')) return 'open';
      return said.has('holiday') ? 'holiday' : 'closed';
    });
  }

  #windowsOf(date: Temporal.PlainDate): SpokenWindows {
    const exception = this.#exceptions.get(date.toString());
    if (exception) return { windows: exception, says: 'open' };
    const windows = this.#schedule.weekly[WEEKDAYS[date.dayOfWeek - 1] ?? 'mon'] ?? [];
    return { windows, says: this.#schedule.holidays === 'US' && isFederalHoliday(date) ? 'holiday' : 'open' };
  }
}

/** Spans in which the zone keeps one offset, each with what the clock shows at its beginning. */
function* evenRuns(zone: string, from: number, to: number): Generator<[number, number, Temporal.PlainDateTime]> {
  let at = Temporal.Instant.fromEpochMilliseconds(from).toZonedDateTimeISO(zone);
  while (at.epochMilliseconds < to) {
    const next = at.getTimeZoneTransition('next');
    const end = Math.min(next?.epochMilliseconds ?? to, to);
    yield [at.epochMilliseconds, end, at.toPlainDateTime()];
    if (!next) return;
    at = next;
  }
}

const minutesOf = (time: string): number => Number(time.slice(0, 2)) * 60 + Number(time.slice(3));

const crosses = (open: string, close: string): boolean => minutesOf(close) < minutesOf(open);

/** 5 U.S.C. 6103: a holiday on a Saturday is kept on the Friday before, one on a Sunday on the Monday after. */
function isFederalHoliday(date: Temporal.PlainDate): boolean {
  return [date.year, date.year + 1].some((year) =>
    holidaysOf(year).some((holiday) => {
      const shift = holiday.dayOfWeek === 6 ? -1 : holiday.dayOfWeek === 7 ? 1 : 0;
      return holiday.add({ days: shift }).equals(date);
    }),
  );
}

const holidays = new Map<number, readonly Temporal.PlainDate[]>();

function holidaysOf(year: number): readonly Temporal.PlainDate[] {
  const known = holidays.get(year);
  if (known) return known;
  const fixed = (month: number, day: number) => Temporal.PlainDate.from({ year, month, day });
  const made = [
    fixed(1, 1),
    nthMonday(year, 1, 3),
    nthMonday(year, 2, 3),
    lastMondayOfMay(year),
    ...(year >= 2021 ? [fixed(6, 19)] : []),
    fixed(7, 4),
    nthMonday(year, 9, 1),
    nthMonday(year, 10, 2),
    fixed(11, 11),
    fourthThursdayOfNovember(year),
    fixed(12, 25),
  ];
  holidays.set(year, made);
  return made;
}

function nthMonday(year: number, month: number, n: number): Temporal.PlainDate {
  const first = Temporal.PlainDate.from({ year, month, day: 1 });
  return first.add({ days: ((8 - first.dayOfWeek) % 7) + 7 * (n - 1) });
}

function lastMondayOfMay(year: number): Temporal.PlainDate {
  const last = Temporal.PlainDate.from({ year, month: 5, day: 31 });
  return last.subtract({ days: last.dayOfWeek - 1 });
}

function fourthThursdayOfNovember(year: number): Temporal.PlainDate {
  const first = Temporal.PlainDate.from({ year, month: 11, day: 1 });
  return first.add({ days: ((11 - first.dayOfWeek) % 7) + 21 });
}
