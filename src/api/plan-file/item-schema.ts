import { Type, type TObject } from 'typebox';

import type { ResourceKind } from '../../store/resource-store.ts';
import { idField, STRICT } from '../schemas/fields.ts';
import { storedFields } from '../schemas/resource.ts';
import { collectionOf } from './collections.ts';
import { columnsOf, type Column } from './columns.ts';
import { referencePlaces } from './references.ts';

/** A resource as a file has it: its id, its fields, and whether it is archived. */
export function itemSchema(kind: ResourceKind): TObject {
  const { idPrefix, fields } = collectionOf(kind);
  const id = idField(idPrefix, 'Which it is; without it, its name or number says so.');
  return Type.Object({ id, ...storedFields(fields).properties }, STRICT);
}

/** The columns that a table may have for names in place of ids: `campaign`, `afterHours.destination`. */
export function aliasColumns(kind: ResourceKind): readonly Column[] {
  const columns = columnsOf(itemSchema(kind));
  return referencePlaces(kind).flatMap(({ within, field, alias }): Column[] => {
    const column = columns.find(({ name }) => name === [...within, field].join('.'));
    if (column === undefined) return [];
    const path = [...within, alias];
    return [{ name: path.join('.'), path, node: column.node }];
  });
}
