import type { Brand } from './brand.ts';

/** Wall-clock instant, milliseconds since 1970-01-01T00:00:00Z. For display, schedules and windows, never for money. */
export type EpochMs = Brand<number, 'EpochMs'>;

/** Reading of a monotonic clock, milliseconds from an arbitrary origin of this process. Durations are differences of it. */
export type MonoMs = Brand<number, 'MonoMs'>;

/** A duration in whole milliseconds, measured on the monotonic clock. */
export type Millis = Brand<number, 'Millis'>;

/** ISO 8601 UTC with milliseconds, the one form instants take in the API and in CDRs. */
export type IsoInstant = Brand<string, 'IsoInstant'>;

/** Formats an instant as `2026-11-21T14:03:05.123Z`. */
export function toIso(instant: EpochMs): IsoInstant {
  return new Date(instant).toISOString() as IsoInstant;
}

/** Whole milliseconds between two readings of the monotonic clock; never negative. */
export function elapsedMs(from: MonoMs, to: MonoMs): Millis {
  return Math.max(0, Math.floor(to - from)) as Millis;
}
