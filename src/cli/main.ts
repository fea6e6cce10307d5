#!/usr/bin/env node
import { requireNode } from './require-node.ts';

requireNode();
// Whatever is made here is this account's alone: the database, recordings and backups tell who called.
process.umask(0o077);
// Whoever reads has seen enough: `tollgate export | head`.
process.stdout.on('error', (error: NodeJS.ErrnoException) => process.exit(error.code === 'EPIPE' ? 0 : 1));
const { runCli } = await import('./run-cli.ts');
const { processTerminal } = await import('./terminal.ts');
const exitCode = await runCli(process.argv.slice(2), processTerminal());
// A pipe takes what it has room for; the rest of a long answer would be lost with the process.
await Promise.all(
  [process.stdout, process.stderr].map((stream) => new Promise((resolve) => stream.write('', resolve))),
);
process.exit(exitCode);
