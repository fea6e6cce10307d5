import { setImmediate as nextTurn } from 'node:timers/promises';

import { Document, isSeq, visit } from 'yaml';

import type { Configuration } from '../../store/resource-store.ts';
import { KIND_NAMES } from '../../store/resources/resource-kinds.ts';
import { exportItems, exportPrompts, type ExportedItem } from './export-items.ts';

const HEADING = "# Tollgate's configuration. Secrets are masked (***): an import keeps those that there are.\n";

/** How many resources are written between two looks at the rest of the world. */
const STRIDE = 100;

/** The configuration as YAML 1.2. The same configuration makes the same text, byte for byte. */
export async function writeYaml(configuration: Configuration, which: { readonly archived: boolean }): Promise<string> {
  const parts = [HEADING];
  const lists = KIND_NAMES.map((kind) => [kind, exportItems(configuration, kind, which)] as const);
  for (const [kind, items] of [['prompts', exportPrompts(configuration)] as const, ...lists]) {
    parts.push(items.length === 0 ? `${kind}: []\n` : `${kind}:\n`);
    for (let from = 0; from < items.length; from += STRIDE) {
      parts.push(writeList(items.slice(from, from + STRIDE)));
      await nextTurn();
    }
  }
  return parts.join('');
}

/** A list in block style, which may go on where another one ended. */
function writeList(items: readonly ExportedItem[]): string {
  const document = new Document(items, { aliasDuplicateObjects: false, compat: 'yaml-1.1' });
  visit(document, {
    // Opening hours: [09:00, 17:00].
    Seq(_key, seq, path) {
      if (path.some((parent) => isSeq(parent) && parent !== document.contents)) seq.flow = true;
    },
  });
  return document.toString({ lineWidth: 0, flowCollectionPadding: false });
}
