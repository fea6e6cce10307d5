import type { ServerProcess } from '../test/support/server-process.ts';
import type { Bench, BenchResult } from './bench-result.ts';
import type { CallLoad } from './call-load.ts';
import { withContenders } from './contenders.ts';
import { cpuMsOf } from './measured-process.ts';

/** Calls of one turn of one program, and how many of them are up at once. */
const LOAD = { calls: 750, inFlight: 16 };
/** Turns that each program gets, one after the other, after one that isn't counted. */
const TURNS = 5;

/** What a call costs the machine, from INVITE to BYE. */
export const setup: Bench = {
  name: 'setup',
  description: 'CPU per call and calls/s through Tollgate, against a bare createB2BUA on the same engine',
  run: measure,
};

interface Measured {
  readonly cpuMsPerCall: number;
  readonly callsPerSecond: number;
}

async function measure(): Promise<BenchResult> {
  return withContenders(async ({ load, bare, tollgate }) => {
    const turns: { bare: Measured; tollgate: Measured }[] = [];
    for (let turn = 0; turn <= TURNS; turn++) {
      const first = await measureOne(load, bare.process, bare.sip);
      const second = await measureOne(load, tollgate.process, tollgate.sip);
      if (turn > 0) turns.push({ bare: first, tollgate: second });
    }
    return resultOf(turns);
  });
}

async function measureOne(load: CallLoad, process: ServerProcess, sip: string): Promise<Measured> {
  const before = await cpuMsOf(process);
  const { calls, seconds } = await load.asFastAsItCan(sip, LOAD);
  const cpuMs = (await cpuMsOf(process)) - before;
  return { cpuMsPerCall: cpuMs / calls.length, callsPerSecond: calls.length / seconds };
}

function resultOf(turns: readonly { bare: Measured; tollgate: Measured }[]): BenchResult {
  const of = (program: 'bare' | 'tollgate', figure: keyof Measured): number =>
    median(turns.map((turn) => turn[program][figure]));
  const row = (program: 'bare' | 'tollgate', name: string): BenchResult['rows'][number] => ({
    program: name,
    'CPU ms per call': round(of(program, 'cpuMsPerCall')),
    'calls/s': Math.round(of(program, 'callsPerSecond')),
    'calls/s per CPU': Math.round(1_000 / of(program, 'cpuMsPerCall')),
  });
  return {
    name: setup.name,
    rows: [row('bare', 'bare createB2BUA'), row('tollgate', 'Tollgate')],
    ratios: {
      'calls per CPU second, Tollgate ÷ bare (1 would be free)': round(
        median(turns.map((turn) => turn.bare.cpuMsPerCall / turn.tollgate.cpuMsPerCall)),
      ),
      'calls/s, Tollgate ÷ bare': round(
        median(turns.map((turn) => turn.tollgate.callsPerSecond / turn.bare.callsPerSecond)),
      ),
    },
    notes: [
      `Medians of ${TURNS} turns of ${LOAD.calls} calls, ${LOAD.inFlight} at once; the engine's thread counts in both.`,
      'calls/s is for this machine with both phones on it; Tollgate also routes, reserves, records and bills.',
    ],
  };
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}

const round = (value: number): number => Math.round(value * 100) / 100;
