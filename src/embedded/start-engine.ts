import type { EngineCounts, SipReady, WorkerOptions } from './engine-messages.ts';
import { startThread } from './engine-thread.ts';
import type { CaptureTarget } from './sip/capture/capture-client.ts';
import type { SipCounts } from './sip/sip-engine.ts';
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

/**
 * Starts the SIP half of the embedded engine in a thread of this process, so that it has an event loop of its own and
 * dies with the process, however that ends.
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
  const thread = await startThread<SipReady, SipCounts>('engine-worker', 'sip-engine', options);
  const { adminPort, secret, sipPort } = thread.ready;
  return {
    admin: { host: '127.0.0.1', port: adminPort, secret },
    sip: { host: sip.host, port: sipPort },
    onFailure: (report) => thread.onFailure(report),
    counts: () => thread.counts(),
    close: () => thread.close(),
  };
}
