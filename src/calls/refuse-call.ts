import type { Refusal } from '../domain/call/admission-plan.ts';
import { screenCall } from '../domain/call/screening.ts';
import type { CallId } from '../domain/ids.ts';
import type { Ani } from '../domain/numbers/e164.ts';
import type { Campaign, DuplicateRule } from '../domain/plan/campaign.ts';
import { findBlock } from '../domain/routing/blocklist.ts';
import { decisionOutcome } from '../domain/routing/decision-outcome.ts';
import type { RouteDecision } from '../domain/routing/route-decision.ts';
import type { RoutingSnapshot } from '../domain/routing/routing-snapshot.ts';
import type { EpochMs } from '../domain/time.ts';
import { callerHistory } from './offer-for-call.ts';
import type { AdmissionView } from './ports/call-store.ts';

/** Why a call goes no further, and what its caller is told. */
export type Refused = Omit<Refusal, 'kind' | 'decision' | 'announce'>;

/** A call before it is routed. */
export interface ArrivingCall {
  readonly callId: CallId;
  readonly ani: Ani;
  readonly at: EpochMs;
  /** Null where the number dialled is none of ours, or is switched off. */
  readonly campaign: Campaign | null;
  readonly attestation: 'A' | 'B' | 'C' | null;
  readonly trunkLimit: 'cps' | 'concurrent' | null;
}

const HOUR_MS = 3_600_000;

/** Statuses: 603 Decline (RFC 3261 §21.6.2), the caller is not to try again. */
const SOLD_ALREADY: Refused = { outcome: 'blocked', sipStatus: 603, cause: 'duplicate-caller' };

/** The reason for which a call is not routed at all: screening first, then a caller already sold. Null where it is. */
export function refuseBeforeRouting(
  call: ArrivingCall,
  snapshot: RoutingSnapshot,
  view: AdmissionView,
): Refused | null {
  const { campaign, ani, at, attestation, trunkLimit } = call;
  const screened = screenCall({
    trunkLimit,
    campaign,
    ani,
    blocked: findBlock(snapshot, ani, at),
    attestation,
    callsThisHour: campaign === null ? 0 : callsThisHour(view, campaign, call),
  });
  if (screened !== null || campaign === null) return screened;
  // Where the rule's scope is the buyer, another buyer may still take the caller: routing finds out.
  if (!rejectsDuplicates(campaign.duplicates) || campaign.duplicates.scope === 'buyer') return null;
  const query = callerHistory({ ...call, campaign });
  return query !== undefined && view.latestPriorCall(query) !== undefined ? SOLD_ALREADY : null;
}

/**
 * Why a call is refused that found no one to dial: its caller was sold to every buyer who would take them now; all is
 * closed; or nothing fits (a route that fits but can't be dialled counts as nothing).
 */
export function refuseAfterRouting(decision: RouteDecision, { duplicates }: Pick<Campaign, 'duplicates'>): Refused {
  const { candidates } = decision;
  const outcome = decisionOutcome(decision).kind;
  const sold = outcome === 'no-route' && candidates.some(({ reason }) => reason === 'duplicate-excluded');
  if (sold && rejectsDuplicates(duplicates)) return SOLD_ALREADY;
  return outcome === 'after-hours'
    ? { outcome: 'after-hours', sipStatus: 480, cause: 'after-hours' }
    : { outcome: 'no-route', sipStatus: 480, cause: 'no-route' };
}

function rejectsDuplicates({ routing }: DuplicateRule): boolean {
  return routing === 'reject';
}

function callsThisHour(view: AdmissionView, campaign: Campaign, { ani, at }: ArrivingCall): number {
  if (campaign.screening.maxCallsPerAniPerHour === undefined || ani === 'anonymous') return 0;
  return view.callsFromAni(ani, campaign.id, (at - HOUR_MS) as EpochMs);
}
