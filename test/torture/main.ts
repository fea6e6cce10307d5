/** The long run: `npm run torture -- --count 1000000 --seed 7`. Exits 1 where the product was harmed. */
import { parseArgs } from 'node:util';
import { bombard } from './bombard.ts';
import { ProvingGround } from './proving-ground.ts';

const MB = 1_000_000;

const { values } = parseArgs({
  options: {
    count: { type: 'string', default: '1000000' },
    seed: { type: 'string', default: String(Math.floor(Math.random() * 2 ** 32)) },
  },
});
const [count, seed] = [Number(values.count), Number(values.seed)];
if (!Number.isSafeInteger(count) || count < 1 || !Number.isSafeInteger(seed)) {
  process.stderr.write('Usage: npm run torture -- [--count N] [--seed N], both whole numbers, count at least 1\n');
  process.exit(2);
}

const ground = await ProvingGround.start();
const began = performance.now();
const say = (line: string): void => {
  process.stdout.write(`${((performance.now() - began) / 1_000).toFixed(1).padStart(7)} s  ${line}\n`);
};
const sayVitals = async (sent: number): Promise<void> => {
  const { heapBytes, engineHeapBytes, residentBytes, liveCalls, dialogs, transactions } = await ground.vitals();
  const megabytes = [heapBytes, engineHeapBytes, residentBytes].map((bytes) => Math.round(bytes / MB)).join(' + ');
  say(
    `${sent} sent, ${ground.goodCalls} good calls; heaps and resident ${megabytes} MB; ${liveCalls} calls, ${dialogs} dialogs, ${transactions} transactions`,
  );
};

say(`${count} messages, seed ${seed}`);
let nextReport = 0;
const onProgress = (sent: number): void => {
  if (sent < nextReport) return;
  nextReport = sent + count / 20;
  // A failure to answer shows in the next probe, with its bytes.
  sayVitals(sent).catch(() => undefined);
};
try {
  await bombard(ground, { count, seed, onProgress });
  await sayVitals(count);
  await ground.expectBooksInOrder();
  const probes = ground.probeMs.toSorted((a, b) => a - b);
  const [p50, p99, longest] = [0.5, 0.99, 1].map((share) => probes[Math.ceil(share * probes.length) - 1]?.toFixed(1));
  say(`unharmed; ${probes.length} probes took ${p50} ms, p99 ${p99} ms, at most ${longest} ms`);
} catch (error) {
  process.exitCode = 1;
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
} finally {
  await ground.stop();
}
