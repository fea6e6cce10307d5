import type { EpochMs } from '../time.ts';

/** What came of one post: the status that was answered, or why there was none. */
export interface PostOutcome {
  /** Null where nothing was answered. */
  readonly status: number | null;
  /** In a few words, for the delivery log; null where the answer was a success. */
  readonly error: string | null;
  /** The answer's Retry-After header; null where it has none. */
  readonly retryAfter: string | null;
}

/** What becomes of a delivery after a post. */
export type PostVerdict =
  | { readonly kind: 'delivered' }
  | {
      readonly kind: 'retry';
      readonly dueAt: EpochMs;
      /** The receiver asked for silence until `dueAt`: for this webhook altogether, not for this delivery alone. */
      readonly holdsAll: boolean;
    }
  /** `gone`: the receiver says that it wants nothing ever again. `expired`: it was tried for long enough. */
  | { readonly kind: 'dead'; readonly reason: 'gone' | 'expired' };

/** The longest first wait; each after it may be twice as long, up to `LONGEST_WAIT_MS`. */
const FIRST_WAIT_MS = 5_000;
const LONGEST_WAIT_MS = 6 * 3_600_000;

/** A Retry-After of 0 would be a request for as many posts as we can make. */
const SHORTEST_ASKED_WAIT_MS = 1_000;

/** How long a delivery is tried. */
export const GIVE_UP_AFTER_MS = 3 * 86_400_000;

/** A webhook that nothing got through to for so long is switched off. */
export const DISABLE_AFTER_MS = 5 * 86_400_000;

/**
 * Decides what becomes of a delivery: any 2xx delivers it, 410 ends it, all else is tried again after an exponential wait
 * with full jitter (so that what failed together does not come back together), or when the receiver asks for it.
 *
 * @param delivery.tries made so far, this one included
 * @param draw a number from 0 to below 1
 */
export function judgePost(
  { status, retryAfter }: PostOutcome,
  delivery: { readonly tries: number; readonly createdAt: EpochMs },
  now: EpochMs,
  draw: number,
): PostVerdict {
  if (status !== null && status >= 200 && status < 300) return { kind: 'delivered' };
  if (status === 410) return { kind: 'dead', reason: 'gone' };
  const asked = status === 429 || status === 503 ? askedWaitMs(retryAfter, now) : undefined;
  const dueAt = (now + (asked ?? waitMs(delivery.tries, draw))) as EpochMs;
  if (dueAt > delivery.createdAt + GIVE_UP_AFTER_MS) return { kind: 'dead', reason: 'expired' };
  return { kind: 'retry', dueAt, holdsAll: asked !== undefined };
}

/** Whether a webhook that just let a delivery die has been failing for so long that it is switched off. */
export function isLost(failingSince: EpochMs | null, now: EpochMs): boolean {
  return failingSince !== null && now - failingSince >= DISABLE_AFTER_MS;
}

function waitMs(tries: number, draw: number): number {
  return Math.floor(draw * Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** (tries - 1)));
}

/** Seconds or a date (RFC 9110 section 10.2.3), within bounds of our own; undefined for anything else. */
function askedWaitMs(retryAfter: string | null, now: EpochMs): number | undefined {
  if (retryAfter === null) return undefined;
  const text = retryAfter.trim();
  // Date.parse takes many forms that no server means; those that name a day and GMT are the ones HTTP knows.
  const wait = /^\d{1,9}$/.test(text)
    ? Number(text) * 1_000
    : /^[A-Z][a-z]+, .* GMT$/.test(text)
      ? Date.parse(text) - now
      : Number.NaN;
  return Number.isNaN(wait) ? undefined : Math.min(LONGEST_WAIT_MS, Math.max(SHORTEST_ASKED_WAIT_MS, wait));
}
