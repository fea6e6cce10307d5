import { maskSecrets } from '../../store/audit/mask-secrets.ts';
import type { Configuration, ResourceKind } from '../../store/resource-store.ts';
import { inSchemaOrder } from './in-schema-order.ts';
import { itemSchema } from './item-schema.ts';
import { writtenForm } from './judge-items.ts';

/** A resource as a file has it. */
export type ExportedItem = Readonly<Record<string, unknown>>;

/**
 * What a file has of a collection: in order of id, each with its fields in the order of their schema, secrets masked.
 *
 * @param archived whether those that are archived are there too, each saying so
 */
export function exportItems(
  { resources }: Configuration,
  kind: ResourceKind,
  { archived }: { readonly archived: boolean },
): readonly ExportedItem[] {
  const schema = itemSchema(kind);
  return resources[kind]
    .filter((stored) => archived || !stored.archived)
    .map((stored) => {
      const item = { id: stored.id, ...writtenForm(kind, stored), ...(stored.archived ? { archived: true } : {}) };
      return inSchemaOrder(schema, maskSecrets(item)) as ExportedItem;
    });
}

/** What uploaded prompts are called: a file has no sound, so the names say which are meant. */
export function exportPrompts({ prompts }: Configuration): readonly ExportedItem[] {
  return prompts.filter(({ builtIn }) => !builtIn).map(({ id, name }) => ({ id, name }));
}
