import { parseArgs } from 'node:util';
import { runCrashes } from './crash-run.ts';

const { values } = parseArgs({ options: { kills: { type: 'string' }, seed: { type: 'string' } } });
const kills = Number(values.kills ?? 20);
const seed = Number(values.seed ?? Math.floor(Math.random() * 2 ** 32));
if (!Number.isInteger(kills) || kills < 1 || !Number.isInteger(seed)) {
  throw new Error('usage: npm run crash -- [--kills 20] [--seed 1234567]: whole numbers, at least one kill');
}
const say = (line: string): void => void process.stdout.write(`${line}\n`);
say(`${kills} kills, seed ${seed}`);
const report = await runCrashes({ kills, seed, report: say });
say(JSON.stringify({ seed, ...report }, null, 2));
process.exitCode = report.violations.length === 0 ? 0 : 1;
