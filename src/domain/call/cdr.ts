import type { Terms } from '../billing/terms.ts';
import type { Verdict } from '../billing/verdict.ts';
import type { BuyerId, CallId, CampaignId, DestinationId, PublisherId, RecordingId, RouteId, TrunkId } from '../ids.ts';
import type { E164, RecordedAni } from '../numbers/e164.ts';
import type { CallerLocation } from '../numbers/location.ts';
import type { RouteDecision } from '../routing/route-decision.ts';
import type { IsoInstant } from '../time.ts';

/** How a call ended, in one word. */
export const OUTCOMES = [
  'connected',
  'abandoned',
  'no-answer',
  'busy',
  'rejected',
  'failed',
  'no-route',
  'after-hours',
  'blocked',
  'unknown-did',
  'capacity',
  'voicemail',
  'interrupted',
] as const;
export type Outcome = (typeof OUTCOMES)[number];

export type HangupBy = 'caller' | 'buyer' | 'system';

/** One bLeg INVITE. */
export interface CdrAttempt {
  /** 1, 2, …, in the order dialled. */
  readonly seq: number;
  /** Null where the call was forwarded past all routes. */
  readonly routeId: RouteId | null;
  readonly destinationId: DestinationId;
  /** Where the INVITE went, `host:port`. */
  readonly gateway: string | null;
  readonly startedAt: IsoInstant;
  readonly ringingAt: IsoInstant | null;
  readonly answeredAt: IsoInstant | null;
  readonly endedAt: IsoInstant | null;
  /** INVITE to first 18x or final. */
  readonly pddMs: number | null;
  readonly sipStatus: number | null;
  readonly hangupCause: string | null;
  /** Why it ended where it did not connect: `busy`, `no-answer`, `cancelled`, `answered-elsewhere`, `loop` … */
  readonly reason: string | null;
}

/** The one record of a call, its attempts and its verdicts. Null means unknown or never happened. */
export interface Cdr {
  readonly id: CallId;
  readonly did: E164 | null;
  /** The number the caller dialled, as received. */
  readonly dnis: string;
  readonly ani: RecordedAni;
  readonly callerName: string | null;
  readonly trunkId: TrunkId;
  readonly campaignId: CampaignId | null;
  readonly publisherId: PublisherId | null;
  readonly receivedAt: IsoInstant;
  readonly screenedAt: IsoInstant | null;
  readonly answeredAt: IsoInstant | null;
  readonly connectedAt: IsoInstant | null;
  /** Null while the call is open. */
  readonly endedAt: IsoInstant | null;
  /** aLeg INVITE to first bLeg INVITE. */
  readonly setupMs: number | null;
  readonly pddMs: number | null;
  /** First 18x to connect, or to the end. */
  readonly ringMs: number | null;
  readonly ivrMs: number | null;
  readonly talkMs: number;
  readonly outcome: Outcome | null;
  /** The final status the caller saw. */
  readonly sipStatus: number | null;
  readonly hangupBy: HangupBy | null;
  readonly hangupCause: string | null;
  readonly buyerId: BuyerId | null;
  readonly destinationId: DestinationId | null;
  readonly routeId: RouteId | null;
  readonly location: CallerLocation | null;
  readonly attestation: 'A' | 'B' | 'C' | null;
  readonly terms: Terms | null;
  readonly buyerVerdict: Verdict | null;
  readonly publisherVerdict: Verdict | null;
  /** The end was inferred after a crash, not seen. */
  readonly estimated: boolean;
  readonly recordingId: RecordingId | null;
  readonly attempts: readonly CdrAttempt[];
  readonly decision: RouteDecision | null;
}
