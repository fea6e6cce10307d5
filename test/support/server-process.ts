import { spawn, type ChildProcess } from 'node:child_process';
import { createInterface } from 'node:readline';
import { tmpdir } from 'node:os';
import { fileURLToPath } from 'node:url';
import { bareEnvironment } from './bare-environment.ts';

/** Far longer than a start takes on a busy machine, shorter than a test. */
const START_LIMIT_MS = 15_000;

/** How a process ended, and all it said. */
export interface Ending {
  readonly exitCode: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A process that ended, or said nothing, where it should have come up. */
export class DidNotStart extends Error {
  readonly ending: Ending;

  constructor(ending: Ending) {
    super(`did not come up, ended with ${ending.exitCode ?? ending.signal}:\n${ending.stderr || ending.stdout}`);
    this.ending = ending;
  }
}

/** What a server says on stdout when it is ready. */
export interface Listening {
  readonly event: 'listening';
  /** `host:port` each. */
  readonly sip: string;
  readonly http: string;
}

export interface ServerOptions {
  /** The rest of its environment is bare. */
  readonly env?: Readonly<Record<string, string>>;
  /** Arguments of Node, before the program. */
  readonly nodeArgs?: readonly string[];
  /** Opens a channel for `child.send`. */
  readonly channel?: boolean;
}

/** A Node program in a process of its own that says on stdout, in one line of JSON, when it listens and where. */
export class ServerProcess {
  readonly child: ChildProcess;
  /** All it has said so far. */
  readonly output = { stdout: '', stderr: '' };
  /** Resolves when it has ended, however it did. */
  readonly ended: Promise<Ending>;
  /** Rejects with `DidNotStart` where it ends first, or takes too long (it is killed then). */
  readonly listening: Promise<Listening>;

  /** Starts the program at this URL; `listening` says when it is up. */
  constructor(program: URL, { env = {}, nodeArgs = [], channel = false }: ServerOptions = {}) {
    this.child = spawn(process.execPath, [...nodeArgs, fileURLToPath(program)], {
      // Away from the checkout and its `config/`: settings come from the environment alone.
      cwd: tmpdir(),
      env: bareEnvironment(env),
      stdio: ['ignore', 'pipe', 'pipe', ...(channel ? (['ipc'] as const) : [])],
    });
    const { output } = this;
    this.child.stderr?.setEncoding('utf8').on('data', (text: string) => (output.stderr += text));
    const { promise: ended, resolve: end } = Promise.withResolvers<Ending>();
    const { promise: listening, resolve: listen, reject: fail } = Promise.withResolvers<Listening>();
    const limit = setTimeout(() => this.child.kill('SIGKILL'), START_LIMIT_MS);
    this.child.once('close', (exitCode, signal) => {
      clearTimeout(limit);
      const ending = { exitCode, signal, ...output };
      fail(new DidNotStart(ending));
      end(ending);
    });
    if (this.child.stdout) {
      createInterface(this.child.stdout).on('line', (line) => {
        output.stdout += `${line}\n`;
        if (!line.startsWith('{"event":"listening"')) return;
        clearTimeout(limit);
        listen(JSON.parse(line) as Listening);
      });
    }
    this.ended = ended;
    this.listening = listening;
    // A test may end before it asks.
    listening.catch(() => undefined);
  }

  get pid(): number {
    const { pid } = this.child;
    if (pid === undefined) throw new Error('the process could not be spawned');
    return pid;
  }

  /** Sends it a signal and waits for its end. */
  async kill(signal: NodeJS.Signals): Promise<Ending> {
    this.child.kill(signal);
    return this.ended;
  }
}
