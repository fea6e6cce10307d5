import { InvalidArgumentError } from 'commander';

import type { Ani, E164 } from '../domain/numbers/e164.ts';
import { normalizeNumber } from '../domain/numbers/normalize-number.ts';
import { parseState } from '../domain/numbers/states.ts';
import { parseZip } from '../domain/numbers/zip.ts';
import { midnightOf, parseDay } from '../domain/routing/calendar-day.ts';
import { checkTimeZone, timeZone, type TimeZone } from '../domain/routing/time-zone.ts';
import type { EpochMs } from '../domain/time.ts';

/** How many seeds there are: 32 bits. */
export const SEEDS = 2 ** 32;

const NUMBER_EXPECTED = 'Write a number in E.164, such as +14155550100, or ten digits of North America';

/** @throws InvalidArgumentError */
export function parseDid(text: string): E164 {
  const number = normalizeNumber(text);
  if (number === undefined) throw new InvalidArgumentError(`${NUMBER_EXPECTED}.`);
  return number;
}

/** @throws InvalidArgumentError */
export function parseAni(text: string): Ani {
  const ani = text === 'anonymous' ? text : normalizeNumber(text);
  if (ani === undefined) throw new InvalidArgumentError(`${NUMBER_EXPECTED}, or anonymous.`);
  return ani;
}

/** @throws InvalidArgumentError */
export function parseCallerZip(text: string): string {
  const zip = parseZip(text);
  if (zip === undefined) {
    throw new InvalidArgumentError('Write a five-digit ZIP, or a Canadian postal code such as M5V2T6.');
  }
  return zip;
}

/** @throws InvalidArgumentError */
export function parseCallerState(text: string): string {
  const state = parseState(text);
  if (state === undefined) {
    throw new InvalidArgumentError('Write the two letters of a US state or Canadian province, such as CA or ON.');
  }
  return state;
}

/** @throws InvalidArgumentError */
export function parseCategory(text: string): string {
  if (text.trim() !== text || text === '' || text.length > 64) {
    throw new InvalidArgumentError('Write 1 to 64 characters, none of them a space at the end or beginning.');
  }
  return text;
}

/** RFC 3339 with its offset, which a time of day without a place needs; seconds may be left out. */
const INSTANT = /^(\d{4}-\d{2}-\d{2})T\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?:Z|[+-]\d{2}:\d{2})$/i;

const INSTANT_EXPECTED = 'an instant as 2026-11-21T14:00:00Z, or with an offset such as -05:00';

/** @throws InvalidArgumentError */
export function parseInstant(text: string): EpochMs {
  const instant = readInstant(text);
  if (instant === undefined) throw new InvalidArgumentError(`Write ${INSTANT_EXPECTED}.`);
  return instant;
}

/** An instant, or a date as 2026-11-01: that begins at midnight, and so is asked when the zone is known. */
export type Moment = (zone: TimeZone) => EpochMs;

/** @throws InvalidArgumentError */
export function parseMoment(text: string): Moment {
  const day = parseDay(text);
  if (day !== undefined) return (zone) => zone.whenClockReaches(midnightOf(day));
  const instant = readInstant(text);
  if (instant === undefined) throw new InvalidArgumentError(`Write a date as 2026-11-01, or ${INSTANT_EXPECTED}.`);
  return () => instant;
}

/** @throws InvalidArgumentError */
export function parseTimeZone(text: string): TimeZone {
  const problem = checkTimeZone(text);
  if (problem !== undefined) throw new InvalidArgumentError(problem);
  return timeZone(text);
}

function readInstant(text: string): EpochMs | undefined {
  const date = INSTANT.exec(text)?.[1];
  // There must be such a day: `Date.parse` takes a 31st of February for the 3rd of March.
  const instant = date !== undefined && parseDay(date) !== undefined ? Date.parse(text) : Number.NaN;
  return Number.isNaN(instant) ? undefined : (instant as EpochMs);
}

/** @throws InvalidArgumentError */
export function parseSeed(text: string): number {
  const seed = /^\d{1,10}$/.test(text) ? Number(text) : Number.NaN;
  if (!(seed < SEEDS)) throw new InvalidArgumentError(`Write a whole number from 0 to ${SEEDS - 1}.`);
  return seed;
}
