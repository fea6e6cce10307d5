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
  /** Further options of SIPp with their values. */
  readonly options?: Readonly<Record<string, string>>;
  /** For a caller: the number dialled, and `host:port` it is dialled at. */
  readonly dials?: { readonly did: string; readonly at: string };
}

/** What one SIPp counted. */
export interface SippResult {
  readonly exitCode: number | null;
  readonly successful: number;
  readonly failed: number;
  /** Calls ended by a message that the scenario doesn't expect, and messages that never belonged to a call. */
  readonly unexpected: number;
  /** Milliseconds of talk by the caller's number, as this end of the call saw it. */
  readonly talkMs: ReadonlyMap<string, number>;
  /** What SIPp has written about errors, messages it did not expect among them. */
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
export async function startSipp(run: SippRun): Promise<Sipp> {
  const { scenario, transport, folder, calls, dials } = run;
  const port = await freePort();
  const file = (name: string): string => join(folder, `${scenario}-${name}`);
  const options: Record<string, string> = {
    '-sf': fileURLToPath(new URL(`sipp/${scenario}.xml`, import.meta.url)),
    '-i': '127.0.0.1',
    '-p': String(port),
    '-t': transport === 'udp' ? 'u1' : 't1',
    '-m': String(calls),
    '-stf': file('stat.csv'),
    '-fd': '1',
    '-log_file': file('talk.log'),
    '-error_file': file('errors.log'),
    // Its complaints about a busy machine are no errors of a call.
    '-watchdog_interval': '0',
    ...run.options,
  };
  const target = dials ? ['-key', 'did', dials.did, dials.at] : [];
  const flags = ['-nostdin', '-trace_stat', '-trace_logs', '-trace_err'];
  const child = spawn('sipp', [...flags, ...Object.entries(options).flat(), ...target], { stdio: 'ignore' });
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
    unexpected: total('FailedUnexpectedMessage') + total('OutOfCallMsgs'),
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
