import type { Area } from './area.ts';
import type { BlocklistEntry } from './blocklist-entry.ts';
import type { Campaign } from './campaign.ts';
import type { Did } from './did.ts';
import type { Buyer, Destination, Publisher } from './party.ts';
import type { Route } from './route.ts';
import type { Schedule } from './schedule.ts';
import type { Trunk } from './trunk.ts';

/** Everything an operator configured, as one consistent reading of the store. */
export interface RoutingPlan {
  /** Grows with every change; stored with each decision. */
  readonly version: number;
  readonly trunks: readonly Trunk[];
  readonly dids: readonly Did[];
  readonly campaigns: readonly Campaign[];
  readonly publishers: readonly Publisher[];
  readonly buyers: readonly Buyer[];
  readonly destinations: readonly Destination[];
  readonly routes: readonly Route[];
  readonly areas: readonly Area[];
  readonly schedules: readonly Schedule[];
  readonly blocklist: readonly BlocklistEntry[];
}
