import { ID_PREFIX } from '../../domain/ids.ts';
import type { ResourceKind } from '../resource-store.ts';

/** A field of one kind of resource that names another. */
export interface ReferenceField {
  /** JSON Pointer of the field. */
  readonly path: `/${string}`;
  /** The column generated from it. */
  readonly column: string;
  readonly to: ResourceKind;
}

/** A field of one kind of resource that is a list of ids of another. */
export interface ReferenceList {
  /** Its name at the top of the document. */
  readonly field: string;
  readonly to: ResourceKind;
}

/** What the store knows of one kind of resource beside its own fields. The table has the kind's name. */
export interface KindTraits {
  readonly prefix: string;
  readonly references: readonly ReferenceField[];
  /** Fields that name several others. */
  readonly referenceLists?: readonly ReferenceList[];
  /** Fields that lists can be filtered by, with their columns. */
  readonly filters: Readonly<Record<string, string>>;
}

/** Every kind, in an order in which each comes after those it refers to. */
export const KINDS: Readonly<Record<ResourceKind, KindTraits>> = {
  trunks: {
    prefix: ID_PREFIX.trunk,
    references: [],
    filters: { name: 'name', enabled: 'enabled', archived: 'archived' },
  },
  publishers: { prefix: ID_PREFIX.publisher, references: [], filters: { name: 'name', archived: 'archived' } },
  buyers: {
    prefix: ID_PREFIX.buyer,
    references: [],
    filters: { name: 'name', status: 'status', archived: 'archived' },
  },
  areas: { prefix: ID_PREFIX.area, references: [], filters: { name: 'name', archived: 'archived' } },
  schedules: {
    prefix: ID_PREFIX.schedule,
    references: [],
    filters: { name: 'name', timezone: 'timezone', archived: 'archived' },
  },
  blocklist: { prefix: ID_PREFIX.blocklistEntry, references: [], filters: { match: 'match', archived: 'archived' } },
  destinations: {
    prefix: ID_PREFIX.destination,
    references: [
      { path: '/buyerId', column: 'buyer_id', to: 'buyers' },
      { path: '/trunkId', column: 'trunk_id', to: 'trunks' },
    ],
    filters: {
      buyerId: 'buyer_id',
      trunkId: 'trunk_id',
      name: 'name',
      uri: 'uri',
      enabled: 'enabled',
      archived: 'archived',
    },
  },
  campaigns: {
    prefix: ID_PREFIX.campaign,
    references: [{ path: '/afterHours/destinationId', column: 'forward_destination_id', to: 'destinations' }],
    filters: { name: 'name', vertical: 'vertical', status: 'status', archived: 'archived' },
  },
  dids: {
    prefix: ID_PREFIX.did,
    references: [
      { path: '/campaignId', column: 'campaign_id', to: 'campaigns' },
      { path: '/publisherId', column: 'publisher_id', to: 'publishers' },
    ],
    filters: {
      number: 'number',
      campaignId: 'campaign_id',
      publisherId: 'publisher_id',
      label: 'label',
      enabled: 'enabled',
      archived: 'archived',
    },
  },
  routes: {
    prefix: ID_PREFIX.route,
    references: [
      { path: '/campaignId', column: 'campaign_id', to: 'campaigns' },
      { path: '/destinationId', column: 'destination_id', to: 'destinations' },
      { path: '/areaId', column: 'area_id', to: 'areas' },
      { path: '/scheduleId', column: 'schedule_id', to: 'schedules' },
    ],
    referenceLists: [{ field: 'acceptedPublisherIds', to: 'publishers' }],
    filters: {
      campaignId: 'campaign_id',
      destinationId: 'destination_id',
      areaId: 'area_id',
      scheduleId: 'schedule_id',
      priority: 'priority',
      enabled: 'enabled',
      archived: 'archived',
    },
  },
};

/** The kinds' names, in the order of `KINDS`. */
export const KIND_NAMES = Object.keys(KINDS) as readonly ResourceKind[];

/** An id that a document names, and the JSON Pointer of where it does. */
export interface NamedReference {
  readonly path: string;
  readonly to: ResourceKind;
  readonly id: string;
}

/** Everything that a document of the kind refers to. */
export function referencesIn(kind: ResourceKind, fields: object): readonly NamedReference[] {
  const { references, referenceLists = [] } = KINDS[kind];
  const single = references.flatMap((reference) => {
    const id = referredId(fields, reference);
    return id === undefined ? [] : [{ path: reference.path, to: reference.to, id }];
  });
  const listed = referenceLists.flatMap(({ field, to }) => {
    const ids: unknown = (fields as Readonly<Record<string, unknown>>)[field];
    if (!Array.isArray(ids)) return [];
    return ids.map((id, index) => ({ path: `/${field}/${index}`, to, id: String(id) }));
  });
  return [...single, ...listed];
}

/** What a reference field holds in a document; undefined where it is absent or null. */
function referredId(fields: object, reference: ReferenceField): string | undefined {
  let value: unknown = fields;
  for (const key of reference.path.slice(1).split('/')) {
    value = typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[key] : undefined;
  }
  return typeof value === 'string' ? value : undefined;
}
