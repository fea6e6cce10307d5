import type { InputProblem } from '../../domain/app-error.ts';
import { mostACallCanCost } from '../../domain/billing/price-for-talk.ts';
import type { RouteId } from '../../domain/ids.ts';
import type { Route } from '../../domain/plan/route.ts';
import { freezeTerms } from '../../domain/routing/terms-for-route.ts';
import type { ResourceStore } from '../../store/resource-store.ts';
import { findResource } from './find-resource.ts';

type Fields = Omit<Route, 'id'>;
type Reader = Pick<ResourceStore, 'get'>;

/**
 * What makes a route one that no call could take, or no call be billed on, beside its campaign and destination. Only what
 * is new is held against them: a route that was right when it was saved can still be switched off when they have changed.
 */
export async function checkRoute(route: Fields, resources: Reader, before?: Fields): Promise<readonly InputProblem[]> {
  return [...(await checkBuyer(route, resources, before)), ...(await checkTerms(route, resources, before))];
}

async function checkBuyer({ destinationId }: Fields, resources: Reader, before?: Fields): Promise<InputProblem[]> {
  if (before?.destinationId === destinationId) return [];
  const destination = await findResource(resources, 'destinations', destinationId);
  const buyer = destination && (await findResource(resources, 'buyers', destination.buyerId));
  if (!buyer?.archived) return [];
  const message = `${destinationId} belongs to ${buyer.id}, who is archived and gets no calls: name another, or bring the buyer back.`;
  return [{ path: '/destinationId', message }];
}

async function checkTerms(route: Fields, resources: Reader, before?: Fields): Promise<InputProblem[]> {
  const { campaignId, minTalkS, priceMicros, caps } = route;
  const isOld =
    before?.campaignId === campaignId &&
    before.minTalkS === minTalkS &&
    before.priceMicros === priceMicros &&
    before.caps.spendDailyMicros === caps.spendDailyMicros;
  const campaign = isOld ? undefined : await findResource(resources, 'campaigns', campaignId);
  if (campaign === undefined) return [];
  const problems: InputProblem[] = [];
  if (minTalkS !== undefined && minTalkS > campaign.maxCallS) {
    const message = `Its campaign ends calls after ${campaign.maxCallS} s (maxCallS), so none would be billable: write that or less.`;
    problems.push({ path: '/minTalkS', message });
  }
  const costMicros = mostACallCanCost(freezeTerms(campaign, { id: '' as RouteId, ...route }, null));
  if (caps.spendDailyMicros !== undefined && caps.spendDailyMicros < costMicros) {
    const message = `One call can cost ${costMicros} micros, its dearest tier included, so none would fit: write that or more.`;
    problems.push({ path: '/caps/spendDailyMicros', message });
  }
  return problems;
}
