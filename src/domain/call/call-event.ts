import type { AttemptId } from '../ids.ts';
import type { Moment } from './moment.ts';
import type { AdmissionPlan } from './admission-plan.ts';
import type { DialTarget } from './dial-target.ts';
import type { CallTimer } from './call-effect.ts';
import type { CallerLocation } from '../numbers/location.ts';
import type { RecordingId } from '../ids.ts';
import type { AttemptReason } from './attempt.ts';
import type { ProgramResult } from './program.ts';

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
  /** A 2xx whose audio goes through a media server: somebody is there, and may still have to take the call. */
  | { readonly type: 'attemptPickedUp'; readonly attemptId: AttemptId }
  /**
   * The two can talk: a 2xx, with its SDP, or where a media server stands between, whoever answered has taken the call;
   * `since` says whether by answering, or only now.
   */
  | {
      readonly type: 'attemptAnswered';
      readonly attemptId: AttemptId;
      readonly sdp: string | null;
      readonly since?: 'pickup' | 'now';
    }
  /** Whoever answered has not taken the call. */
  | { readonly type: 'attemptDeclined'; readonly attemptId: AttemptId }
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
  /** A media server has the caller; `needsAnswer` says that without a 200 it can't be heard (a late offer). */
  | { readonly type: 'mediaOpened'; readonly needsAnswer: boolean }
  /** None could take the caller: 488 where it has nothing to offer that one speaks, else 503. */
  | { readonly type: 'mediaRefused'; readonly sipStatus: 488 | 503; readonly cause: string }
  /** The media server is gone, and with it whatever passed through it. */
  | { readonly type: 'mediaLost'; readonly cause: string }
  /** Nothing has been heard of one side for so long. */
  | { readonly type: 'mediaSilent'; readonly silentMs: number }
  | { readonly type: 'programEnded'; readonly result: ProgramResult }
  | { readonly type: 'recordingStarted'; readonly recordingId: RecordingId }
  /** The store routed and reserved by what the caller said. */
  | { readonly type: 'routed'; readonly plan: AdmissionPlan; readonly location: CallerLocation | null }
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
