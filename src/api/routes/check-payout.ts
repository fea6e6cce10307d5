import type { InputProblem } from '../../domain/app-error.ts';
import type { Campaign } from '../../domain/plan/campaign.ts';
import type { Did } from '../../domain/plan/did.ts';
import type { Publisher } from '../../domain/plan/party.ts';
import { findInService } from './find-resource.ts';
import type { Saving, Surroundings } from './surroundings.ts';

/** Of a DID's calls its publisher would never earn anything: the campaign ends them too early. */
export async function checkPayoutOfDid(
  { resource, before }: Saving<Did>,
  around: Surroundings,
): Promise<readonly InputProblem[]> {
  const { campaignId, publisherId } = resource;
  const isOld = before?.campaignId === campaignId && before.publisherId === publisherId;
  if (isOld || publisherId === undefined) return [];
  const publisher = await findInService(around, 'publishers', publisherId);
  const campaign = await findInService(around, 'campaigns', campaignId);
  if (publisher === undefined || campaign === undefined || earns(publisher, campaign)) return [];
  const message = `${publisherId} earns from ${publisher.payout.minTalkS} s of talk on (payout.minTalkS), and ${campaignId} ends calls after ${campaign.maxCallS} s (maxCallS), so it would never: change one of these first.`;
  return [{ path: '/publisherId', message }];
}

/** Campaigns that end the publisher's calls before it earns anything. */
export async function checkPayoutsOfPublisher(
  { id, resource, before }: Saving<Publisher>,
  around: Surroundings,
): Promise<readonly InputProblem[]> {
  const { minTalkS } = resource.payout;
  if (id === null || minTalkS === undefined || before?.payout.minTalkS === minTalkS) return [];
  const dids = await around.naming('dids', 'publisherId', id);
  for (const campaignId of new Set(dids.filter(({ enabled }) => enabled).map((did) => did.campaignId))) {
    const campaign = await findInService(around, 'campaigns', campaignId);
    if (campaign === undefined || earns(resource, campaign)) continue;
    const message = `${campaignId}, which calls of this publisher go to, ends them after ${campaign.maxCallS} s (maxCallS), so it would never earn: write that or less.`;
    return [{ path: '/payout/minTalkS', message }];
  }
  return [];
}

/** Publishers that would earn nothing any more, since the campaign ends their calls too early. */
export async function checkPayoutsOfCampaign(
  { id, resource, before }: Saving<Campaign>,
  around: Surroundings,
): Promise<readonly InputProblem[]> {
  const { maxCallS } = resource;
  if (id === null || before?.maxCallS === maxCallS) return [];
  const dids = await around.naming('dids', 'campaignId', id);
  for (const publisherId of new Set(dids.flatMap((did) => (did.enabled ? (did.publisherId ?? []) : [])))) {
    const publisher = await findInService(around, 'publishers', publisherId);
    if (publisher === undefined || earns(publisher, resource)) continue;
    // Who earned nothing before loses nothing.
    if (before !== undefined && !earns(publisher, before)) continue;
    const message = `${publisherId} earns from ${publisher.payout.minTalkS} s of talk on (payout.minTalkS), and would never: write that or more, or change it there first.`;
    return [{ path: '/maxCallS', message }];
  }
  return [];
}

function earns({ payout }: Omit<Publisher, 'id'>, { maxCallS }: Omit<Campaign, 'id'>): boolean {
  return payout.minTalkS === undefined || payout.minTalkS <= maxCallS;
}
