import type { EpochMs } from '../../domain/time.ts';
import type { ResourceKind, Resources, ResourceStore, Stored } from '../../store/resource-store.ts';

/** What a resource is held against when it is saved: all others, and the time. */
export interface Surroundings {
  /** Any resource as it will be. Rejects with AppError `not-found`. */
  get: ResourceStore['get'];
  /** Those in service that will name this id in that field, one that the collection can be filtered by. */
  naming<Kind extends ResourceKind>(kind: Kind, field: string, id: string): Promise<readonly Stored<Resources[Kind]>[]>;
  /** Everything as it is before. */
  readonly earlier: Pick<ResourceStore, 'get'>;
  now(): EpochMs;
}

/** What is to be saved. */
export interface Saving<Resource> {
  /** Null for what has none yet, so that nothing can name it. */
  readonly id: string | null;
  readonly resource: Omit<Resource, 'id'>;
  /** What it replaces; undefined for what is new, or comes back from the archive. */
  readonly before: Omit<Resource, 'id'> | undefined;
}

/** The store as it will be when that one resource is saved. */
export function surroundingsOf(
  resources: Pick<ResourceStore, 'get' | 'list'>,
  now: () => EpochMs,
  saving: Pick<Saving<object>, 'id' | 'resource'>,
): Surroundings {
  return {
    earlier: resources,
    now,
    async get<Kind extends ResourceKind>(kind: Kind, id: string): Promise<Stored<Resources[Kind]>> {
      const stored = await resources.get(kind, id);
      if (id !== saving.id) return stored;
      const { createdAt, updatedAt, revision } = stored;
      // An id is of one kind: this is what the caller asks for.
      const saved = { ...saving.resource, id, createdAt, updatedAt, revision, archived: false };
      return saved as unknown as Stored<Resources[Kind]>;
    },
    async naming<Kind extends ResourceKind>(kind: Kind, field: string, id: string) {
      const all: Stored<Resources[Kind]>[] = [];
      for (let cursor: string | null | undefined; cursor !== null;) {
        const query = { limit: 500, filters: { [field]: id, archived: false } };
        const page = await resources.list(kind, cursor === undefined ? query : { ...query, cursor });
        all.push(...page.data);
        cursor = page.nextCursor;
      }
      return all;
    },
  };
}
