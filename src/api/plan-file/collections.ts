import type { TObject } from 'typebox';

import type { InputProblem } from '../../domain/app-error.ts';
import type { ResourceKind } from '../../store/resource-store.ts';
import { areas } from '../routes/areas.ts';
import { blocklist } from '../routes/blocklist.ts';
import { buyers } from '../routes/buyers.ts';
import { campaigns } from '../routes/campaigns.ts';
import type { ParseContext } from '../routes/collection.ts';
import { destinations } from '../routes/destinations.ts';
import { dids } from '../routes/dids.ts';
import { publishers } from '../routes/publishers.ts';
import { routes } from '../routes/routes.ts';
import { schedules } from '../routes/schedules.ts';
import type { Saving, Surroundings } from '../routes/surroundings.ts';
import { trunks } from '../routes/trunks.ts';

/** A collection whose kind is not known before it runs: its fields are what its own schema has let through. */
export interface AnyCollection {
  readonly kind: ResourceKind;
  readonly idPrefix: string;
  readonly fields: TObject;
  readonly parse: (fields: unknown, context: ParseContext) => object | readonly InputProblem[];
  readonly check?: (saving: Saving<object>, around: Surroundings) => Promise<readonly InputProblem[]>;
  readonly unparse?: (resource: object) => object;
}

/** Every collection of the configuration. */
const COLLECTIONS = {
  trunks,
  publishers,
  buyers,
  areas,
  schedules,
  blocklist,
  destinations,
  campaigns,
  dids,
  routes,
} satisfies { readonly [Kind in ResourceKind]: { readonly kind: Kind } };

/** The collection of that kind. */
export function collectionOf(kind: ResourceKind): AnyCollection {
  return COLLECTIONS[kind] as unknown as AnyCollection;
}
