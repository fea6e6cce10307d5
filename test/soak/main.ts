import { parseArgs } from 'node:util';
import { Load } from '../crash/load.ts';
import { provision } from '../support/provision.ts';
import { TollgateProcess } from '../support/tollgate-process.ts';
import { holdingsOf, leaksBetween, SPEAKS_OF_ITSELF, type Holdings } from './holdings.ts';

/** SIP remembers a transaction for 64·T1 after its end (RFC 3261 §17): only then can it be gone. */
const REST_MS = 36_000;
/** So many calls first, so that what is made once is made. */
const WARM_UP = 500;
const PACE = { meanGapMs: 10, longestRingMs: 200, longestTalkMs: 400 };

const { values } = parseArgs({ options: { calls: { type: 'string' }, seed: { type: 'string' } } });
const calls = Number(values.calls ?? 10_000);
const seed = Number(values.seed ?? 1);
if (!Number.isInteger(calls) || calls < 1 || !Number.isInteger(seed)) {
  throw new Error('usage: npm run soak -- [--calls 10000] [--seed 1]: whole numbers, at least one call');
}

const say = (line: string): void => void process.stdout.write(`${line}\n`);
const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

const load = await Load.open(seed, ['one', 'two', 'three'], PACE);
const tollgate = await TollgateProcess.start({ ...SPEAKS_OF_ITSELF, env: { LOG_LEVEL: 'error' } });
try {
  const uris = Array.from(load.buyers, ([name, { phone }]) => ({ name, uri: phone.uri, route: { priority: 1 } }));
  // Whom nobody else ends, we do: a phone that rings for ever, two who talk for ever.
  const buyers = uris.map((buyer) => ({ ...buyer, ringTimeoutS: 5, caps: { concurrent: 200 } }));
  await provision(tollgate, buyers, { campaign: { maxCallS: 10 } });
  await place(WARM_UP);
  const before = await atRest();
  report('before', before);
  const startedAt = performance.now();
  await place(calls);
  say(`${calls} calls in ${((performance.now() - startedAt) / 1_000).toFixed(0)} s`);
  const after = await atRest();
  report('after', after);
  const cdrs = (await tollgate.cdrs()).length;
  const leaks = leaksBetween(before, after, calls);
  if (cdrs !== WARM_UP + calls) leaks.push(`${cdrs} CDRs of ${WARM_UP + calls} calls`);
  const grown = (after['heap_bytes'] ?? 0) - (before['heap_bytes'] ?? 0);
  say(JSON.stringify({ calls, cdrs, heapBytesPerCall: Math.round(grown / calls), leaks }, null, 2));
  process.exitCode = leaks.length === 0 ? 0 : 1;
} finally {
  await tollgate.stop();
  await load.close();
}

/** Places so many calls and waits until the last has ended. */
async function place(count: number): Promise<void> {
  load.thaw(tollgate.sip, count);
  while (load.placed.length < count || load.up.callers.length + load.up.buyers.length > 0) await sleep(100);
  load.placed.length = 0;
}

async function atRest(): Promise<Holdings> {
  await sleep(REST_MS);
  return holdingsOf(tollgate);
}

function report(when: string, holdings: Holdings): void {
  say(`${when}: ${JSON.stringify(holdings)}`);
}
