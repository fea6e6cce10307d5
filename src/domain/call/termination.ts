import type { Attempt } from './attempt.ts';
import type { HangupBy, Outcome } from './cdr.ts';

/** Why a call ended, decided once, at the moment it began to end. */
export interface Termination {
  readonly outcome: Outcome;
  readonly hangupBy: HangupBy;
  /** Final status the caller saw or will see; null where none could be sent. */
  readonly sipStatus: number | null;
  /** One word or the other side's own cause, for the CDR. */
  readonly cause: string;
}

/**
 * What every attempt failing means to the caller: 486 where all were busy, else 480. The outcome is the most telling
 * of the ways they failed: someone rang unanswered, someone declined, someone was busy, or nothing worked at all. The
 * cause is the one the last of them gave.
 */
export function everyAttemptFailed(attempts: readonly Attempt[]): Termination {
  const ends = attempts.flatMap((attempt) =>
    attempt.phase === 'closed' ? [attempt.end.reason] : [attempt.phase === 'cancelling' ? attempt.cancelledFor : null],
  );
  const allBusy = ends.length > 0 && ends.every((reason) => reason === 'busy');
  const outcome: Outcome = allBusy
    ? 'busy'
    : ends.includes('no-answer')
      ? 'no-answer'
      : ends.includes('declined') || ends.includes('not-accepted')
        ? 'rejected'
        : ends.includes('busy')
          ? 'busy'
          : 'failed';
  const cause = causeOfRefusal(attempts.at(-1)) ?? 'every-attempt-failed';
  return { outcome, hangupBy: 'system', sipStatus: allBusy ? 486 : 480, cause };
}

/** What a destination said beside the status it refused with; null where it said nothing, or never got to. */
function causeOfRefusal(attempt: Attempt | undefined): string | null {
  return attempt?.phase === 'closed' && attempt.end.sipStatus !== null ? attempt.end.cause : null;
}

/** Sorts an INVITE's final failure into what it means for the next attempt (RFC 3261 §21.4–21.6). */
export function failureReason(
  sipStatus: number | null,
): 'busy' | 'declined' | 'no-answer' | 'unavailable' | 'failed' | 'redirected' {
  if (sipStatus === null) return 'failed';
  if (sipStatus === 486 || sipStatus === 600) return 'busy';
  if (sipStatus === 603 || sipStatus === 403 || sipStatus === 607 || sipStatus === 608) return 'declined';
  if (sipStatus === 408) return 'no-answer';
  if (sipStatus === 480) return 'unavailable';
  if (sipStatus >= 300 && sipStatus < 400) return 'redirected';
  return 'failed';
}

/** Whether another of the destination's gateways may do better: the network failed, not the callee. */
export function nextAddressMayHelp(sipStatus: number | null): boolean {
  return sipStatus === null || sipStatus === 408 || sipStatus === 480 || (sipStatus >= 500 && sipStatus < 600);
}

/** The caller's CANCEL (or a BYE in an early dialog): nobody answered in time for them. */
export function callerGaveUp(cause: string | null): Termination {
  return { outcome: 'abandoned', hangupBy: 'caller', sipStatus: 487, cause: cause ?? 'caller-cancelled' };
}

/** Someone ended a conversation that was. */
export function conversationOver(hangupBy: HangupBy, cause: string | null): Termination {
  return { outcome: 'connected', hangupBy, sipStatus: 200, cause: cause ?? 'normal' };
}

/** What was promised to the caller needs a media server, and there is none. */
export function mediaFailure({
  sipStatus,
  cause,
}: {
  readonly sipStatus: 488 | 503;
  readonly cause: string;
}): Termination {
  return { outcome: 'failed', hangupBy: 'system', sipStatus, cause };
}

/** We ended the call ourselves, before or after the caller was answered. */
export function requestedEnd(cause: 'operator' | 'drain' | 'defect' | 'link-lost', answered: boolean): Termination {
  if (answered) return { outcome: 'connected', hangupBy: 'system', sipStatus: 200, cause };
  const sipStatus = { operator: 480, drain: 503, defect: 500, 'link-lost': 503 }[cause];
  return { outcome: 'failed', hangupBy: 'system', sipStatus, cause };
}
