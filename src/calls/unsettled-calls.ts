import type { MonoMs } from '../domain/time.ts';
import type { CallRegistry } from './call-registry.ts';

/** Calls that are over and whose record is not written yet. */
export interface UnsettledCalls {
  readonly count: number;
  /** How long ago the first of them ended; 0 where there is none. */
  readonly oldestMs: number;
}

/** Looks through the calls in progress for those that wait for the store alone. */
export function findUnsettledCalls(registry: CallRegistry, now: MonoMs): UnsettledCalls {
  let count = 0;
  let oldestMs = 0;
  for (const { state } of registry.list()) {
    if (state.kind !== 'ended') continue;
    count += 1;
    oldestMs = Math.max(oldestMs, now - state.endedAt.mono);
  }
  return { count, oldestMs };
}
