import { spawn, spawnSync } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Whether SIPp is installed here. It answers `-v` with its version and exit code 99. */
export const hasSipp = spawnSync('sipp', ['-v'], { stdio: 'ignore' }).error === undefined;

/** How long SIPp gets for a run before it is killed: it retransmits and waits for a good while itself. */
const LIMIT_MS = 60_000;

export interface SippRun {
  readonly scenario: 'caller' | 'buyer';
  readonly transport: 'udp' | 'tcp';
  /** Where it keeps its files. */
  readonly folder: string;
  /** Ends after so many calls. */
  readonly calls: number;
  /** What the scenario's placeholders and SIPp itself are told beside that. */
  readonly args?: readonly string[];
}

/** What one SIPp counted. */
export interface SippResult {
  readonly exitCode: number | null;
  readonly successful: number;
  readonly failed: number;
  /** Calls that a message which the scenario doesn't expect has ended, and messages that belong to no call. */
  readonly unexpected: number;
  readonly retransmissions: number;
  /** Milliseconds of talk by the caller's number, as this end of the call saw it. */
  readonly talkMs: ReadonlyMap<string, number>;
  /** What SIPp wrote about messages it did not expect. */
  readonly errors: string;
}

/** SIPp running a scenario of `sipp/`: `done` says what came of it. */
export interface Sipp {
  readonly port: number;
  readonly done: Promise<SippResult>;
  /** Kills it, if it still runs. */
  stop(): Promise<void>;
}

/** Starts SIPp on a free loopback port. */
export async function startSipp({ scenario, transport, folder, calls, args = [] }: SippRun): Promise<Sipp> {
  const port = await freePort();
  const file = (name: string): string => join(folder, `${scenario}-${name}`);
  const child = spawn(
    'sipp',
    [
      ...['-sf', fileURLToPath(new URL(`sipp/${scenario}.xml`, import.meta.url))],
      ...['-i', '127.0.0.1', '-p', String(port), '-t', transport === 'udp' ? 'u1' : 't1', '-m', String(calls)],
      ...['-nostdin', '-trace_stat', '-stf', file('stat.csv'), '-fd', '1'],
      ...['-trace_logs', '-log_file', file('talk.log'), '-trace_err', '-error_file', file('errors.log')],
      ...args,
    ],
    { stdio: 'ignore' },
  );
  const limit = setTimeout(() => child.kill('SIGKILL'), LIMIT_MS);
  const ended = once(child, 'close').then(([exitCode]) => {
    clearTimeout(limit);
    return exitCode as number | null;
  });
  return {
    port,
    done: ended.then((exitCode) => ({
      exitCode,
      ...readStatistics(readFileSync(file('stat.csv'), 'utf8')),
      talkMs: readTalk(readFileSync(file('talk.log'), 'utf8')),
      errors: readIfThere(file('errors.log')),
    })),
    async stop() {
      child.kill('SIGKILL');
      await ended;
    },
  };
}

/** A UDP port that was free a moment ago, and TCP's most likely with it: SIPp can't say which one it took. */
async function freePort(): Promise<number> {
  const socket = createSocket('udp4').bind(0, '127.0.0.1');
  await once(socket, 'listening');
  const { port } = socket.address();
  socket.close();
  await once(socket, 'close');
  return port;
}

/** The totals in the last line of SIPp's statistics, `;` between columns. */
function readStatistics(csv: string): Omit<SippResult, 'exitCode' | 'talkMs' | 'errors'> {
  const lines = csv.trim().split('\n');
  const names = lines[0]?.split(';') ?? [];
  const values = lines.at(-1)?.split(';') ?? [];
  const total = (name: string): number => {
    const column = names.indexOf(`${name}(C)`);
    if (column < 0) throw new Error(`SIPp's statistics have no column ${name}(C)`);
    return Number(values[column]);
  };
  return {
    successful: total('SuccessfulCall'),
    failed: total('FailedCall'),
    unexpected: total('FailedUnexpectedMessage') + total('OutOfCallMsgs') + total('DeadCallMsgs'),
    retransmissions: total('Retransmissions'),
  };
}

/** Lines of `number seconds microseconds seconds microseconds`, the latter two each an instant. */
function readTalk(log: string): Map<string, number> {
  const talk = new Map<string, number>();
  for (const line of log.split('\n')) {
    const [number, ...instants] = line.trim().split(/\s+/);
    const [fromS, fromUs, toS, toUs] = instants.map(Number);
    if (!number || toUs === undefined) continue;
    talk.set(number, ((toS ?? 0) - (fromS ?? 0)) * 1_000 + (toUs - (fromUs ?? 0)) / 1_000);
  }
  return talk;
}

function readIfThere(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    return '';
  }
}
