import { elapsedMs, type Millis, type MonoMs } from '../time.ts';

/** The instants of one attempt that its post-dial delay is measured between. */
export interface AttemptSignals {
  readonly invitedAt: MonoMs;
  /** First 18x; null where none came. */
  readonly ringingAt: MonoMs | null;
  /** Final response to the INVITE; null where none came yet. */
  readonly finalAt: MonoMs | null;
}

/**
 * Post-dial delay: from the bLeg INVITE to its first 18x or final response, whichever came first; null while the
 * destination has been silent.
 */
export function pddMs({ invitedAt, ringingAt, finalAt }: AttemptSignals): Millis | null {
  const firstSign = ringingAt ?? finalAt;
  return firstSign === null ? null : elapsedMs(invitedAt, firstSign);
}
