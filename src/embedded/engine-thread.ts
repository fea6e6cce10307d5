import { Worker } from 'node:worker_threads';
import type { FromWorker, Refused, ThreadCounts, ToWorker } from './engine-messages.ts';

/** The engine could not start: most often `code` is `EADDRINUSE`, and `host`, `port` and `transport` say where. */
export class EngineStartError extends Error {
  override readonly name = 'EngineStartError';
  readonly code: string;
  readonly host: string;
  readonly port: number;
  readonly transport: 'udp' | 'tcp';

  constructor({ message, code, host, port, transport }: Refused) {
    super(message);
    this.code = code;
    this.host = host;
    this.port = port;
    this.transport = transport;
  }
}

/** An engine's thread, from the side that started it. */
export interface EngineThread<Ready, Counts> {
  /** What it said when it began to serve. */
  readonly ready: Ready;
  /** Reports once, should it die of itself. */
  onFailure(report: (error: Error) => void): void;
  /** What it holds at this moment; never resolves once it has died. */
  counts(): Promise<Counts & ThreadCounts>;
  /** Ends it; it is gone when the promise resolves. */
  close(): Promise<void>;
}

/**
 * Starts an engine's thread and waits until it serves.
 * @param file the worker beside this file, without its ending: it has another one when built.
 * @param name what warnings and debuggers call it
 * @throws {EngineStartError} where it can't serve.
 */
export async function startThread<Ready, Counts>(
  file: string,
  name: string,
  workerData: object,
): Promise<EngineThread<Ready, Counts>> {
  const url = new URL(`./${file}${import.meta.url.endsWith('.ts') ? '.ts' : '.js'}`, import.meta.url);
  // Flags that Node was started with are meant for the program, not for this thread (`--input-type` would stop it).
  const worker = new Worker(url, { workerData, name, execArgv: [] });
  const exited = Promise.withResolvers<Error>();
  let failure: Error | undefined;
  worker.once('error', (error) => (failure = asError(error)));
  worker.once('exit', (code) => exited.resolve(failure ?? new Error(`the embedded engine ended with code ${code}`)));

  const spoken = Promise.withResolvers<FromWorker<Ready, Counts>>();
  worker.once('message', spoken.resolve);
  const word = await Promise.race([spoken.promise, exited.promise]);
  if (word instanceof Error || word.kind !== 'ready') {
    await worker.terminate();
    throw whyNot(word);
  }
  let isClosing = false;
  const counting: ((counts: Counts & ThreadCounts) => void)[] = [];
  const failed = Promise.withResolvers<Error>();
  worker.on('message', (message: FromWorker<Ready, Counts>) => {
    if (message.kind === 'fault') failed.resolve(new Error(`the embedded engine has failed: ${message.message}`));
    if (message.kind === 'counts') counting.shift()?.(message.counts);
    if (message.kind === 'trouble') process.emitWarning(`embedded engine: ${message.message}`);
    if (message.kind === 'bug') process.emitWarning(`embedded engine: ${message.stack}`);
    // Sockets are closed; timers of calls that were up would keep the thread alive for a while yet.
    if (message.kind === 'closed') void worker.terminate();
  });
  worker.once('exit', (code) => {
    if (!isClosing) failed.resolve(failure ?? new Error(`the embedded engine ended with code ${code}`));
  });
  const send = (message: ToWorker): void => worker.postMessage(message, []);

  return {
    ready: word.ready,
    onFailure: (report) => void failed.promise.then((error) => report(error)),
    counts() {
      const { promise, resolve } = Promise.withResolvers<Counts & ThreadCounts>();
      counting.push(resolve);
      send({ kind: 'count' });
      return promise;
    },
    async close() {
      isClosing = true;
      send({ kind: 'close' });
      await exited.promise;
    },
  };
}

/** Why there is no engine, from the first thing its thread said, or its death. */
function whyNot(word: Error | FromWorker<unknown, unknown>): Error {
  if (word instanceof Error) return word;
  return word.kind === 'refused' ? new EngineStartError(word) : new Error('the embedded engine did not start');
}

const asError = (thrown: unknown): Error => (thrown instanceof Error ? thrown : new Error(String(thrown)));
