import type { Brand } from '../brand.ts';
import type { EpochMs } from '../time.ts';

/** A local clock's reading, date and time, written as the milliseconds it would be since 1970 if the clock showed UTC. */
export type LocalMs = Brand<number, 'LocalMs'>;

export const MINUTE_MS = 60_000;
export const HOUR_MS = 3_600_000;
export const DAY_MS = 86_400_000;

/** A stretch `[from, until)` within one UTC day in which a zone's offset does not change. */
export interface OffsetSpan {
  readonly from: EpochMs;
  readonly until: EpochMs;
  /** Local time minus UTC. */
  readonly offsetMs: number;
}

/** An IANA zone's rules. Pure: what it remembers only saves asking again. */
export interface TimeZone {
  /** As it was written; one zone may have several names. */
  readonly name: string;
  /** The stretch of constant offset that holds the instant. */
  spanAt(instant: EpochMs): OffsetSpan;
  /** What the local clock shows at the instant. */
  toLocal(instant: EpochMs): LocalMs;
  /**
   * The first instant at which the local clock shows this reading or a later one: where the reading is skipped, the
   * moment the clock jumps over it; where it is repeated, its first occurrence.
   */
  whenClockReaches(local: LocalMs): EpochMs;
}

/** What is wrong with the name of a zone and how to mend it; undefined for an IANA zone, in whatever case. */
export function checkTimeZone(name: string): string | undefined {
  if (isOffset(name)) return `${JSON.stringify(name)} is an offset, which knows no summer time: ${ADVICE}`;
  // Asking Intl costs half a millisecond, and a zone that is known was asked about.
  if (isInDatabase(name) && (zones.has(name) || offsetFormat(name) !== undefined)) return undefined;
  return `${JSON.stringify(name)} is no IANA time zone: ${ADVICE}`;
}

const ADVICE = 'write a name such as America/New_York or Asia/Kolkata.';

/** Intl takes a bare offset for a zone. */
function isOffset(name: string): boolean {
  return /^[+-]/.test(name);
}

/**
 * The names without a place in IANA's database (its files `northamerica`, `europe`, `etcetera` and `backward`). ICU has
 * more, of its own, and not what people mean by them: its `BST` is Dhaka, its `IST` Kolkata, its `PST` has summer time.
 */
const NAMES_WITHOUT_PLACE = new Set(
  (
    'CET CST6CDT Cuba EET EST EST5EDT Egypt Eire GB GB-Eire GMT GMT+0 GMT-0 GMT0 Greenwich HST Hongkong Iceland Iran ' +
    'Israel Jamaica Japan Kwajalein Libya MET MST MST7MDT NZ NZ-CHAT Navajo PRC PST8PDT Poland Portugal ROC ROK ' +
    'Singapore Turkey UCT UTC Universal W-SU WET Zulu'
  )
    .toUpperCase()
    .split(' '),
);

/** What ICU keeps that IANA has not, or no longer. */
const NAMES_OF_ICU_ALONE = /^(?:SystemV\/.*|US\/Pacific-New|Canada\/East-Saskatchewan)$/i;

function isInDatabase(name: string): boolean {
  return name.includes('/') ? !NAMES_OF_ICU_ALONE.test(name) : NAMES_WITHOUT_PLACE.has(name.toUpperCase());
}

const zones = new Map<string, TimeZone>();

/**
 * The zone of that name; each is made once. Takes what `checkTimeZone` takes, and ICU's own names too: they were once
 * accepted, and a plan that has kept one since, or a decision replayed, goes on as it was.
 *
 * @throws RangeError with `checkTimeZone`'s advice for an offset, or a name that is unknown
 */
export function timeZone(name: string): TimeZone {
  const known = zones.get(name);
  if (known) return known;
  const format = isOffset(name) ? undefined : offsetFormat(name);
  if (format === undefined) throw new RangeError(checkTimeZone(name));
  const zone = new CachedZone(name, format);
  zones.set(name, zone);
  return zone;
}

/** A process that looks at years of days keeps no more than these. */
const MAX_CACHED_DAYS = 4_096;

/** Clocks have been set up to this far from UTC (Manila before 1844); a reading lies that close to its instant. */
const MAX_OFFSET_MS = 16 * HOUR_MS;

class CachedZone implements TimeZone {
  readonly name: string;
  readonly #format: Intl.DateTimeFormat;
  readonly #days = new Map<number, readonly OffsetSpan[]>();
  #latest: OffsetSpan = { from: 0 as EpochMs, until: 0 as EpochMs, offsetMs: 0 };

  constructor(name: string, format: Intl.DateTimeFormat) {
    this.name = name;
    this.#format = format;
  }

  spanAt(instant: EpochMs): OffsetSpan {
    const latest = this.#latest;
    if (instant >= latest.from && instant < latest.until) return latest;
    const day = Math.floor(instant / DAY_MS);
    let spans = this.#days.get(day);
    if (!spans) {
      if (this.#days.size >= MAX_CACHED_DAYS) this.#days.clear();
      spans = this.#spansOfDay(day);
      this.#days.set(day, spans);
    }
    for (const span of spans) if (instant < span.until) return (this.#latest = span);
    throw new RangeError(`${instant} is no instant`);
  }

  toLocal(instant: EpochMs): LocalMs {
    return (instant + this.spanAt(instant).offsetMs) as LocalMs;
  }

  whenClockReaches(local: LocalMs): EpochMs {
    let span = this.spanAt((local - MAX_OFFSET_MS) as EpochMs);
    while (span.until + span.offsetMs <= local) span = this.spanAt(span.until);
    return Math.max(span.from, local - span.offsetMs) as EpochMs;
  }

  /** A zone changes its offset at most once in a UTC day, so equal offsets at both ends mean no change between. */
  #spansOfDay(day: number): readonly OffsetSpan[] {
    const from = (day * DAY_MS) as EpochMs;
    const until = (from + DAY_MS) as EpochMs;
    const offsetMs = this.#askOffset(from);
    const offsetAfter = this.#askOffset(until - 1);
    if (offsetMs === offsetAfter) return [{ from, until, offsetMs }];
    let before = from as number;
    let after = until - 1;
    while (after - before > 1) {
      const middle = Math.floor((before + after) / 2);
      if (this.#askOffset(middle) === offsetMs) before = middle;
      else after = middle;
    }
    const change = after as EpochMs;
    return [
      { from, until: change, offsetMs },
      { from: change, until, offsetMs: offsetAfter },
    ];
  }

  #askOffset(instant: number): number {
    return parseOffset(this.#format.format(instant));
  }
}

function offsetFormat(name: string): Intl.DateTimeFormat | undefined {
  try {
    return new Intl.DateTimeFormat('en-US', { timeZone: name, timeZoneName: 'longOffset' });
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

/** Reads `11/14/2023, GMT-05:00`; local mean times of old have seconds too, and Greenwich stands as `GMT` alone. */
function parseOffset(text: string): number {
  const [, sign, hours, minutes, seconds] = /GMT(?:([+-])(\d\d):(\d\d)(?::(\d\d))?)?$/.exec(text) ?? [];
  if (sign === undefined) return 0;
  const size = Number(hours) * HOUR_MS + Number(minutes) * MINUTE_MS + Number(seconds ?? 0) * 1_000;
  return sign === '-' ? -size : size;
}
