import type { InputProblem } from '../app-error.ts';
import { WEEKDAYS, type OpeningWindow, type Schedule } from '../plan/schedule.ts';
import { parseDay } from './calendar-day.ts';
import { type CompiledWindow, compileWindow, parseWallTime } from './opening-windows.ts';
import { checkTimeZone, DAY_MS } from './time-zone.ts';

/** A readable window, on a time line of all windows it could run into. */
interface PlacedWindow {
  readonly path: string;
  /** `mon 22:00–02:00`. */
  readonly label: string;
  readonly opensMs: number;
  readonly closesMs: number;
}

/**
 * Everything wrong with a schedule; none when `compileSchedule` may have it. Windows of the week may not overlap one
 * another, nor may those of the exceptions, across midnight too. An exception may begin under the tail of the week's
 * last window before it: that is open anyway.
 */
export function validateSchedule(
  schedule: Pick<Schedule, 'timezone' | 'weekly' | 'exceptions'>,
): readonly InputProblem[] {
  const problems: InputProblem[] = [];
  const zoneProblem = checkTimeZone(schedule.timezone);
  if (zoneProblem !== undefined) problems.push({ path: '/timezone', message: zoneProblem });
  const week = placeWeek(schedule.weekly, problems);
  problems.push(...findOverlaps(week, 7 * DAY_MS));
  const dated = placeExceptions(schedule.exceptions, problems);
  problems.push(...findOverlaps(dated, null));
  if (problems.length === 0 && week.length === 0 && dated.length === 0) {
    problems.push({
      path: '/weekly',
      message: 'It would never open: give at least one day a window, such as "mon": [["09:00", "17:00"]].',
    });
  }
  return problems;
}

function placeWeek(weekly: Schedule['weekly'], problems: InputProblem[]): PlacedWindow[] {
  for (const key of Object.keys(weekly)) {
    if (WEEKDAYS.some((weekday) => weekday === key)) continue;
    problems.push({
      path: `/weekly/${key.replaceAll('~', '~0').replaceAll('/', '~1')}`,
      message: `${JSON.stringify(key)} is no day of the week: use ${WEEKDAYS.join(', ')}.`,
    });
  }
  return WEEKDAYS.flatMap((weekday, index) =>
    placeWindows(weekly[weekday] ?? [], `/weekly/${weekday}`, weekday, index * DAY_MS, problems),
  );
}

function placeExceptions(exceptions: Schedule['exceptions'], problems: InputProblem[]): PlacedWindow[] {
  const pathByDate = new Map<string, string>();
  return exceptions.flatMap((exception, index) => {
    const path = `/exceptions/${index}`;
    const { date } = exception;
    const day = parseDay(date);
    if (day === undefined) {
      problems.push({
        path: `${path}/date`,
        message: `${JSON.stringify(date)} is no date: write one that exists as YYYY-MM-DD, such as 2026-12-24.`,
      });
      return [];
    }
    const earlier = pathByDate.get(date);
    if (earlier !== undefined) {
      problems.push({
        path: `${path}/date`,
        message: `${date} has an exception already, ${earlier}: make one of both.`,
      });
      return [];
    }
    pathByDate.set(date, path);
    if (!('windows' in exception)) return [];
    if (exception.windows.length === 0) {
      problems.push({ path: `${path}/windows`, message: 'It has no window: write "closed": true to stay closed.' });
    }
    return placeWindows(exception.windows, `${path}/windows`, date, day * DAY_MS, problems);
  });
}

function placeWindows(
  windows: readonly OpeningWindow[],
  path: string,
  dayLabel: string,
  midnightMs: number,
  problems: InputProblem[],
): PlacedWindow[] {
  return windows.flatMap((window, index) => {
    const at = `${path}/${index}`;
    const found = checkWindow(window, at);
    problems.push(...found);
    if (found.length > 0) return [];
    const { opensMs, closesMs }: CompiledWindow = compileWindow(window);
    const label = `${dayLabel} ${window[0]}–${window[1]}`;
    return [{ path: at, label, opensMs: midnightMs + opensMs, closesMs: midnightMs + closesMs }];
  });
}

function checkWindow([open, close]: OpeningWindow, path: string): InputProblem[] {
  const problems: InputProblem[] = [];
  const opensMs = parseWallTime(open);
  if (opensMs === undefined || opensMs === DAY_MS) {
    const hint = opensMs === undefined ? 'write HH:MM from 00:00 to 23:59.' : 'write 00:00 on the next day.';
    problems.push({ path: `${path}/0`, message: `${JSON.stringify(open)} is no time to open at: ${hint}` });
  }
  if (parseWallTime(close) === undefined) {
    problems.push({
      path: `${path}/1`,
      message: `${JSON.stringify(close)} is no time to close at: write HH:MM from 00:00 to 24:00.`,
    });
  } else if (open === close) {
    problems.push({
      path,
      message: `It opens and closes at ${open}: for the whole day write 00:00 and 24:00, else leave the window out.`,
    });
  }
  return problems;
}

/** Windows sorted by opening overlap where one opens before its forerunner closes; in a cycle, the last precedes the first. */
function findOverlaps(windows: readonly PlacedWindow[], cycleMs: number | null): InputProblem[] {
  const sorted = windows.toSorted((a, b) => a.opensMs - b.opensMs);
  const first = sorted[0];
  const last = sorted.at(-1);
  if (first === undefined || last === undefined) return [];
  const problems: InputProblem[] = [];
  if (cycleMs !== null && sorted.length > 1 && last.closesMs > first.opensMs + cycleMs) {
    problems.push(describeOverlap(first, last));
  }
  for (const [index, window] of sorted.entries()) {
    const forerunner = sorted[index - 1];
    if (forerunner && forerunner.closesMs > window.opensMs) problems.push(describeOverlap(window, forerunner));
  }
  return problems;
}

function describeOverlap(window: PlacedWindow, forerunner: PlacedWindow): InputProblem {
  return {
    path: window.path,
    message: `${window.label} begins before ${forerunner.label} has closed: join the two or move one.`,
  };
}
