import { dayOf, midnightOf, weekdayIndex } from '../domain/routing/calendar-day.ts';
import { DAY_MS, HOUR_MS, MINUTE_MS, type LocalMs, type TimeZone } from '../domain/routing/time-zone.ts';
import type { EpochMs } from '../domain/time.ts';

/** What stretches of local time calls can be counted by. */
export const PERIODS = ['day', 'hour', 'hour-of-week'] as const;
export type Period = (typeof PERIODS)[number];

/** A stretch of local time, and the first instant from which another may apply. */
export interface LocalPeriod {
  /**
   * A day `2026-11-01`; an hour `2026-11-01T01:00:00-04:00`, with its offset, since a local hour may come twice; an hour
   * of the week 0…167, from Monday midnight, where an hour that comes twice is one.
   */
  readonly key: string | number;
  readonly until: EpochMs;
}

/** The period that holds an instant, in a zone. */
export function periodAt(period: Period, zone: TimeZone, instant: EpochMs): LocalPeriod {
  const { offsetMs, until } = zone.spanAt(instant);
  const local = (instant + offsetMs) as LocalMs;
  const lengthMs = period === 'day' ? DAY_MS : HOUR_MS;
  const start = (Math.floor(local / lengthMs) * lengthMs) as LocalMs;
  return { key: keyOf(period, start, offsetMs), until: Math.min(until, start + lengthMs - offsetMs) as EpochMs };
}

function keyOf(period: Period, start: LocalMs, offsetMs: number): string | number {
  switch (period) {
    case 'day':
      return new Date(start).toISOString().slice(0, 10);
    case 'hour':
      return `${new Date(start).toISOString().slice(0, 19)}${formatOffset(offsetMs)}`;
    case 'hour-of-week':
      return weekdayIndex(dayOf(start)) * 24 + (start - midnightOf(dayOf(start))) / HOUR_MS;
  }
}

/** `-04:00`, as RFC 3339 section 5.6 writes it. */
function formatOffset(offsetMs: number): string {
  const minutes = Math.abs(offsetMs) / MINUTE_MS;
  const two = (number: number): string => String(Math.floor(number)).padStart(2, '0');
  return `${offsetMs < 0 ? '-' : '+'}${two(minutes / 60)}:${two(minutes % 60)}`;
}
