import type { Configuration } from '../../store/resource-store.ts';
import { KIND_NAMES } from '../../store/resources/resource-kinds.ts';
import { exportItems, exportPrompts } from './export-items.ts';

/** The configuration as JSON, a field a line. The same configuration makes the same text, byte for byte. */
export function writeJson(configuration: Configuration, which: { readonly archived: boolean }): string {
  const plan = KIND_NAMES.map((kind) => [kind, exportItems(configuration, kind, which)] as const);
  return `${JSON.stringify({ prompts: exportPrompts(configuration), ...Object.fromEntries(plan) }, null, 2)}\n`;
}
