import { Worker } from 'node:worker_threads';
import type { EngineCounts, FromWorker, ToWorker, WorkerOptions } from './engine-messages.ts';
import type { CaptureTarget } from './sip/capture/capture-client.ts';
import { rfcTimers, type SipTimers } from './sip/timers.ts';

/** How the embedded engine is to run. */
export interface EngineOptions {
  readonly sip: {
    /** Address to listen on for SIP, over UDP and TCP. */
    readonly host: string;
    /** The same for both; 0 takes any that is free for both. */
    readonly port: number;
    /** What peers are to call us, where they can't use `host`. */
    readonly advertisedHost?: string;
  };
  /**
   * A file by which the next engine learns what calls there were, should this one die: it ends them. One engine at a
   * time; nothing is kept where none is named.
   */
  readonly journal?: string;
  /** Who gets a copy of every SIP message, if anyone: HEP version 3 over UDP. */
  readonly capture?: CaptureTarget;
  /** SIP's base timers in milliseconds; RFC 3261's values unless a test is in a hurry. */
  readonly timers?: SipTimers;
}

/** A running engine. */
export interface Engine {
  /** Where the application connects, speaking drachtio's control protocol; `secret` is made anew at each start. */
  readonly admin: { readonly host: '127.0.0.1'; readonly port: number; readonly secret: string };
  readonly sip: { readonly host: string; readonly port: number };
  /** Reports once, should the engine die of itself. The application should end. */
  onFailure(report: (error: Error) => void): void;
  /** What it holds at this moment; never resolves once it has died. */
  counts(): Promise<EngineCounts>;
  /** Stops it: sockets are closed when the promise resolves. Calls that are up are not hung up. */
  close(): Promise<void>;
}

/** The engine could not start: most often `code` is `EADDRINUSE`, and `host`, `port` and `transport` say where. */
export class EngineStartError extends Error {
  override readonly name = 'EngineStartError';
  readonly code: string;
  readonly host: string;
  readonly port: number;
  readonly transport: 'udp' | 'tcp';

  constructor({ message, code, host, port, transport }: Extract<FromWorker, { kind: 'refused' }>) {
    super(message);
    this.code = code;
    this.host = host;
    this.port = port;
    this.transport = transport;
  }
}

/**
 * Starts the embedded engine in a thread of this process, so that it has an event loop of its own and dies with the
 * process, however that ends.
 * @throws {EngineStartError} when the SIP port can't be had.
 */
export async function startEngine({ sip, timers = rfcTimers, journal, capture }: EngineOptions): Promise<Engine> {
  const options: WorkerOptions = {
    host: sip.host,
    port: sip.port,
    advertisedHost: sip.advertisedHost,
    timers,
    journal,
    capture,
  };
  // Flags that Node was started with are meant for the program, not for this thread (`--input-type` would stop it).
  const worker = new Worker(workerUrl(), { workerData: options, name: 'sip-engine', execArgv: [] });
  const exited = Promise.withResolvers<Error>();
  let failure: Error | undefined;
  worker.once('error', (error) => (failure = asError(error)));
  worker.once('exit', (code) => exited.resolve(failure ?? new Error(`the embedded engine ended with code ${code}`)));

  const ready = await Promise.race([firstWord(worker), exited.promise]);
  if (ready instanceof Error) {
    await worker.terminate();
    throw ready;
  }
  let isClosing = false;
  const counting: ((counts: EngineCounts) => void)[] = [];
  const failed = Promise.withResolvers<Error>();
  worker.on('message', (message: FromWorker) => {
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

  return {
    admin: { host: '127.0.0.1', port: ready.adminPort, secret: ready.secret },
    sip: { host: sip.host, port: ready.sipPort },
    onFailure: (report) => void failed.promise.then((error) => report(error)),
    counts() {
      const { promise, resolve } = Promise.withResolvers<EngineCounts>();
      counting.push(resolve);
      worker.postMessage({ kind: 'count' } satisfies ToWorker, []);
      return promise;
    },
    async close() {
      isClosing = true;
      worker.postMessage({ kind: 'close' } satisfies ToWorker, []);
      await exited.promise;
    },
  };
}

/** The worker beside this file, as source or as built. */
const workerUrl = (): URL =>
  new URL(`./engine-worker${import.meta.url.endsWith('.ts') ? '.ts' : '.js'}`, import.meta.url);

/** The first thing the worker says: that it is ready, or why it can't be. */
async function firstWord(worker: Worker): Promise<Extract<FromWorker, { kind: 'ready' }> | Error> {
  const { promise, resolve } = Promise.withResolvers<FromWorker>();
  worker.once('message', resolve);
  const word = await promise;
  if (word.kind === 'ready') return word;
  return word.kind === 'refused' ? new EngineStartError(word) : new Error('the embedded engine did not start');
}

const asError = (thrown: unknown): Error => (thrown instanceof Error ? thrown : new Error(String(thrown)));
