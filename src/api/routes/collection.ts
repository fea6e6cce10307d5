import type { Static, TObject, TProperties } from 'typebox';

import type { InputProblem } from '../../domain/app-error.ts';
import type { Gazetteer } from '../../domain/numbers/location.ts';
import type { ResourceKind, Resources } from '../../store/resource-store.ts';
import type { Saving, Surroundings } from './surroundings.ts';

/** What the meaning of a resource may be held against, beyond its shape. */
export interface ParseContext {
  readonly gazetteer: Gazetteer;
  /** Whether there is one to play, ask, record and forward with; without, what asks for it is refused. */
  readonly mediaServer: boolean;
}

/** What one kind of resource has of its own; all else is the same for all and stands in `register-collection.ts`. */
export interface Collection<Kind extends ResourceKind, Fields extends TObject> {
  /** Its name in the store, and its path. */
  readonly kind: Kind;
  /** One of them, as a schema's name: `Trunk`. */
  readonly name: string;
  readonly idPrefix: string;
  /** What it is, in a sentence. */
  readonly description: string;
  /** What a client writes. */
  readonly fields: Fields;
  /** What a client reads in place of some of those fields. */
  readonly shown?: TProperties;
  readonly filters: TProperties;
  /** Reads a filter as the store keeps it, where it differs from what a client writes. */
  readonly readFilters?: (filters: Filters) => Filters | readonly InputProblem[];
  /** Whether one of its values may be had by one of them alone, of those in service. */
  readonly isUnique?: true;
  /** Whether nothing else ever names one, so that each can be deleted. */
  readonly isNeverNamed?: true;
  /** A body that creates one. */
  readonly example: object;
  /** Reads fields of the right shape as the domain's, or tells everything that is wrong with them. */
  readonly parse: (
    fields: Static<Fields>,
    context: ParseContext,
  ) => Omit<Resources[Kind], 'id'> | readonly InputProblem[];
  /**
   * Holds what was read against other resources, both ways, and tells what doesn't go together. Everything does, where
   * absent. What is archived is held against nothing.
   */
  readonly check?: (saving: Saving<Resources[Kind]>, around: Surroundings) => Promise<readonly InputProblem[]>;
  /** The reverse of `parse`: its fields as a client writes them, secrets included. As they are, where absent. */
  readonly unparse?: (resource: Omit<Resources[Kind], 'id'>) => object;
  /** What a client reads of them, where that is not what it writes: secrets are never read back. */
  readonly present?: (resource: Omit<Resources[Kind], 'id'>) => object;
}

export type Filters = Readonly<Record<string, string | number | boolean>>;

/** Says that this is a collection, and lets its types be inferred. */
export function defineCollection<Kind extends ResourceKind, Fields extends TObject>(
  collection: Collection<Kind, Fields>,
): Collection<Kind, Fields> {
  return collection;
}
