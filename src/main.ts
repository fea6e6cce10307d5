import { requireNode } from './cli/require-node.ts';

requireNode();
const { runCli } = await import('./cli/run-cli.ts');
const { processTerminal } = await import('./cli/terminal.ts');
process.exit(await runCli(['serve', ...process.argv.slice(2)], processTerminal()));
