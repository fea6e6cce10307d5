import type { PromptId } from '../domain/ids.ts';
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

/** All that is configured at one moment, archived things too, each kind in order of id. */
export interface Configuration {
  /** Of the plan: what `changeAll` holds against the version it finds. */
  readonly version: number;
  readonly resources: { readonly [Kind in ResourceKind]: readonly Stored<Resources[Kind]>[] };
  /** What resources may play, in order of id; their sound is no part of the configuration. */
  readonly prompts: readonly { readonly id: PromptId; readonly name: string; readonly builtIn: boolean }[];
}

/** One of many changes that are made together. What is created has its id from whoever asks for it. */
export type ResourceChange = { [Kind in ResourceKind]: Put<Kind> }[ResourceKind] | Removal;

interface Put<Kind extends ResourceKind> {
  readonly action: 'create' | 'update';
  readonly kind: Kind;
  readonly id: string;
  /** All of its fields; those that are not here are gone. */
  readonly fields: Omit<Resources[Kind], 'id'>;
  readonly archived: boolean;
}

interface Removal {
  readonly action: 'remove';
  readonly kind: ResourceKind;
  readonly id: string;
}

/** A change that was made, as the audit log tells it. */
export interface ChangeMade {
  /** `update` for what was to be removed and is archived instead. */
  readonly action: 'create' | 'update' | 'delete';
  readonly kind: ResourceKind;
  readonly id: string;
  readonly before: Stored<Resources[ResourceKind]> | null;
  readonly after: Stored<Resources[ResourceKind]> | null;
}

export interface ChangeBatch {
  readonly changes: readonly ResourceChange[];
  /** Of the configuration that the changes were worked out on. */
  readonly expectedVersion: number;
  /** Makes the changes and takes them back again. */
  readonly dryRun?: boolean;
  /** Hears of each change inside the transaction. */
  readonly note?: (made: ChangeMade) => void;
}

/** What became of a batch. */
export interface BatchOutcome {
  /** False where there was nothing to change. */
  readonly made: boolean;
  readonly created: number;
  readonly updated: number;
  /** Those to be removed that archived things or records of calls and money still name. */
  readonly archived: readonly string[];
  readonly deleted: readonly string[];
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
  /** An id for what `changeAll` is to create. */
  newId(kind: ResourceKind): string;
  /** Everything, as one consistent reading. */
  readAll(): Promise<Configuration>;
  /**
   * Makes all of the changes or none, in one transaction that raises the version once; numbers of DIDs may change hands
   * in it. References must lead somewhere when all is done: that is for the caller to have seen to. Rejects with
   * `version-conflict` where the configuration has changed meanwhile, with `in-use` where something in service names what
   * is to be removed, and with `duplicate`.
   */
  changeAll(batch: ChangeBatch): Promise<BatchOutcome>;
  /** Calls `listener` after each committed change. Returns how to stop. */
  onChange(listener: () => void): () => void;
}
