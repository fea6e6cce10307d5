import type { CallId, CampaignId, PublisherId, RecordingId, TrunkId } from '../ids.ts';
import type { Ani, E164 } from '../numbers/e164.ts';
import type { CallerLocation } from '../numbers/location.ts';
import type { RouteDecision } from '../routing/route-decision.ts';
import type { Attempt } from './attempt.ts';
import type { Moment } from './moment.ts';

/** What the caller's INVITE said, parsed and normalised. Never changes during the call. */
export interface CallOrigin {
  readonly callId: CallId;
  readonly trunkId: TrunkId;
  /** Null where the number dialled is none of ours. */
  readonly did: E164 | null;
  readonly dnis: string;
  readonly ani: Ani;
  readonly callerName: string | null;
  readonly campaignId: CampaignId | null;
  readonly publisherId: PublisherId | null;
  readonly location: CallerLocation | null;
  readonly attestation: 'A' | 'B' | 'C' | null;
  readonly receivedAt: Moment;
}

/** What the caller was told and asked before routing, and what came of it. */
export interface Inquiry {
  readonly startedAt: Moment;
  /** Null while it goes on. */
  readonly endedAt: Moment | null;
  readonly zip: string | null;
  readonly category: string | null;
  /** Where the caller is, by what they entered; null until it is known. */
  readonly location: CallerLocation | null;
}

/** What has happened in a call so far; grows, and is never rewritten. */
export interface CallFacts {
  readonly origin: CallOrigin;
  readonly screenedAt: Moment | null;
  /** Null where the call was routed without asking its caller anything. */
  readonly inquiry: Inquiry | null;
  /** Our 200, where the caller was answered before there was anyone to talk to. */
  readonly answeredAt: Moment | null;
  /** Of the conversation, or of the message the caller left. */
  readonly recordingId: RecordingId | null;
  readonly decision: RouteDecision | null;
  /** In the order dialled. */
  readonly attempts: readonly Attempt[];
}

/** A call of which nothing is known but where it comes from. */
export function newFacts(origin: CallOrigin): CallFacts {
  return {
    origin,
    screenedAt: null,
    inquiry: null,
    answeredAt: null,
    recordingId: null,
    decision: null,
    attempts: [],
  };
}

/** The facts with one attempt replaced by its newer self. */
export function withAttempt(facts: CallFacts, attempt: Attempt): CallFacts {
  return { ...facts, attempts: facts.attempts.map((a) => (a.attemptId === attempt.attemptId ? attempt : a)) };
}
