import type { CountedWindow } from '../plan/caps.ts';
import type { EpochMs } from '../time.ts';
import { type CalendarDay, dayOf, firstOfMonth, firstOfNextMonth, midnightOf } from './calendar-day.ts';
import { HOUR_MS, type LocalMs, type TimeZone } from './time-zone.ts';

/** The window of a cap that an instant lies in: `[start, resetsAt)`; `total` began in 1970 and never resets. */
export interface CapWindow {
  readonly start: EpochMs;
  readonly resetsAt: EpochMs | null;
}

const SINCE_EVER: CapWindow = { start: 0 as EpochMs, resetsAt: null };

/**
 * The windows of a zone's caps. Days and months begin when the local clock first reaches their midnight: none is counted
 * twice where that hour is repeated, and 23- and 25-hour days are whole. Hours begin whenever the clock shows or passes
 * a full hour, so that of an hour that is repeated each is its own.
 */
export class CapWindows {
  readonly #zone: TimeZone;
  readonly #latest: Partial<Record<CountedWindow, CapWindow>> = {};

  constructor(zone: TimeZone) {
    this.#zone = zone;
  }

  /** The window of that length that holds the instant. */
  at(window: CountedWindow, now: EpochMs): CapWindow {
    const latest = this.#latest[window];
    if (latest && now >= latest.start && (latest.resetsAt === null || now < latest.resetsAt)) return latest;
    return (this.#latest[window] = this.#find(window, now));
  }

  #find(window: CountedWindow, now: EpochMs): CapWindow {
    switch (window) {
      case 'hourly':
        return { start: hourStart(this.#zone, now), resetsAt: nextHourStart(this.#zone, now) };
      case 'daily':
        return findDays(this.#zone, now, (day) => day + 1);
      case 'monthly':
        return findDays(this.#zone, now, firstOfNextMonth, firstOfMonth);
      case 'total':
        return SINCE_EVER;
    }
  }
}

/** The window from one date's midnight to that of the next such date. */
function findDays(
  zone: TimeZone,
  now: EpochMs,
  next: (day: CalendarDay) => CalendarDay,
  floor: (day: CalendarDay) => CalendarDay = (day) => day,
): CapWindow {
  const start = floor(dayOf(zone.toLocal(now)));
  const resetsAt = zone.whenClockReaches(midnightOf(next(start)));
  // A clock set back across midnight shows yesterday again; its window is over all the same.
  if (resetsAt <= now) return { start: resetsAt, resetsAt: zone.whenClockReaches(midnightOf(next(next(start)))) };
  return { start: zone.whenClockReaches(midnightOf(start)), resetsAt };
}

/** The latest instant up to now at which the clock showed or passed a full hour. */
function hourStart(zone: TimeZone, now: EpochMs): EpochMs {
  let span = zone.spanAt(now);
  let local = (now + span.offsetMs) as LocalMs;
  for (;;) {
    const fullHour = Math.floor(local / HOUR_MS) * HOUR_MS;
    if (fullHour - span.offsetMs >= span.from) return (fullHour - span.offsetMs) as EpochMs;
    // The clock came into this span later than its full hour: by jumping over it, or with some other hour under way.
    const before = zone.spanAt((span.from - 1) as EpochMs);
    if (before.until + before.offsetMs <= fullHour) return span.from;
    local = (before.until + before.offsetMs - 1) as LocalMs;
    span = before;
  }
}

function nextHourStart(zone: TimeZone, now: EpochMs): EpochMs {
  let at = now;
  for (;;) {
    const span = zone.spanAt(at);
    const local = at + span.offsetMs;
    const next = Math.floor(local / HOUR_MS) * HOUR_MS + HOUR_MS - span.offsetMs;
    if (next < span.until) return next as EpochMs;
    at = span.until;
    if (hourStart(zone, at) === at) return at;
  }
}
