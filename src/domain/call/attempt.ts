import type { AttemptId } from '../ids.ts';
import type { DialAddress, DialTarget } from './dial-target.ts';
import type { Moment } from './moment.ts';

/** Why an attempt ended without a conversation. */
export type AttemptReason =
  | 'busy'
  | 'declined'
  /** Somebody answered, and did not press the key that takes the call. */
  | 'not-accepted'
  | 'no-answer'
  | 'unavailable'
  | 'failed'
  | 'redirected'
  | 'loop'
  /** Its trunk may not dial numbers that begin like this one. */
  | 'not-allowed'
  | 'cancelled'
  | 'answered-elsewhere'
  | 'answered-too-late'
  | 'setup-budget'
  | 'link-lost';

/** How an attempt ended. */
export interface AttemptEnd {
  readonly at: Moment;
  /** Final status of its INVITE; null where none came. */
  readonly sipStatus: number | null;
  /** Q.850 or SIP cause as the other side gave it, else our own word; null where there is none. */
  readonly cause: string | null;
  /** Null where it connected and ended with its conversation. */
  readonly reason: AttemptReason | null;
}

interface AttemptBase {
  readonly attemptId: AttemptId;
  /** 1, 2, … in the order dialled. */
  readonly seq: number;
  readonly target: DialTarget;
  /** Which of the target's addresses this INVITE went to. */
  readonly addressIndex: number;
  readonly startedAt: Moment;
  readonly ringingAt: Moment | null;
}

/**
 * One bLeg INVITE.
 *
 *     inviting ──18x──▶ ringing ──2xx──▶ answered ──BYE──▶ closed
 *        │ │                  └─2xx─▶ accepting ─┴─not taken─▶ ▲     (accepting only through a media server)
 *        │ └──────────────2xx─────────────▲                  │
 *        ├──────────final failure────────────────────────────┤
 *        └──our CANCEL──▶ cancelling ──final, or late 2xx────┘
 */
export type Attempt =
  | (AttemptBase & { readonly phase: 'inviting' | 'ringing' })
  | (AttemptBase & { readonly phase: 'cancelling'; readonly cancelledFor: AttemptReason })
  /** Somebody answered, and has yet to take the call. */
  | (AttemptBase & { readonly phase: 'accepting'; readonly answeredAt: Moment })
  | (AttemptBase & { readonly phase: 'answered'; readonly answeredAt: Moment })
  | (AttemptBase & { readonly phase: 'closed'; readonly answeredAt: Moment | null; readonly end: AttemptEnd });

/** An attempt that the caller can still be connected to. */
export type PendingAttempt = Extract<Attempt, { phase: 'inviting' | 'ringing' | 'accepting' }>;

export function isPending(attempt: Attempt): attempt is PendingAttempt {
  return attempt.phase === 'inviting' || attempt.phase === 'ringing' || attempt.phase === 'accepting';
}

/** The address an attempt went to. */
export function addressOf(attempt: Attempt): DialAddress {
  return attempt.target.addresses[attempt.addressIndex] ?? attempt.target.addresses[0];
}

/** Ends an attempt; one that was being cancelled keeps the reason it was cancelled for. */
export function closeAttempt(attempt: Attempt, end: AttemptEnd): Attempt {
  if (attempt.phase === 'closed') return attempt;
  const reason =
    attempt.phase === 'cancelling' && end.reason !== 'answered-too-late' ? attempt.cancelledFor : end.reason;
  const { attemptId, seq, target, addressIndex, startedAt, ringingAt } = attempt;
  const answeredAt = attempt.phase === 'answered' || attempt.phase === 'accepting' ? attempt.answeredAt : null;
  return {
    attemptId,
    seq,
    target,
    addressIndex,
    startedAt,
    ringingAt,
    phase: 'closed',
    answeredAt,
    end: { ...end, reason },
  };
}
