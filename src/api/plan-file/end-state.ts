import { AppError } from '../../domain/app-error.ts';
import type { EpochMs } from '../../domain/time.ts';
import type { Configuration, ResourceChange, ResourceKind, Resources, Stored } from '../../store/resource-store.ts';
import type { Surroundings } from '../routes/surroundings.ts';
import type { JudgedItem } from './judge-items.ts';
import type { AnyStored, MatchedItem } from './matched-item.ts';

/** Something that goes out of service, since the file that replaces its collection says nothing of it. */
export type Removal = Extract<ResourceChange, { action: 'remove' }>;

/** What is to be held against each other: how all of it stands when everything is done. */
export interface WholePlan {
  readonly configuration: Configuration;
  readonly matched: readonly MatchedItem[];
  readonly judged: readonly JudgedItem[];
  readonly removals: readonly Removal[];
  readonly now: () => EpochMs;
}

/** What is known of an id when all is done. `broken` is what the file has wrong: of that its own problems tell. */
type State = 'there' | 'archived' | 'removed' | 'broken' | 'unknown';

/** A resource as it will be, of any kind. */
interface EndResource {
  readonly id: string;
  readonly archived: boolean;
  readonly number?: unknown;
}

/** Every resource as it stands when all of an import is done. */
export class EndState implements Surroundings {
  readonly earlier: Surroundings['earlier'];
  readonly now: () => EpochMs;
  readonly #byKind = new Map<ResourceKind, Map<string, EndResource>>();
  readonly #removed: ReadonlySet<string>;
  readonly #broken: ReadonlySet<string>;
  /** Archived before anything is done. */
  readonly #archived = new Set<string>();
  readonly #told = new Set<string>();
  /** By kind and field, made when first asked for. */
  readonly #naming = new Map<string, ReadonlyMap<unknown, readonly EndResource[]>>();

  constructor({ configuration, matched, judged, removals, now }: WholePlan) {
    const before = new Map<ResourceKind, ReadonlyMap<string, AnyStored>>();
    for (const [kind, all] of Object.entries(configuration.resources) as [ResourceKind, readonly AnyStored[]][]) {
      before.set(kind, new Map(all.map((stored) => [stored.id, stored])));
      this.#byKind.set(kind, new Map(before.get(kind)));
      for (const { id, archived } of all) if (archived) this.#archived.add(id);
    }
    const known = new Set(judged.map(({ id }) => id));
    this.#broken = new Set(matched.map(({ id }) => id).filter((id) => !known.has(id)));
    for (const { item, id, resource, archived } of judged) {
      this.of(item.kind).set(id, { ...resource, id, archived });
    }
    this.#removed = new Set(removals.map(({ id }) => id));
    for (const { kind, id } of removals) this.of(kind).delete(id);
    this.earlier = { get: async (kind, id) => found(before.get(kind)?.get(id), kind, id) };
    this.now = now;
  }

  of(kind: ResourceKind): Map<string, EndResource> {
    return this.#byKind.get(kind) ?? new Map<string, EndResource>();
  }

  stateOf(kind: ResourceKind, id: string): State {
    const found = this.of(kind).get(id);
    // What the file itself archives was in service when it was named.
    if (found) return found.archived && this.#archived.has(id) ? 'archived' : 'there';
    if (this.#broken.has(id)) return 'broken';
    return this.#removed.has(id) ? 'removed' : 'unknown';
  }

  /** Notes that its problems are told: those that others have for its sake need not be. */
  tellOf(id: string): void {
    this.#told.add(id);
  }

  async get<Kind extends ResourceKind>(kind: Kind, id: string): Promise<Stored<Resources[Kind]>> {
    return found(this.of(kind).get(id), kind, id);
  }

  async naming<Kind extends ResourceKind>(kind: Kind, field: string, id: string) {
    const key = `${kind} ${field}`;
    const index = this.#naming.get(key) ?? this.#indexBy(kind, field);
    this.#naming.set(key, index);
    const all = index.get(id)?.filter((resource) => !this.#told.has(resource.id)) ?? [];
    return all as unknown as readonly Stored<Resources[Kind]>[];
  }

  #indexBy(kind: ResourceKind, field: string): ReadonlyMap<unknown, readonly EndResource[]> {
    const inService = Array.from(this.of(kind).values()).filter(({ archived }) => !archived);
    return Map.groupBy(inService, (resource) => (resource as Readonly<Record<string, unknown>> & EndResource)[field]);
  }
}

/** @throws AppError `not-found` */
function found<Kind extends ResourceKind>(
  resource: EndResource | undefined,
  kind: Kind,
  id: string,
): Stored<Resources[Kind]> {
  if (resource === undefined) throw new AppError('not-found', `There is no ${id} among the ${kind}`);
  return resource as unknown as Stored<Resources[Kind]>;
}
