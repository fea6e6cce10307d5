import { readFileSync } from 'node:fs';

import { OLDEST_NODE } from '../require-node.ts';
import { fail, ok, warn, type Finding } from './finding.ts';

/** Node, as `process.version` names it. */
export function checkNode(version: string): Finding {
  const major = Number(/^v(\d+)/.exec(version)?.[1]);
  if (major >= OLDEST_NODE) return ok('node', version);
  return fail('node', version, `Tollgate needs Node ${OLDEST_NODE} or later: use npm start or npx tollgate.`);
}

/** The same instant by two clocks. */
export interface ClockSample {
  readonly wallMs: number;
  readonly monotonicMs: number;
}

/** No clock that is right is before this release. */
const EARLIEST_MS = Date.UTC(2026, 10, 1);
/** What a clock that is being slewed gains or loses in the time between two samples is far less. */
const STEP_MS = 50;

/** The wall clock, looked at twice: schedules, windows and caps go by it. */
export function checkClock(first: ClockSample, second: ClockSample): Finding {
  const now = new Date(second.wallMs).toISOString();
  const remedy = 'Let chrony, ntpd or systemd-timesyncd keep the clock.';
  if (second.wallMs < EARLIEST_MS) return fail('clock', `${now} is before this Tollgate was made`, remedy);
  const stepMs = Math.round(second.wallMs - first.wallMs - (second.monotonicMs - first.monotonicMs));
  if (Math.abs(stepMs) > STEP_MS) return warn('clock', `was set by ${stepMs} ms just now, to ${now}`, remedy);
  return ok('clock', now);
}

/**
 * Whether Node's time zones know this year's daylight saving in New York: from 2:00 on the second Sunday of March to
 * 2:00 on the first of November (15 U.S.C. §260a).
 */
export function checkTimeZones(year: number): Finding {
  const begins = sundayOf(year, 2, 2, 7);
  const ends = sundayOf(year, 10, 1, 6);
  const offsets = [begins - 1, begins, ends - 1, ends].map(newYorkOffset);
  const version = `tz ${process.versions['tz'] ?? 'of the system'}`;
  if (offsets.join() === 'GMT-5,GMT-4,GMT-4,GMT-5') return ok('time zones', `${version}: New York is right in ${year}`);
  return fail(
    'time zones',
    `${version}: New York has ${offsets.join(', ')} around the changes of ${year}`,
    'Opening hours would be wrong: run a Node with full ICU data, of a release of this year.',
  );
}

/** The instant of an hour, UTC, on the nth Sunday of a month (0–11), in epoch milliseconds. */
function sundayOf(year: number, month: number, nth: number, hour: number): number {
  const first = new Date(Date.UTC(year, month, 1)).getUTCDay();
  return Date.UTC(year, month, 1 + ((7 - first) % 7) + (nth - 1) * 7, hour);
}

function newYorkOffset(at: number): string {
  const format = new Intl.DateTimeFormat('en-US', { timeZone: 'America/New_York', timeZoneName: 'shortOffset' });
  return format.formatToParts(at).find(({ type }) => type === 'timeZoneName')?.value ?? 'none';
}

/** What the embedded engine asks of the kernel for SIP that waits. */
const WANTED_BUFFER_BYTES = 4 * 1024 * 1024;
const BUFFER_FILE = '/proc/sys/net/core/rmem_max';

/** How much UDP may wait at most, in bytes; undefined where only the system knows. */
export function largestUdpBuffer(): number | undefined {
  try {
    return Number(readFileSync(BUFFER_FILE, 'utf8'));
  } catch {
    // No Linux, or a container that hides it.
    return undefined;
  }
}

/** Whether a burst of calls can wait in the kernel while one is handled. */
export function checkUdpBuffer(bytes: number | undefined): Finding {
  if (bytes === undefined) return ok('udp buffer', 'this system does not say');
  if (bytes >= WANTED_BUFFER_BYTES) return ok('udp buffer', `up to ${bytes} bytes`);
  return warn(
    'udp buffer',
    `the kernel allows ${bytes} bytes: bursts of calls may lose messages, which are sent again half a second later`,
    `sysctl -w net.core.rmem_max=${WANTED_BUFFER_BYTES}`,
  );
}
