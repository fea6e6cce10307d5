import type { EpochMs } from '../time.ts';

/** What is known of a carrier's gateway by asking it. `unknown` until it has answered, or failed to, often enough. */
export const GATEWAY_STATES = ['up', 'down', 'unknown'] as const;

export type GatewayState = (typeof GATEWAY_STATES)[number];

/** How a gateway stands. */
export interface GatewayHealth {
  readonly state: GatewayState;
  /** Misses in a row. */
  readonly misses: number;
  /** When it last answered anything at all; null where it never has. */
  readonly lastAnswerAt: EpochMs | null;
  /** Status of that answer. */
  readonly lastStatus: number | null;
}

/** So many misses in a row, and it counts as down. */
export const MISSES_UNTIL_DOWN = 3;

/** Nothing has been heard of it yet. */
export const UNHEARD: GatewayHealth = { state: 'unknown', misses: 0, lastAnswerAt: null, lastStatus: null };

/**
 * Statuses that say the gateway can't take calls now. 408 and 503 are also what a SIP server makes of silence and of a
 * refused connection (RFC 3261 §8.1.3.1). Any other answer, a refusal of OPTIONS itself included, is a sign of life.
 */
const MISSES = new Set([408, 500, 502, 503, 504]);

/** The health after one probe: the status of its answer, or null where none came. One good answer brings it back. */
export function afterProbe(health: GatewayHealth, status: number | null, at: EpochMs): GatewayHealth {
  const heard = status === null ? {} : { lastAnswerAt: at, lastStatus: status };
  if (status !== null && !MISSES.has(status)) return { ...health, ...heard, state: 'up', misses: 0 };
  const misses = health.misses + 1;
  return { ...health, ...heard, misses, state: misses >= MISSES_UNTIL_DOWN ? 'down' : health.state };
}

/** Whether an INVITE's failure is a reason to doubt the gateway itself: no answer at all, or that it can't serve. */
export function raisesSuspicion(sipStatus: number | null): boolean {
  return sipStatus === null || sipStatus === 408 || sipStatus === 503;
}
