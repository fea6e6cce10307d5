import type { AttemptId } from '../ids.ts';
import type { Moment } from './moment.ts';
import type { AdmissionPlan } from './admission-plan.ts';
import type { DialTarget } from './dial-target.ts';
import type { CallTimer } from './call-effect.ts';
import type { AttemptReason } from './attempt.ts';

/** What was last known of a leg that is gone without a word. */
export interface LastProof {
  /** Our own word for why it counts as gone. */
  readonly cause: string;
  /** When its other side last showed that it was there; null where it has not since it was connected. */
  readonly heardAt: Moment | null;
  /** It may have answered refreshes since that nobody told us of, the last of them at most so long ago; null: it has not. */
  readonly unseenMs: number | null;
}

/**
 * What can happen to a call, in the words of the world that reports it. Any event may come in any state: a late one is
 * an event like another, and the machine says what it means then.
 */
export type CallEvent =
  /** The store screened, routed and reserved. */
  | { readonly type: 'admitted'; readonly plan: AdmissionPlan }
  /** The store could not take the call: it can't be billed, so it isn't admitted. */
  | { readonly type: 'admissionFailed' }
  /** Places for further attempts are held; empty where no route is left. */
  | { readonly type: 'reserved'; readonly targets: readonly DialTarget[] }
  | { readonly type: 'reservationFailed' }
  /** 18x with or without SDP from a destination. */
  | {
      readonly type: 'attemptProgress';
      readonly attemptId: AttemptId;
      readonly status: 180 | 183;
      readonly sdp: string | null;
    }
  | { readonly type: 'attemptAnswered'; readonly attemptId: AttemptId; readonly sdp: string }
  /** Final failure of an INVITE; `sipStatus` null where the network gave none. */
  | {
      readonly type: 'attemptFailed';
      readonly attemptId: AttemptId;
      readonly sipStatus: number | null;
      readonly cause: string | null;
      readonly reason?: AttemptReason;
    }
  /** The destination hung up, or its dialog died. */
  | { readonly type: 'attemptHungUp'; readonly attemptId: AttemptId; readonly cause: string | null }
  /** The destination is gone without a word: its session was not refreshed, or never came about. */
  | ({ readonly type: 'attemptVanished'; readonly attemptId: AttemptId } & LastProof)
  /** The caller gave up before an answer. */
  | { readonly type: 'callerCancelled'; readonly cause: string | null }
  | { readonly type: 'callerAcked' }
  | { readonly type: 'callerHungUp'; readonly cause: string | null }
  /** The caller is gone without a word: its session was not refreshed, or its ACK never came. */
  | ({ readonly type: 'callerVanished' } & LastProof)
  /** Our answer could not be sent to the caller. */
  | { readonly type: 'callerAnswerFailed'; readonly cause: string }
  /** The caller's leg is gone after we ended it. */
  | { readonly type: 'callerLegClosed' }
  | { readonly type: 'timerFired'; readonly timer: CallTimer }
  /** An operator, a drain or a defect ends the call. */
  | { readonly type: 'endRequested'; readonly cause: 'operator' | 'drain' | 'defect' | 'link-lost' };
