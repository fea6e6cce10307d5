import type { AttemptId } from '../ids.ts';
import type { Attempt, AttemptReason } from './attempt.ts';
import type { CallFacts } from './call-facts.ts';
import type { Conversation, Talk } from './call-state.ts';
import type { Moment } from './moment.ts';
import type { Program } from './program.ts';
import type { Termination } from './termination.ts';

/** Timers a call runs; each exists at most once at a time. */
export type CallTimer =
  | { readonly kind: 'setup-budget' }
  | { readonly kind: 'ring'; readonly attemptId: AttemptId }
  | { readonly kind: 'ack' }
  | { readonly kind: 'max-call' }
  | { readonly kind: 'ending' };

/** A call that has ended, as it is settled. */
export interface EndedCall {
  readonly facts: CallFacts;
  readonly termination: Termination;
  readonly talk: Talk;
  readonly endedAt: Moment;
}

/** What the machine asks the world to do. Effects are carried out in order; none reports success but by an event. */
export type CallEffect =
  | { readonly type: 'reserveNext'; readonly release: readonly AttemptId[] }
  /** A destination has failed while others still ring: what it held can be had by other calls. */
  | { readonly type: 'releasePlace'; readonly reservationId: AttemptId }
  | { readonly type: 'dial'; readonly attempt: Attempt }
  /** CANCEL with a Reason, or nothing where its final response is already here. */
  | { readonly type: 'cancelAttempt'; readonly attemptId: AttemptId; readonly reason: AttemptReason }
  /** ACK and BYE an answered bLeg, wanted or late. */
  | { readonly type: 'hangUpAttempt'; readonly attemptId: AttemptId; readonly cause: string }
  | {
      readonly type: 'showProgress';
      readonly attemptId: AttemptId;
      readonly status: 180 | 183;
      readonly sdp: string | null;
    }
  /** 200 with the other side's SDP, or with the media server's where it is null. */
  | { readonly type: 'answerCaller'; readonly sdp: string | null }
  /** The caller is to be heard by a media server. */
  | { readonly type: 'openMedia' }
  /** The media server does with the caller what the program says. */
  | { readonly type: 'runProgram'; readonly program: Program }
  /** What was asked of the caller is known: the store is to route and reserve. */
  | { readonly type: 'route'; readonly zip: string | null; readonly category: string | null }
  /** Whoever answered is asked whether they take the call; nothing is asked where the destination asks for nothing. */
  | { readonly type: 'screenBuyer'; readonly attemptId: AttemptId }
  | { readonly type: 'rejectCaller'; readonly status: number; readonly cause: string }
  | { readonly type: 'hangUpCaller'; readonly cause: string }
  /** Both legs are up: in-dialog requests of one are carried to the other from here. */
  | { readonly type: 'joinLegs'; readonly attemptId: AttemptId }
  | { readonly type: 'recordConnected'; readonly conversation: Conversation }
  /** What is known of the call so far is to outlive the process. */
  | { readonly type: 'recordDraft' }
  | { readonly type: 'startTimer'; readonly timer: CallTimer; readonly delayMs: number }
  | { readonly type: 'stopTimer'; readonly timer: CallTimer }
  /** Release every reservation, close the media, write the CDR with its verdicts. Exactly once in a call. */
  | { readonly type: 'settle'; readonly ended: EndedCall };
