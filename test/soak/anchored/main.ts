import { parseArgs } from 'node:util';
import { proveAnchored } from './prove-anchored.ts';

const { values } = parseArgs({
  options: { calls: { type: 'string' }, seed: { type: 'string' }, parallel: { type: 'string' } },
});
const calls = Number(values.calls ?? 2_000);
const seed = Number(values.seed ?? 1);
const parallel = Number(values.parallel ?? 24);
if (![calls, parallel].every((count) => Number.isInteger(count) && count > 0) || !Number.isInteger(seed)) {
  throw new Error('usage: npm run soak:anchored -- [--calls 2000] [--seed 1] [--parallel 24]: whole numbers');
}
const say = (line: string): void => void process.stdout.write(`${line}\n`);
const {
  before: _before,
  after: _after,
  ...result
} = await proveAnchored({
  calls,
  seed,
  parallel,
  shareWithoutAck: 0.01,
  untilForgotten: true,
  say,
});
say(JSON.stringify(result, null, 2));
process.exitCode = result.violations.length === 0 ? 0 : 1;
