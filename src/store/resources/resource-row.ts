import type { Brand } from '../../domain/brand.ts';
import { toIso, type EpochMs } from '../../domain/time.ts';
import type { ResourceKind, Resources, Stored } from '../resource-store.ts';

/** The own fields of a resource of this kind, without its id, as JSON. */
export type Doc<Kind extends ResourceKind> = Brand<string, Kind>;

/** A resource as its table holds it. */
export interface ResourceRow<Kind extends ResourceKind = ResourceKind> {
  readonly id: string;
  readonly doc: Doc<Kind>;
  readonly created_at: EpochMs;
  readonly updated_at: EpochMs;
  readonly revision: number;
  readonly archived: 0 | 1;
}

/** The columns of a `ResourceRow`, for a SELECT. */
export const ROW_COLUMNS = 'id, doc, created_at, updated_at, revision, archived';

/** The resource's own fields with its id, as the domain knows it. */
export function toResource<Kind extends ResourceKind>(row: Pick<ResourceRow<Kind>, 'id' | 'doc'>): Resources[Kind] {
  return { id: row.id, ...(JSON.parse(row.doc) as object) } as Resources[Kind];
}

/** A row as the resource store hands it out. */
export function toStored<Kind extends ResourceKind>(row: ResourceRow<Kind>): Stored<Resources[Kind]> {
  return {
    ...toResource(row),
    createdAt: toIso(row.created_at),
    updatedAt: toIso(row.updated_at),
    revision: row.revision,
    archived: row.archived === 1,
  };
}
