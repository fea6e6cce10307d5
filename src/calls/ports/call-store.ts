import type { AdmissionPlan } from '../../domain/call/admission-plan.ts';
import type { Cdr } from '../../domain/call/cdr.ts';
import type { CallId, CampaignId, AttemptId, BuyerId, DestinationId, RouteId, TrunkId } from '../../domain/ids.ts';
import type { Terms } from '../../domain/billing/terms.ts';
import type { JudgedCall } from '../../domain/billing/judge-call.ts';
import type { Ani, E164 } from '../../domain/numbers/e164.ts';
import type { PriorCallQuery, PriorCalls } from '../../domain/billing/prior-calls.ts';
import type { CapUsage } from '../../domain/routing/caps.ts';
import type { DecisionBasis } from '../../domain/routing/decision-basis.ts';
import type { RouteRecord } from '../../domain/routing/order.ts';
import type { EpochMs } from '../../domain/time.ts';

/** What an admission may read, all inside its own transaction. */
export interface AdmissionView extends CapUsage, PriorCalls {
  /** Calls this ANI made to the campaign since the instant, this one not included, whatever became of them. */
  callsFromAni(ani: Ani, campaignId: CampaignId, since: EpochMs): number;
  /** Every buyer the caller reached in matching calls. */
  priorBuyers(query: PriorCallQuery): readonly BuyerId[];
  /** How the route did in the 30 days up to the instant; may be a minute old. */
  routeRecord(routeId: RouteId, at: EpochMs): RouteRecord;
}

/** What is known of a call when it is admitted. */
export interface OpenCall {
  readonly id: CallId;
  readonly trunkId: TrunkId;
  readonly did: E164 | null;
  readonly dnis: string;
  readonly ani: Ani;
  readonly sipCallId: string;
  readonly receivedAt: EpochMs;
  /** The CDR as it stands, with nulls for what has not happened: what a crash would leave behind. */
  readonly draft: Cdr;
}

/** A place held in every cap an attempt could still fill: rows by attempt id, so that release is idempotent. */
export interface Reservation {
  readonly attemptId: AttemptId;
  readonly routeId: RouteId;
  readonly destinationId: DestinationId;
  readonly buyerId: BuyerId;
  /** The most this call could cost the buyer. */
  readonly pendingMicros: number;
  readonly terms: Terms;
}

/**
 * An INVITE without its answer, as the SIP server knows it, and the dialog that the answer makes (it is named by the
 * INVITE alone): so that a restart can cancel what still rings, and BYE what was answered in the meantime.
 */
export interface PendingLeg {
  readonly side: 'caller' | 'buyer';
  readonly transactionId: string;
  readonly dialogId: string;
}

/** Dialog ids as the SIP server knows them, so that a restart can BYE what it finds still up. */
export interface ConnectedCall {
  readonly callId: CallId;
  /** The place it is held by; those of all who were rung beside it are given back. */
  readonly reservationId: AttemptId;
  readonly callerDialogId: string;
  readonly buyerDialogId: string;
  /** The CDR as it stands at connect. */
  readonly draft: Cdr;
}

/** What a settlement may read, all inside its own transaction. */
export interface SettlementView extends CapUsage, PriorCalls {}

/**
 * Where calls are kept. Each method is one atomic transaction and resolves when it is durable enough for its purpose
 * (a settlement survives power loss; the others survive the death of the process). Rejects with a StoreUnavailable
 * AppError where nothing could be written; then nothing was.
 */
export interface CallStore {
  /**
   * Lets `decide` read the caps and earlier calls, inserts the open call with the decision, and holds the places it
   * asks for: all or nothing, so that calls arriving together never pass a cap. `decide` is pure and may run again.
   */
  admitCall(
    call: OpenCall,
    decide: (view: AdmissionView) => {
      readonly plan: AdmissionPlan;
      readonly reserve: readonly Reservation[];
      readonly draft: Cdr;
      /** What the decision rested on, kept beside the CDR so that it can be replayed; absent where none was made. */
      readonly basis?: DecisionBasis | null;
    },
  ): Promise<AdmissionPlan>;

  /**
   * Routes a call that was admitted without being routed, because its caller was to be asked first: as `admitCall`, on the
   * call that is there. Resolves to null where it has been settled meanwhile.
   */
  routeCall(
    callId: CallId,
    decide: (view: AdmissionView) => {
      readonly plan: AdmissionPlan;
      readonly reserve: readonly Reservation[];
      readonly draft: Cdr;
      readonly basis?: DecisionBasis | null;
    },
  ): Promise<AdmissionPlan | null>;

  /**
   * Releases the places of attempts that are over and holds those `choose` asks for on the caps as they are now.
   * Resolves to null where the call has already been settled.
   */
  reserveAttempts<Choice extends { readonly reserve: readonly Reservation[] }>(
    callId: CallId,
    release: readonly AttemptId[],
    choose: (view: AdmissionView) => Choice,
  ): Promise<Choice | null>;

  /** Persists that a bLeg's INVITE is out, and whose call it is part of. Nothing where the call is settled already. */
  recordDialed(callId: CallId, legs: readonly PendingLeg[]): Promise<void>;

  /** Persists what is known of an open call so far. Nothing where it is settled already. */
  recordDraft(callId: CallId, draft: Cdr): Promise<void>;

  /** Persists that both legs are up, with their dialog ids. */
  recordConnected(connected: ConnectedCall): Promise<void>;

  /**
   * Ends a call for good: releases all its places, lets `judge` see earlier calls and caps, writes the CDR with its
   * verdicts, its ledger postings and counters. A call already settled is left as it is and its CDR returned.
   */
  settleCall(callId: CallId, judge: (view: SettlementView) => JudgedCall): Promise<Cdr>;

  /** Persists that the process and its open calls were alive at this instant: the last proof of life. */
  recordAlive(at: EpochMs): Promise<void>;
}
