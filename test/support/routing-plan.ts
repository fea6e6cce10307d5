import type {
  AreaId,
  BuyerId,
  CampaignId,
  DestinationId,
  DidId,
  PublisherId,
  RouteId,
  ScheduleId,
  TrunkId,
} from '../../src/domain/ids.ts';
import type { CallerLocation, Gazetteer } from '../../src/domain/numbers/location.ts';
import type { Area } from '../../src/domain/plan/area.ts';
import type { BlocklistEntry, BlocklistEntryId } from '../../src/domain/plan/blocklist-entry.ts';
import type { Campaign } from '../../src/domain/plan/campaign.ts';
import type { Did } from '../../src/domain/plan/did.ts';
import type { Buyer, Destination, Publisher } from '../../src/domain/plan/party.ts';
import type { Route } from '../../src/domain/plan/route.ts';
import type { RoutingPlan } from '../../src/domain/plan/routing-plan.ts';
import type { Schedule } from '../../src/domain/plan/schedule.ts';
import type { Trunk } from '../../src/domain/plan/trunk.ts';
import type { CapOwner, CapUsage } from '../../src/domain/routing/caps.ts';
import { sample } from './sample-plan.ts';

/** Builds a routing plan step by step; each step returns the id it gave, and ids sort in the order they were given. */
export class PlanBuilder {
  readonly #trunks: Trunk[] = [];
  readonly #dids: Did[] = [];
  readonly #campaigns: Campaign[] = [];
  readonly #publishers: Publisher[] = [];
  readonly #buyers: Buyer[] = [];
  readonly #destinations: Destination[] = [];
  readonly #routes: Route[] = [];
  readonly #areas: Area[] = [];
  readonly #schedules: Schedule[] = [];
  readonly #blocklist: BlocklistEntry[] = [];
  #ids = 0;

  trunk(fields: Partial<Trunk> = {}): TrunkId {
    return this.#add(this.#trunks, { id: this.#id('trk') as TrunkId, ...sample.trunk(fields) });
  }

  campaign(fields: Partial<Campaign> = {}): CampaignId {
    return this.#add(this.#campaigns, { id: this.#id('cmp') as CampaignId, ...sample.campaign(fields) });
  }

  did(campaignId: CampaignId, fields: Partial<Did> = {}): DidId {
    return this.#add(this.#dids, { id: this.#id('did') as DidId, ...sample.did(campaignId, fields) });
  }

  publisher(fields: Partial<Publisher> = {}): PublisherId {
    return this.#add(this.#publishers, { id: this.#id('pub') as PublisherId, ...sample.publisher(fields) });
  }

  buyer(fields: Partial<Buyer> = {}): BuyerId {
    return this.#add(this.#buyers, { id: this.#id('byr') as BuyerId, ...sample.buyer(fields) });
  }

  destination(buyerId: BuyerId, fields: Partial<Destination> = {}): DestinationId {
    return this.#add(this.#destinations, {
      id: this.#id('dst') as DestinationId,
      ...sample.destination(buyerId, fields),
    });
  }

  route(campaignId: CampaignId, destinationId: DestinationId, fields: Partial<Route> = {}): RouteId {
    return this.#add(this.#routes, {
      id: this.#id('rte') as RouteId,
      ...sample.route(campaignId, destinationId, fields),
    });
  }

  area(fields: Partial<Area>): AreaId {
    const id = this.#id('area') as AreaId;
    return this.#add(this.#areas, { id, name: id, include: [], exclude: [], acceptInferred: true, ...fields });
  }

  schedule(fields: Partial<Schedule>): ScheduleId {
    const id = this.#id('sch') as ScheduleId;
    return this.#add(this.#schedules, { id, name: id, timezone: 'UTC', weekly: {}, exceptions: [], ...fields });
  }

  block(match: string, fields: Partial<BlocklistEntry> = {}): BlocklistEntryId {
    return this.#add(this.#blocklist, { id: this.#id('blk') as BlocklistEntryId, match, ...fields });
  }

  build(version = 1): RoutingPlan {
    return {
      version,
      trunks: this.#trunks,
      dids: this.#dids,
      campaigns: this.#campaigns,
      publishers: this.#publishers,
      buyers: this.#buyers,
      destinations: this.#destinations,
      routes: this.#routes,
      areas: this.#areas,
      schedules: this.#schedules,
      blocklist: this.#blocklist,
    };
  }

  #id(prefix: string): string {
    return `${prefix}_${String(++this.#ids).padStart(6, '0')}`;
  }

  #add<Item extends { readonly id: string }>(items: Item[], item: Item): Item['id'] {
    items.push(item);
    return item.id;
  }
}

/** A gazetteer that knows no place. */
export const noPlaces: Gazetteer = {
  byZip: () => undefined,
  byNpaNxx: () => undefined,
  byCallingCode: () => undefined,
};

/** Where a caller is, as far as a test says. */
export function locationOf(fields: Partial<CallerLocation> = {}): CallerLocation {
  return {
    source: 'none',
    country: null,
    state: null,
    zip: null,
    npa: null,
    npaNxx: null,
    timezone: null,
    ...fields,
  };
}

/** What one owner has used, whatever the window. */
export interface Used {
  readonly concurrent?: number;
  readonly settled?: number;
  readonly pending?: number;
  readonly settledMicros?: number;
  readonly pendingMicros?: number;
  readonly balanceMicros?: number;
}

/** Cap usage from a table by owner id; owners it doesn't name have used nothing. */
export function usageOf(used: Readonly<Record<string, Used>> = {}): CapUsage {
  const of = (owner: CapOwner) => used[owner.id] ?? {};
  return {
    concurrent: (owner) => of(owner).concurrent ?? 0,
    counted: (owner) => ({ settled: of(owner).settled ?? 0, pending: of(owner).pending ?? 0 }),
    spent: (owner) => ({
      settledMicros: of(owner).settledMicros ?? 0,
      pendingMicros: of(owner).pendingMicros ?? 0,
    }),
    balance: (buyerId) => ({
      balanceMicros: used[buyerId]?.balanceMicros ?? 0,
      pendingMicros: used[buyerId]?.pendingMicros ?? 0,
    }),
  };
}
