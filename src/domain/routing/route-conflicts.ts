import { mostACallCanCost } from '../billing/price-for-talk.ts';
import type { Campaign } from '../plan/campaign.ts';
import type { Buyer, Destination } from '../plan/party.ts';
import type { Route } from '../plan/route.ts';
import { freezeTerms } from './terms-for-route.ts';

/** A route with what it rests on; what is not in service, or not there at all, is undefined and in nothing's way. */
export interface RouteSetting {
  readonly route: Route;
  readonly campaign: Campaign | undefined;
  readonly destination: Destination | undefined;
  readonly buyer: Buyer | undefined;
}

const OWNERS = ['route', 'destination', 'buyer'] as const;

/** Why no call could ever be sent along a route, or be billed on it, however right each part is on its own. */
export type RouteConflict =
  /** Its calls are ended before they are billable. */
  | { readonly kind: 'talk'; readonly minTalkS: number; readonly maxCallS: number }
  /** One call costs more than an owner of caps may spend in a day. */
  | {
      readonly kind: 'spend';
      readonly owner: (typeof OWNERS)[number];
      readonly ownerId: string;
      readonly capMicros: number;
      readonly costMicros: number;
    }
  /** It takes certain categories alone, and its campaign's IVR sets none of them. */
  | { readonly kind: 'category'; readonly wanted: readonly string[]; readonly offered: readonly string[] };

/** Everything that keeps all calls from a route. That it is switched off, or its buyer paused, is for a while and none. */
export function conflictsOf({ route, campaign, destination, buyer }: RouteSetting): readonly RouteConflict[] {
  if (campaign === undefined) return [];
  const conflicts: RouteConflict[] = [];
  const { minTalkS, categories } = route;
  if (minTalkS !== undefined && minTalkS > campaign.maxCallS) {
    conflicts.push({ kind: 'talk', minTalkS, maxCallS: campaign.maxCallS });
  }
  const costMicros = mostACallCanCost(freezeTerms(campaign, route, null));
  const owners = { route, destination, buyer };
  for (const owner of OWNERS) {
    const { id: ownerId, caps } = owners[owner] ?? {};
    const capMicros = caps?.spendDailyMicros;
    if (ownerId === undefined || capMicros === undefined || capMicros >= costMicros) continue;
    conflicts.push({ kind: 'spend', owner, ownerId, capMicros, costMicros });
  }
  const offered = categoriesOf(campaign);
  if (categories !== undefined && !categories.some((category) => offered.includes(category))) {
    conflicts.push({ kind: 'category', wanted: categories, offered });
  }
  return conflicts;
}

/** Whether the two are one and the same thing, whatever the amounts. */
export function isSameConflict(one: RouteConflict, other: RouteConflict): boolean {
  return one.kind === other.kind && (one.kind !== 'spend' || other.kind !== 'spend' || one.owner === other.owner);
}

function categoriesOf({ ivr }: Campaign): readonly string[] {
  const steps = Object.values(ivr?.steps ?? {});
  return Array.from(new Set(steps.flatMap((step) => (step.type === 'set' ? [step.category] : []))));
}
