import type { ScheduleId } from '../ids.ts';

export const WEEKDAYS = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const;
export type Weekday = (typeof WEEKDAYS)[number];

/** `[open, close)` in local wall time, `HH:MM`; `24:00` may close; close before open crosses midnight. */
export type OpeningWindow = readonly [open: string, close: string];

/** A dated exception (`2026-12-24`): closed, or open for these windows instead of the week's. */
export type ScheduleException =
  | { readonly date: string; readonly closed: true }
  | { readonly date: string; readonly windows: readonly OpeningWindow[] };

/** Weekly opening hours in an IANA zone. Absent days are closed. */
export interface Schedule {
  readonly id: ScheduleId;
  readonly name: string;
  readonly timezone: string;
  readonly weekly: Readonly<Partial<Record<Weekday, readonly OpeningWindow[]>>>;
  readonly exceptions: readonly ScheduleException[];
  /** The eleven US federal holidays on their observed dates are closed. */
  readonly holidays?: 'US';
}
