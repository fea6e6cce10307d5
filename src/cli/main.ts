#!/usr/bin/env node
import { requireNode } from './require-node.ts';

requireNode();
const { runCli } = await import('./run-cli.ts');
const { processTerminal } = await import('./terminal.ts');
process.exit(await runCli(process.argv.slice(2), processTerminal()));
