import { WEEKDAYS, type OpeningWindow, type Schedule } from '../plan/schedule.ts';
import { toIso, type EpochMs, type IsoInstant } from '../time.ts';
import { type CalendarDay, dayOf, midnightOf, parseDay, weekdayIndex } from './calendar-day.ts';
import { type CompiledWindow, compileWindow, isWithin } from './opening-windows.ts';
import { DAY_MS, timeZone, type LocalMs, type TimeZone } from './time-zone.ts';
import { isUsFederalHoliday } from './us-holidays.ts';

/** Whether a schedule is open at an instant. Null means never: it doesn't close, or doesn't open, any more. */
export type ScheduleState =
  | { readonly open: true; readonly closesAt: IsoInstant | null }
  | { readonly open: false; readonly reason: 'closed' | 'holiday'; readonly nextOpening: IsoInstant | null };

/** A schedule made ready for asking; the same question asked again within one opening or closing costs a comparison. */
export interface CompiledSchedule {
  readonly name: string;
  readonly zone: TimeZone;
  /** From Monday. */
  readonly week: readonly (readonly CompiledWindow[])[];
  readonly exceptions: ReadonlyMap<CalendarDay, readonly CompiledWindow[]>;
  readonly exceptionDays: readonly CalendarDay[];
  readonly holidays: boolean;
  /** The latest answer, and the instants it holds for. */
  answer: { readonly from: EpochMs; readonly until: number; readonly state: ScheduleState } | null;
}

/** `holiday` is closed where the week alone would be open. */
type Status = 'open' | 'closed' | 'holiday';

/** Compiles a schedule that `validateSchedule` found nothing wrong with. Throws RangeError for others. */
export function compileSchedule(schedule: Omit<Schedule, 'id'>): CompiledSchedule {
  const exceptions = new Map(
    schedule.exceptions.map((exception) => [
      dayOfException(exception.date),
      compileWindows('windows' in exception ? exception.windows : []),
    ]),
  );
  return {
    name: schedule.name,
    zone: timeZone(schedule.timezone),
    week: WEEKDAYS.map((weekday) => compileWindows(schedule.weekly[weekday] ?? [])),
    exceptions,
    exceptionDays: Array.from(exceptions.keys()).sort((a, b) => a - b),
    holidays: schedule.holidays === 'US',
    answer: null,
  };
}

/**
 * Whether the schedule is open at an instant, and until or again when. The rule is asked of what the local clock shows,
 * so that an edge in a skipped hour takes effect as the clock passes it and a repeated hour counts twice. A window
 * belongs to the day it opens on: an exception or a holiday on the next day doesn't cut its tail.
 */
export function scheduleAt(schedule: CompiledSchedule, now: EpochMs): ScheduleState {
  const known = schedule.answer;
  if (known && now >= known.from && now < known.until) return known.state;
  const status = statusAt(schedule, schedule.zone.toLocal(now));
  const change = nextChange(schedule, now, status);
  const state: ScheduleState =
    status === 'open'
      ? { open: true, closesAt: change === null ? null : toIso(change) }
      : { open: false, reason: status, nextOpening: nextOpening(schedule, change) };
  schedule.answer = { from: now, until: change ?? Infinity, state };
  return state;
}

function nextOpening(schedule: CompiledSchedule, change: EpochMs | null): IsoInstant | null {
  let at = change;
  while (at !== null) {
    const status = statusAt(schedule, schedule.zone.toLocal(at));
    if (status === 'open') return toIso(at);
    at = nextChange(schedule, at, status);
  }
  return null;
}

function statusAt(schedule: CompiledSchedule, local: LocalMs): Status {
  const day = dayOf(local);
  const sinceMidnightMs = local - midnightOf(day);
  const today = statusByDay(schedule, day, sinceMidnightMs);
  if (today === 'open') return 'open';
  const tail = statusByDay(schedule, day - 1, sinceMidnightMs + DAY_MS);
  return tail === 'closed' ? today : tail;
}

/** What the windows that open on one day say of a time, which may lie beyond that day's midnight. */
function statusByDay(schedule: CompiledSchedule, day: CalendarDay, sinceMidnightMs: number): Status {
  if (!isWithin(windowsOf(schedule, day), sinceMidnightMs)) return 'closed';
  return schedule.holidays && !schedule.exceptions.has(day) && isUsFederalHoliday(day) ? 'holiday' : 'open';
}

/** The windows written for a day, holiday or not. */
function windowsOf({ exceptions, week }: CompiledSchedule, day: CalendarDay): readonly CompiledWindow[] {
  return exceptions.get(day) ?? week[weekdayIndex(day)] ?? [];
}

/**
 * Without exceptions, the week and the holidays show all they have within a year: a status that outlasted this many
 * ordinary days stays until the next exception.
 */
const QUIET_DAYS = 400;

/** The first instant after `from` with another status; null where there is none. */
function nextChange(schedule: CompiledSchedule, from: EpochMs, status: Status): EpochMs | null {
  const { zone, exceptions, exceptionDays } = schedule;
  let at = from;
  let quietSince = dayOf(zone.toLocal(from));
  for (;;) {
    // Within one span of the zone and one local day, the clock runs evenly from edge to edge.
    const span = zone.spanAt(at);
    const local = (at + span.offsetMs) as LocalMs;
    const day = dayOf(local);
    if (exceptions.has(day)) quietSince = day;
    if (day - quietSince > QUIET_DAYS) {
      const exceptionDay = exceptionDays.find((candidate) => candidate > day + 1);
      if (exceptionDay === undefined) return null;
      quietSince = exceptionDay;
      at = zone.whenClockReaches(midnightOf(exceptionDay - 1));
    } else {
      const limit = Math.min(span.until + span.offsetMs, midnightOf(day + 1));
      at = (nextEdge(schedule, local, limit) - span.offsetMs) as EpochMs;
    }
    if (statusAt(schedule, zone.toLocal(at)) !== status) return at;
  }
}

/** The clock reading, after `local` and at most `limit`, at which a window next opens or closes; else `limit`. */
function nextEdge(schedule: CompiledSchedule, local: LocalMs, limit: number): number {
  let next = limit;
  const day = dayOf(local);
  for (const opensOn of [day - 1, day]) {
    const midnight = midnightOf(opensOn);
    for (const { opensMs, closesMs } of windowsOf(schedule, opensOn)) {
      if (midnight + opensMs > local) next = Math.min(next, midnight + opensMs);
      if (midnight + closesMs > local) next = Math.min(next, midnight + closesMs);
    }
  }
  return next;
}

function compileWindows(windows: readonly OpeningWindow[]): readonly CompiledWindow[] {
  return windows.map(compileWindow);
}

function dayOfException(date: string): CalendarDay {
  const day = parseDay(date);
  if (day === undefined) throw new RangeError(`${JSON.stringify(date)} is no date: write one such as 2026-12-24.`);
  return day;
}
