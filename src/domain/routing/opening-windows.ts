import type { OpeningWindow } from '../plan/schedule.ts';
import { DAY_MS, HOUR_MS, MINUTE_MS } from './time-zone.ts';

/** `[opensMs, closesMs)` on a local clock, from midnight of the day it opens on; past midnight it exceeds a day. */
export interface CompiledWindow {
  readonly opensMs: number;
  readonly closesMs: number;
}

/** Reads `HH:MM`, 00:00 to 24:00, as milliseconds from midnight; undefined for any other text. */
export function parseWallTime(text: string): number | undefined {
  if (!/^([01]\d|2[0-3]):[0-5]\d$|^24:00$/.test(text)) return undefined;
  return Number(text.slice(0, 2)) * HOUR_MS + Number(text.slice(3)) * MINUTE_MS;
}

/** Reads a window. Throws RangeError where either time can't be read, the two are equal, or it would open at 24:00. */
export function compileWindow([open, close]: OpeningWindow): CompiledWindow {
  const opensMs = parseWallTime(open);
  const closesMs = parseWallTime(close);
  if (opensMs === undefined || opensMs === DAY_MS || closesMs === undefined || opensMs === closesMs) {
    throw new RangeError(`${open}–${close} is no opening window: write two different times, such as 09:00 and 17:00.`);
  }
  return { opensMs, closesMs: closesMs < opensMs ? closesMs + DAY_MS : closesMs };
}

/** Whether a clock that has run so long since the day's midnight stands within one of its windows. */
export function isWithin(windows: readonly CompiledWindow[], sinceMidnightMs: number): boolean {
  for (const { opensMs, closesMs } of windows)
    if (sinceMidnightMs >= opensMs && sinceMidnightMs < closesMs) return true;
  return false;
}
