import { setImmediate as nextTurn } from 'node:timers/promises';

import type { InputProblem } from '../../domain/app-error.ts';
import type { Buyer, Destination } from '../../domain/plan/party.ts';
import type { Campaign } from '../../domain/plan/campaign.ts';
import type { Route } from '../../domain/plan/route.ts';
import {
  conflictsOf,
  isSameConflict,
  type RouteConflict,
  type RouteSetting,
} from '../../domain/routing/route-conflicts.ts';
import type { ResourceStore } from '../../store/resource-store.ts';
import { problemOfBuyer, problemOfCampaign, problemOfCap, problemOfRoute } from './describe-conflict.ts';
import { findInService, findResource } from './find-resource.ts';
import type { Saving, Surroundings } from './surroundings.ts';

type Reader = Pick<ResourceStore, 'get'>;

/** Stands for the id of a route that has none yet. */
const NEW = 'this route' as Route['id'];

/** Problems told in one answer, all of one sort: enough to see, and no thousand of them. */
const MOST_TOLD = 10;
/** How many routes are looked at between two looks at the rest of the world. */
const STRIDE = 100;

/**
 * What makes a route one that no call could take, or no call be billed on, beside its campaign, destination and buyer.
 * Only what is new is held against them; one that is or stays switched off is, when it is switched on.
 */
export async function checkRoute(saving: Saving<Route>, around: Surroundings): Promise<readonly InputProblem[]> {
  const { id, resource, before } = saving;
  const problems = await checkBuyer(saving, around);
  if (before !== undefined && !resource.enabled) return problems;
  const setting = await settingOf({ ...resource, id: (id as Route['id'] | null) ?? NEW }, around);
  const conflicts = await newConflicts(setting, before === undefined ? null : around.earlier);
  return [...problems, ...conflicts.map((conflict) => problemOfRoute(setting, conflict))];
}

async function checkBuyer({ resource, before }: Saving<Route>, around: Reader): Promise<InputProblem[]> {
  const { destinationId } = resource;
  if (before?.destinationId === destinationId) return [];
  const destination = await findResource(around, 'destinations', destinationId);
  const buyer = destination && (await findResource(around, 'buyers', destination.buyerId));
  if (!buyer?.archived) return [];
  const message = `${destinationId} belongs to ${buyer.id}, who is archived and gets no calls: name another, or bring the buyer back.`;
  return [{ path: '/destinationId', message }];
}

/** What a campaign would do to its routes: price them above a cap, end calls too early, stop setting their categories. */
export async function checkRoutesOfCampaign(
  { id, resource, before }: Saving<Campaign>,
  around: Surroundings,
): Promise<readonly InputProblem[]> {
  if (id === null || (before !== undefined && termsOf(before) === termsOf(resource))) return [];
  const routes = await around.naming('routes', 'campaignId', id);
  return checkAll(routes, around, (setting, conflict) =>
    problemOfCampaign(setting, conflict, before?.status === 'test'),
  );
}

/** What of a campaign can be in the way of its routes. */
function termsOf({ status, priceMicros, tiers, maxCallS, ivr }: Omit<Campaign, 'id'>): string {
  return JSON.stringify([status === 'test', priceMicros, tiers, maxCallS, ivr]);
}

/** Routes whose calls would not fit under the destination's cap, or that of the buyer it goes to. */
export async function checkRoutesOfDestination(
  { id, resource, before }: Saving<Destination>,
  around: Surroundings,
): Promise<readonly InputProblem[]> {
  const isOld = before?.buyerId === resource.buyerId && before.caps.spendDailyMicros === resource.caps.spendDailyMicros;
  if (id === null || isOld) return [];
  const routes = await around.naming('routes', 'destinationId', id);
  return checkAll(routes, around, (setting, conflict) => {
    if (conflict.kind !== 'spend' || conflict.owner === 'route') return null;
    return (conflict.owner === 'buyer' ? problemOfBuyer : problemOfCap)(setting, conflict.costMicros);
  });
}

/** Routes whose calls would not fit under the buyer's cap. */
export async function checkRoutesOfBuyer(
  { id, resource, before }: Saving<Buyer>,
  around: Surroundings,
): Promise<readonly InputProblem[]> {
  const { spendDailyMicros } = resource.caps;
  if (id === null || spendDailyMicros === undefined || before?.caps.spendDailyMicros === spendDailyMicros) return [];
  const destinations = await around.naming('destinations', 'buyerId', id);
  const routes = await Promise.all(destinations.map(({ id }) => around.naming('routes', 'destinationId', id)));
  return checkAll(routes.flat(), around, (setting, conflict) =>
    conflict.kind === 'spend' && conflict.owner === 'buyer' ? problemOfCap(setting, conflict.costMicros) : null,
  );
}

/** Tells of each route in service what would keep calls from it that does not yet; null is the business of others. */
async function checkAll(
  routes: readonly Route[],
  around: Surroundings,
  tell: (setting: RouteSetting, conflict: RouteConflict) => InputProblem | null,
): Promise<readonly InputProblem[]> {
  const problems: InputProblem[] = [];
  for (const [done, route] of routes.entries()) {
    if (done % STRIDE === STRIDE - 1) await nextTurn();
    if (!route.enabled) continue;
    const setting = await settingOf(route, around);
    const conflicts = await newConflicts(setting, around.earlier);
    problems.push(...conflicts.flatMap((conflict) => tell(setting, conflict) ?? []));
    if (problems.length >= MOST_TOLD) break;
  }
  return problems;
}

/** What keeps calls from a route, but did not before; all that does, where there is no before. */
async function newConflicts(setting: RouteSetting, earlier: Reader | null): Promise<readonly RouteConflict[]> {
  const conflicts = conflictsOf(setting);
  if (conflicts.length === 0 || earlier === null) return conflicts;
  const was = await findInService(earlier, 'routes', setting.route.id);
  if (!was?.enabled) return conflicts;
  const known = conflictsOf(await settingOf(was, earlier));
  return conflicts.filter((conflict) => !known.some((other) => isSameConflict(conflict, other)));
}

async function settingOf(route: Route, resources: Reader): Promise<RouteSetting> {
  const campaign = await findInService(resources, 'campaigns', route.campaignId);
  const destination = await findInService(resources, 'destinations', route.destinationId);
  const buyer = destination && (await findInService(resources, 'buyers', destination.buyerId));
  return { route, campaign, destination, buyer };
}
