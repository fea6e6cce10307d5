import type { InputProblem } from '../../domain/app-error.ts';
import type { RouteConflict, RouteSetting } from '../../domain/routing/route-conflicts.ts';

/** What is wrong with a route that is to be saved. */
export function problemOfRoute({ route }: RouteSetting, conflict: RouteConflict): InputProblem {
  switch (conflict.kind) {
    case 'talk': {
      const message = `Its campaign ends calls after ${conflict.maxCallS} s (maxCallS), so none would be billable: write that or less.`;
      return { path: '/minTalkS', message };
    }
    case 'spend': {
      const { owner, ownerId, capMicros, costMicros } = conflict;
      if (owner === 'route') {
        const message = `One call can cost ${costMicros} micros, its dearest tier included, so none would fit: write that or more.`;
        return { path: '/caps/spendDailyMicros', message };
      }
      const message = `One call can cost ${costMicros} micros, its dearest tier included, and ${ownerId} takes ${capMicros} a day (caps.spendDailyMicros), so none would fit: raise that first, or charge less.`;
      return { path: route.priceMicros === costMicros ? '/priceMicros' : '/destinationId', message };
    }
    case 'category':
      return { path: '/categories', message: describeOffer(conflict.offered) };
  }
}

function describeOffer(offered: readonly string[]): string {
  if (offered.length === 0) {
    return 'Its campaign has no IVR that sets a category, so it would get no call: give it one first, or leave this out.';
  }
  return `The IVR of its campaign sets none of these, so it would get no call: take some of ${offered.join(', ')}.`;
}

/** What is wrong with a campaign that is to be saved, for the sake of one of its routes; `wasTest` is what it was. */
export function problemOfCampaign(setting: RouteSetting, conflict: RouteConflict, wasTest: boolean): InputProblem {
  const { id } = setting.route;
  switch (conflict.kind) {
    case 'talk': {
      const message = `${id} bills from ${conflict.minTalkS} s of talk on (minTalkS), and would never: write that or more, or change the route first.`;
      return { path: '/maxCallS', message };
    }
    case 'spend': {
      const { ownerId, capMicros, costMicros } = conflict;
      const whose = ownerId === id ? 'it' : ownerId;
      const message = `One call along ${id} could cost ${costMicros} micros, and ${whose} takes ${capMicros} a day (caps.spendDailyMicros), so none would fit: raise that first, or switch the route off.`;
      return { path: wasTest ? '/status' : pathOfPrice(setting, costMicros), message };
    }
    case 'category': {
      const wanted = conflict.wanted.join(', ');
      const message = `${id} takes calls of the categories ${wanted} alone, and no step would set one of them: keep one that does, or change the route first.`;
      return { path: '/ivr', message };
    }
  }
}

function pathOfPrice({ route, campaign }: RouteSetting, costMicros: number): string {
  const tier = campaign?.tiers.findIndex(({ priceMicros }) => priceMicros === costMicros) ?? -1;
  const isBase = route.priceMicros === undefined && campaign?.priceMicros === costMicros;
  return isBase || tier < 0 ? '/priceMicros' : `/tiers/${tier}/priceMicros`;
}

/** What is wrong with the cap of a destination or buyer that is to be saved, for the sake of one of its routes. */
export function problemOfCap({ route }: RouteSetting, costMicros: number): InputProblem {
  const message = `One call along ${route.id} can cost ${costMicros} micros, its dearest tier included, so none would fit: write that or more, or switch the route off first.`;
  return { path: '/caps/spendDailyMicros', message };
}

/** What is wrong with the buyer that a destination is to be given to, for the sake of one of its routes. */
export function problemOfBuyer({ route, buyer }: RouteSetting, costMicros: number): InputProblem {
  const message = `One call along ${route.id} can cost ${costMicros} micros, and ${buyer?.id} takes ${buyer?.caps.spendDailyMicros} a day (caps.spendDailyMicros), so none would fit: raise that first, or switch the route off.`;
  return { path: '/buyerId', message };
}
