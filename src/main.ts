import { requireNode } from './cli/require-node.ts';

requireNode();
// Whatever is made here is this account's alone: the database, recordings and backups tell who called.
process.umask(0o077);
const { runCli } = await import('./cli/run-cli.ts');
const { processTerminal } = await import('./cli/terminal.ts');
process.exit(await runCli(['serve', ...process.argv.slice(2)], processTerminal()));
