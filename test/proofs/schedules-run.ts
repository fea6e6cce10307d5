import { seededRandom } from '../../src/domain/routing/seeded-random.ts';
import { compileSchedule, scheduleAt } from '../../src/domain/routing/schedule.ts';
import { WEEKDAYS, type OpeningWindow, type Schedule, type ScheduleException } from '../../src/domain/plan/schedule.ts';
import type { EpochMs } from '../../src/domain/time.ts';
import { SlowSchedule } from './slow-schedule.ts';

/** Zones whose clocks change by an hour and by half of one, at midnight, in the south, in Ramadan, and not at all. */
export const ZONES = [
  'America/New_York',
  'America/Los_Angeles',
  'America/Phoenix',
  'America/St_Johns',
  'America/Havana',
  'America/Santiago',
  'Europe/London',
  'Africa/Casablanca',
  'Asia/Beirut',
  'Asia/Kolkata',
  'Australia/Lord_Howe',
  'Pacific/Chatham',
] as const;

const HOUR_MS = 3_600_000;

export interface SchedulesProof {
  readonly years: number;
  /** Schedules drawn for each zone. */
  readonly schedules: number;
  readonly seed: number;
  readonly zones?: readonly string[];
  readonly report?: (line: string) => void;
}

export interface SchedulesReport {
  readonly questions: number;
  readonly openings: number;
  /** The first few answers that differ; none where all agree. */
  readonly differences: readonly string[];
}

const MOST_DIFFERENCES = 10;

/**
 * Asks drawn schedules of each zone about every hour from 2020 on, at an odd minute of it, and a second implementation
 * the same: open, closed or holiday, and until when.
 */
export function runSchedulesProof(proof: SchedulesProof): SchedulesReport {
  const { years, schedules, seed, zones = ZONES, report = () => undefined } = proof;
  const from = Date.UTC(2020, 0, 1);
  const to = Date.UTC(2020 + years, 0, 1);
  const random = seededRandom(seed);
  const differences: string[] = [];
  let questions = 0;
  let openings = 0;
  for (const zone of zones) {
    for (let n = 0; n < schedules; n += 1) {
      const schedule = drawSchedule(zone, years, random);
      const compiled = compileSchedule(schedule);
      const slow = new SlowSchedule(schedule, from, to);
      for (let hour = from; hour < to; hour += HOUR_MS) {
        const at = hour + Math.floor(random() * HOUR_MS);
        const state = scheduleAt(compiled, at as EpochMs);
        const status = state.open ? 'open' : state.reason;
        const until = state.open ? state.closesAt : state.nextOpening;
        questions += 1;
        if (state.open) openings += 1;
        const expected = slow.ask(at);
        // Beyond its years the second implementation is silent; ours must not name an instant within them then.
        const untilMs = until === null ? Infinity : Date.parse(until);
        const agrees =
          status === expected.status && (expected.until === null ? untilMs >= to : untilMs === expected.until);
        if (agrees || differences.length >= MOST_DIFFERENCES) continue;
        const told = expected.until === null ? 'beyond' : new Date(expected.until).toISOString();
        differences.push(
          `${zone} at ${new Date(at).toISOString()}: ${status} until ${until}, not ${expected.status} until ${told}: ` +
            JSON.stringify(schedule),
        );
      }
    }
    report(`${zone}: ${questions} questions so far, ${differences.length} differences`);
  }
  return { questions, openings, differences };
}

function drawSchedule(timezone: string, years: number, random: () => number): Omit<Schedule, 'id'> {
  const weekly = Object.fromEntries(
    WEEKDAYS.flatMap((day): [string, readonly OpeningWindow[]][] =>
      random() < 0.2 ? [] : [[day, drawWindows(random)]],
    ),
  );
  const exceptions = Array.from({ length: 40 }, () => drawException(years, random));
  const dates = new Set<string>();
  return {
    name: 'Hours',
    timezone,
    weekly,
    exceptions: exceptions.filter(({ date }) => !dates.has(date) && dates.add(date)),
    ...(random() < 0.5 ? { holidays: 'US' as const } : {}),
  };
}

function drawException(years: number, random: () => number): ScheduleException {
  const day = Math.floor(random() * years * 365);
  const date = new Date(Date.UTC(2020, 0, 1 + day)).toISOString().slice(0, 10);
  return random() < 0.5 ? { date, closed: true } : { date, windows: drawWindows(random) };
}

/** One to three windows in five-minute steps, the early hours, in which clocks change, as often as all others. */
function drawWindows(random: () => number): readonly OpeningWindow[] {
  const time = () => {
    const minutes = Math.floor(random() * (random() < 0.5 ? 48 : 288)) * 5;
    return `${String(Math.floor(minutes / 60)).padStart(2, '0')}:${String(minutes % 60).padStart(2, '0')}`;
  };
  const draw = (): OpeningWindow => {
    const [open, close] = [time(), random() < 0.1 ? '24:00' : time()];
    return open === close ? [open, '24:00'] : [open, close];
  };
  return Array.from({ length: 1 + Math.floor(random() * 3) }, draw);
}
