import Table from 'cli-table3';
import { api } from './api.ts';
import type { Bench, BenchResult } from './bench-result.ts';
import { cdr } from './cdr.ts';
import { concurrent } from './concurrent.ts';
import { latency } from './latency.ts';
import { media } from './media.ts';
import { reports } from './reports.ts';
import { routing } from './routing.ts';
import { setup } from './setup.ts';

const USAGE = `Usage: npm run bench [-- NAME…] [--json]

Runs the benchmarks of those names, or all, and prints tables; with --json one JSON document.
`;

/** All benchmarks, in the order they run. */
const BENCHES: readonly Bench[] = [setup, latency, routing, concurrent, media, cdr, reports, api];

/** Runs what the arguments ask for; returns the exit code. */
async function main(args: readonly string[]): Promise<number> {
  const names = args.filter((arg) => !arg.startsWith('--'));
  const unknown = [
    ...args.filter((arg) => arg.startsWith('--') && arg !== '--json' && arg !== '--help'),
    ...names.filter((name) => !BENCHES.some((bench) => bench.name === name)),
  ];
  if (unknown.length > 0) {
    console.error(`Unknown: ${unknown.join(', ')}. Benchmarks: ${BENCHES.map((bench) => bench.name).join(', ')}.`);
    return 2;
  }
  if (args.includes('--help')) {
    console.log(`${USAGE}\n${BENCHES.map((bench) => `${bench.name}: ${bench.description}`).join('\n')}`);
    return 0;
  }
  const results: BenchResult[] = [];
  for (const bench of BENCHES) {
    if (names.length > 0 && !names.includes(bench.name)) continue;
    console.error(`${bench.name}: ${bench.description} …`);
    const result = await bench.run();
    results.push(result);
    if (!args.includes('--json')) console.log(asText(result));
  }
  if (args.includes('--json')) console.log(JSON.stringify({ benches: results }, null, 2));
  return 0;
}

function asText({ name, rows, ratios, notes = [] }: BenchResult): string {
  const lines = [`\n${name}`];
  const columns = Object.keys(rows[0] ?? {});
  if (columns.length > 0) {
    lines.push(
      tableOf(
        columns,
        rows.map((row) => columns.map((column) => row[column] ?? '')),
      ),
    );
  }
  if (Object.keys(ratios).length > 0) lines.push(tableOf(['ratio', 'value'], Object.entries(ratios)));
  return [...lines, ...notes].join('\n');
}

function tableOf(head: string[], rows: readonly (readonly (string | number)[])[]): string {
  const isNumber = head.map((_, column) => rows.every((row) => typeof row[column] === 'number'));
  const table = new Table({ head, style: { head: [] }, colAligns: isNumber.map((is) => (is ? 'right' : 'left')) });
  for (const row of rows) {
    table.push(row.map((cell) => (typeof cell === 'number' ? cell.toLocaleString('en-US') : cell)));
  }
  return table.toString();
}

process.exitCode = await main(process.argv.slice(2));
