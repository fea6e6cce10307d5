import type { Area } from '../domain/plan/area.ts';
import type { BlocklistEntry } from '../domain/plan/blocklist-entry.ts';
import type { Campaign } from '../domain/plan/campaign.ts';
import type { Did } from '../domain/plan/did.ts';
import type { Buyer, Destination, Publisher } from '../domain/plan/party.ts';
import type { Route } from '../domain/plan/route.ts';
import type { Schedule } from '../domain/plan/schedule.ts';
import type { Trunk } from '../domain/plan/trunk.ts';
import type { RoutingPlan } from '../domain/plan/routing-plan.ts';
import type { IsoInstant } from '../domain/time.ts';

/** What an operator configures, by the name of its collection in the API. */
export interface Resources {
  trunks: Trunk;
  dids: Did;
  campaigns: Campaign;
  publishers: Publisher;
  buyers: Buyer;
  destinations: Destination;
  routes: Route;
  areas: Area;
  schedules: Schedule;
  blocklist: BlocklistEntry;
}
export type ResourceKind = keyof Resources;

/** Kept with every resource beside its own fields. */
export interface Stewardship {
  readonly createdAt: IsoInstant;
  readonly updatedAt: IsoInstant;
  /** 1 when created, one more with each change: the ETag. */
  readonly revision: number;
  /** Archived things are kept for the records that name them, and take part in nothing. */
  readonly archived: boolean;
}
export type Stored<Resource> = Resource & Stewardship;

/** One page of a list in order of id (creation), and where the next begins. */
export interface Page<Item> {
  readonly data: readonly Item[];
  readonly nextCursor: string | null;
}

export interface ListQuery {
  /** 1…500. */
  readonly limit: number;
  /** From a previous page of the same list; a foreign one is an `invalid` AppError. */
  readonly cursor?: string;
  /** Equality on the fields that the collection can be filtered by. */
  readonly filters: Readonly<Record<string, string | number | boolean>>;
}

/**
 * The configuration's one home. Each change is one durable transaction that also raises the plan's version. Rejects
 * with AppError: `not-found`, `duplicate`, `in-use` (naming what refers to it), `invalid` (a reference that leads
 * nowhere, with its path), `version-conflict`.
 */
export interface ResourceStore {
  create<Kind extends ResourceKind>(kind: Kind, fields: Omit<Resources[Kind], 'id'>): Promise<Stored<Resources[Kind]>>;
  get<Kind extends ResourceKind>(kind: Kind, id: string): Promise<Stored<Resources[Kind]>>;
  list<Kind extends ResourceKind>(kind: Kind, query: ListQuery): Promise<Page<Stored<Resources[Kind]>>>;
  /** Replaces all fields but the id; `expectedRevision` guards against lost updates. */
  replace<Kind extends ResourceKind>(
    kind: Kind,
    id: string,
    fields: Omit<Resources[Kind], 'id'> & { readonly archived: boolean },
    expectedRevision?: number,
  ): Promise<Stored<Resources[Kind]>>;
  remove(kind: ResourceKind, id: string, expectedRevision?: number): Promise<void>;
  /** Everything that is not archived, with the version. */
  readPlan(): Promise<RoutingPlan>;
  /** Calls `listener` after each committed change. Returns how to stop. */
  onChange(listener: () => void): () => void;
}
