import type { Command } from 'commander';

import { listKeys } from '../list-keys.ts';
import { newCommand, type Invocation } from '../new-command.ts';
import { renderTable } from '../render-table.ts';
import { visitStore } from '../visit-store.ts';

/** `tollgate keys list`: the keys that work, without their secrets. */
export function addKeysList(parent: Command, { terminal }: Invocation): void {
  newCommand(parent, 'list', {
    summary: 'list the keys that work',
    about: 'List the API keys that work, oldest first. The keys themselves are kept as hashes and can not be shown.',
    examples: [['tollgate keys list', '']],
  }).action(async ({ json }: { json?: boolean }) => {
    const keys = await visitStore(terminal, listKeys);
    const { out } = terminal;
    if (json) return out.write(`${JSON.stringify({ data: keys })}\n`);
    if (keys.length === 0) return out.write('No API key works. Make one: tollgate keys create --role admin\n');
    const rows = keys.map(({ id, role, createdAt, name }) => [id, role, createdAt, name]);
    out.write(`${renderTable(out, ['id', 'role', 'created', 'name'], rows)}\n`);
  });
}
