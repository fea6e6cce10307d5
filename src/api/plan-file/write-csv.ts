import type { Configuration, ResourceKind } from '../../store/resource-store.ts';
import { toCsv } from '../statements/csv.ts';
import { columnsOf, toCellText } from './columns.ts';
import { exportItems, type ExportedItem } from './export-items.ts';
import { itemSchema } from './item-schema.ts';

/** One collection as a table, a resource a row. Cells that a spreadsheet could take for formulas are made harmless. */
export function writeCsv(
  configuration: Configuration,
  kind: ResourceKind,
  which: { readonly archived: boolean },
): string {
  const columns = columnsOf(itemSchema(kind)).filter(({ name }) => which.archived || name !== 'archived');
  const rows = exportItems(configuration, kind, which).map((item) =>
    columns.map(({ path }) => toCellText(at(item, path))),
  );
  return toCsv([columns.map(({ name }) => name), ...rows]);
}

function at(item: ExportedItem, path: readonly string[]): unknown {
  let value: unknown = item;
  for (const name of path) value = (value as ExportedItem | undefined)?.[name];
  return value;
}
