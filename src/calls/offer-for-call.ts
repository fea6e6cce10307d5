import { duplicateQuery } from '../domain/billing/duplicate-query.ts';
import type { PriorCallQuery } from '../domain/billing/prior-calls.ts';
import type { CallId, PublisherId } from '../domain/ids.ts';
import type { Ani, E164 } from '../domain/numbers/e164.ts';
import type { CallerLocation } from '../domain/numbers/location.ts';
import type { Campaign } from '../domain/plan/campaign.ts';
import type { CallOffer } from '../domain/routing/route-call.ts';
import type { EpochMs } from '../domain/time.ts';
import type { AdmissionView } from './ports/call-store.ts';

/** A call to one of our campaigns, made or imagined. */
export interface CampaignCall {
  readonly callId: CallId;
  readonly did: E164;
  readonly campaign: Campaign;
  readonly publisherId: PublisherId | null;
  readonly ani: Ani;
  readonly location: CallerLocation;
  /** What the caller said they want; null where they weren't asked. */
  readonly category: string | null;
  /** When it was received. */
  readonly at: EpochMs;
}

/** The call as routing sees it, with counters, records and the caller's earlier calls as they are in this view. */
export function offerForCall(call: CampaignCall, view: AdmissionView): CallOffer {
  const { did, campaign, publisherId, ani, location, category, at } = call;
  return {
    did,
    campaignId: campaign.id,
    publisherId,
    ani,
    location,
    category,
    usage: view,
    records: { get: (routeId) => view.routeRecord(routeId, at) },
    ...excludedAsDuplicates(call, view),
  };
}

/**
 * Earlier calls of the caller that bear on routing. While a call is being routed its buyer isn't known, so where the
 * rule's scope is the buyer this asks about every buyer's calls; what is found tells whose they were.
 */
export function callerHistory({
  campaign,
  callId,
  ani,
  at,
}: Pick<CampaignCall, 'campaign' | 'callId' | 'ani' | 'at'>): PriorCallQuery | undefined {
  const rule = campaign.duplicates;
  const scope = rule.scope === 'buyer' ? 'all' : rule.scope;
  return duplicateQuery({ ...rule, scope }, { callId, ani, campaignId: campaign.id, buyerId: null, at });
}

function excludedAsDuplicates(
  call: CampaignCall,
  view: AdmissionView,
): Pick<CallOffer, 'excludedBuyers' | 'excludedDestinations'> {
  const { routing, scope } = call.campaign.duplicates;
  const query = routing === 'allow' ? undefined : callerHistory(call);
  if (query === undefined) return {};
  if (routing === 'exclude-destination') return { excludedDestinations: view.priorDestinations(query) };
  return scope === 'buyer' ? { excludedBuyers: view.priorBuyers(query) } : {};
}
