import { parseArgs } from 'node:util';

import { runCapsProof } from './caps-run.ts';

const { values } = parseArgs({
  options: { admissions: { type: 'string' }, kills: { type: 'string' }, seed: { type: 'string' } },
});
const admissions = Number(values.admissions ?? 100_000);
const kills = Number(values.kills ?? 20);
const seed = Number(values.seed ?? Math.floor(Math.random() * 2 ** 32));
if (![admissions, kills, seed].every(Number.isInteger) || admissions < 2 || kills < 0) {
  throw new Error('usage: npm run prove:caps -- [--admissions 100000] [--kills 20] [--seed 1234567]: whole numbers');
}
const say = (line: string): void => void process.stdout.write(`${line}\n`);
say(`${admissions} admissions, ${kills} kills, seed ${seed}`);
const begun = performance.now();
const report = await runCapsProof({ admissions, kills, seed, report: say });
const seconds = Math.round((performance.now() - begun) / 100) / 10;
say(JSON.stringify({ seed, seconds, ...report }, null, 2));
process.exitCode = report.violations.length === 0 ? 0 : 1;
