import { parseArgs } from 'node:util';

import { runSchedulesProof, ZONES } from './schedules-run.ts';

const { values } = parseArgs({
  options: { years: { type: 'string' }, schedules: { type: 'string' }, seed: { type: 'string' } },
});
const years = Number(values.years ?? 10);
const schedules = Number(values.schedules ?? 10);
const seed = Number(values.seed ?? Math.floor(Math.random() * 2 ** 32));
if (![years, schedules, seed].every(Number.isInteger) || years < 1 || schedules < 1) {
  throw new Error('usage: npm run prove:schedules -- [--years 10] [--schedules 10] [--seed 1234567]: whole numbers');
}
const say = (line: string): void => void process.stdout.write(`${line}\n`);
say(`${ZONES.length} zones, ${schedules} schedules each, ${years} years of hours, seed ${seed}`);
const begun = performance.now();
const report = runSchedulesProof({ years, schedules, seed, report: say });
const seconds = Math.round((performance.now() - begun) / 100) / 10;
say(JSON.stringify({ seed, seconds, ...report }, null, 2));
process.exitCode = report.differences.length === 0 ? 0 : 1;
