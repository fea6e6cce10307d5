import { InvalidArgumentError, type Command } from 'commander';

import { ID_PREFIX } from '../../domain/ids.ts';
import type { ApiRole } from '../../store/api-keys.ts';
import { COMMAND_LINE } from '../command-line-actor.ts';
import { newCommand, type Invocation } from '../new-command.ts';
import { visitStore } from '../visit-store.ts';

/** `tollgate keys create`: makes a key and shows it, this once. */
export function addKeysCreate(parent: Command, { terminal }: Invocation): void {
  newCommand(parent, 'create', {
    summary: 'make a key and show it, this once',
    about: 'Make an API key. It is shown this once: what is kept of it is a hash. It works at once.',
    examples: [
      ['tollgate keys create --role admin --name laptop', ''],
      ['tollgate keys create --role viewer --json | jq -r .key', 'the key alone'],
    ],
  })
    .requiredOption(
      '--role <role>',
      'what it may do: admin (all), operator (all but keys, audit log and webhooks), viewer (read), ' +
        `buyer:${ID_PREFIX.buyer}… or publisher:${ID_PREFIX.publisher}… (confined to that party's own)`,
      parseRole,
    )
    .option('--name <name>', 'whose it is, or what for', parseName, 'made on the command line')
    .action(async ({ json, role, name }: { json?: boolean; role: ApiRole; name: string }) => {
      const made = await visitStore(terminal, ({ keys, audit, changes }) => {
        const action = { actor: COMMAND_LINE, action: 'create', resource: 'api-keys', resourceId: null };
        return changes.run(
          (change) => audit.watch(action, change),
          () => keys.create({ role, name }),
        );
      });
      if (json) return terminal.out.write(`${JSON.stringify(made)}\n`);
      const { bold, dim } = terminal.out.paint;
      terminal.out.write(
        `${bold(made.key)}\n${dim(`${made.id}, ${role}, "${name}". Keep it: it is not shown again.`)}\n`,
      );
    });
}

const PLAIN_ROLES = new Set(['admin', 'operator', 'viewer']);
const PARTY_ROLE = new RegExp(`^(?:buyer:${ID_PREFIX.buyer}|publisher:${ID_PREFIX.publisher})[0-9A-Za-z]+$`);

function parseRole(text: string): ApiRole {
  if (PLAIN_ROLES.has(text) || PARTY_ROLE.test(text)) return text as ApiRole;
  throw new InvalidArgumentError(
    `Write admin, operator, viewer, buyer:${ID_PREFIX.buyer}… or publisher:${ID_PREFIX.publisher}… with the id of one.`,
  );
}

const LONGEST_NAME = 200;

function parseName(text: string): string {
  if (/^(?=.*\S)[^\u0000-\u001f\u007f]+$/.test(text) && text.length <= LONGEST_NAME) return text;
  throw new InvalidArgumentError(`Write one line of text with 1 to ${LONGEST_NAME} characters.`);
}
