import type { TrunkId } from '../domain/ids.ts';
import type { Trunk } from '../domain/plan/trunk.ts';
import type { MonoMs } from '../domain/time.ts';

interface Bucket {
  tokens: number;
  filledAt: MonoMs;
}

/**
 * Holds each trunk to its own limits: new calls a second by a token bucket one second deep, and calls at once. Refused
 * calls take no token, so a flood can't starve the calls that fit.
 */
export class TrunkGate {
  readonly #buckets = new Map<TrunkId, Bucket>();

  /** The limit a new call would pass, or null; `live` is how many calls of the trunk are up now. */
  check(trunk: Trunk, live: number, now: MonoMs): 'cps' | 'concurrent' | null {
    if (trunk.maxConcurrent !== undefined && live >= trunk.maxConcurrent) return 'concurrent';
    if (trunk.maxCps === undefined) return null;
    const bucket = this.#buckets.get(trunk.id) ?? { tokens: trunk.maxCps, filledAt: now };
    const gained = ((now - bucket.filledAt) / 1_000) * trunk.maxCps;
    bucket.tokens = Math.min(trunk.maxCps, bucket.tokens + gained);
    bucket.filledAt = now;
    this.#buckets.set(trunk.id, bucket);
    if (bucket.tokens < 1) return 'cps';
    bucket.tokens -= 1;
    return null;
  }
}
