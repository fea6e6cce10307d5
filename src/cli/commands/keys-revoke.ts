import type { Command } from 'commander';

import { CliError } from '../cli-error.ts';
import { COMMAND_LINE } from '../command-line-actor.ts';
import { listKeys } from '../list-keys.ts';
import { newCommand, type Invocation } from '../new-command.ts';
import { visitStore } from '../visit-store.ts';

/** The name the server gives to the key it makes of the setting. */
const SETTING = 'TOLLGATE_ADMIN_KEY';

/** `tollgate keys revoke`: from now on the key opens nothing. */
export function addKeysRevoke(parent: Command, { terminal }: Invocation): void {
  newCommand(parent, 'revoke', {
    summary: 'make a key open nothing',
    about: 'Revoke an API key: it opens nothing from now on, in a running server too.',
    examples: [['tollgate keys revoke key_01JD6Z5V8QK3M4N7P9R2S5T8W1', 'ids are shown by `tollgate keys list`']],
  })
    .argument('<id>', 'the id of the key, not the key itself')
    .action(async (id: string, { json }: { json?: boolean }) => {
      const { key, others } = await visitStore(terminal, async (store) => {
        const keys = await listKeys(store);
        const key = keys.find((known) => known.id === id);
        if (!key) {
          throw new CliError('not-found', 'No working API key has this id: `tollgate keys list` shows those that do.');
        }
        const { audit, changes } = store;
        const action = { actor: COMMAND_LINE, action: 'delete', resource: 'api-keys', resourceId: id };
        await changes.run(
          (change) => audit.watch(action, change),
          () => store.keys.revoke(id, { evenLast: true }),
        );
        return { key, others: keys.filter((known) => known.id !== id) };
      });
      const { out } = terminal;
      if (json) return out.write(`${JSON.stringify({ ...key, revoked: true })}\n`);
      out.write(`Revoked ${key.id}, ${key.role}, "${key.name}".\n`);
      if (key.name === SETTING) {
        out.write(`It comes back when the server is started with the same ${SETTING}: change that setting too.\n`);
      } else if (others.every(({ role }) => role !== 'admin')) {
        out.write('No admin key is left: make one with `tollgate keys create --role admin`.\n');
      }
    });
}
