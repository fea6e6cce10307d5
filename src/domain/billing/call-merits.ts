import type { CallId } from '../ids.ts';
import type { Terms } from './terms.ts';
import type { Verdict, VerdictReason } from './verdict.ts';

/** What both verdicts of a call are judged on: measured facts, never a hangup cause. */
export interface CallMerits {
  /** The two parties could talk, and the caller had ACKed our 200. */
  readonly connected: boolean;
  /** Conversation, in whole milliseconds of the monotonic clock. */
  readonly talkMs: number;
  /** The end was inferred after a crash. */
  readonly estimated: boolean;
  /** Of the attempt that connected; null where none did. */
  readonly terms: Terms | null;
  /** The caller's call that was counted before this one, where the duplicate rule finds one. */
  readonly duplicateOf: CallId | undefined;
}

/** A call that nobody owes anything for. */
export function notBillable(reason: Exclude<VerdictReason, 'billable' | 'duplicate-caller'>): Verdict {
  return { billable: false, reason, amountMicros: 0 };
}

/** A call of a caller who was already counted, with the call that counted. */
export function duplicateCaller(earlier: CallId): Verdict {
  return { billable: false, reason: 'duplicate-caller', amountMicros: 0, duplicateOfCallId: earlier };
}

/** Whether a conversation reached a threshold: compared in milliseconds, without rounding. */
export function hasTalked(talkMs: number, minTalkS: number): boolean {
  return talkMs >= minTalkS * 1000;
}
