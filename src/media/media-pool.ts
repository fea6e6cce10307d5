import type { CallMedia, MediaEvent, MediaServers } from '../calls/ports/call-media.ts';
import type { Clock } from '../calls/ports/clock.ts';
import { AppError } from '../domain/app-error.ts';
import type { CallId } from '../domain/ids.ts';
import type { CallMediaOptions } from './fs-call-media.ts';
import type { SrfClient } from './fsmrf.ts';
import type { ServerAddress } from './fsmrf-link.ts';
import { connectFsmrf } from './fsmrf-link.ts';
import { audioOf } from './negotiation.ts';
import type { PoolEvent, ServerStatus } from './pooled-server.ts';
import { PooledServer } from './pooled-server.ts';
import type { LinkEvents, ServerLink } from './server-link.ts';
import type { ToServerPath } from './server-path.ts';

/** What the pool needs. */
export interface MediaPoolOptions {
  readonly servers: readonly ServerAddress[];
  /** The client of the SIP server by which INVITEs reach the media servers: drachtio-srf's. */
  readonly srf: SrfClient;
  /** Address of this machine at which the media servers reach us; each channel opens a connection to it. */
  readonly listenAddress: string;
  /** Names this Tollgate to the media servers, the same after each restart and another for each Tollgate. */
  readonly instanceId: string;
  readonly clock: Clock;
  readonly report: (event: PoolEvent) => void;
  /** How long a single call of a media server may take. */
  readonly limitMs?: number;
  /** After how many seconds without a packet a side that should be heard is given up; null for never. */
  readonly silenceLimitS?: number | null;
  /** WAV file for whoever is put on hold, by its absolute path on this machine. */
  readonly holdMusic?: string | null;
  /** A file's path on this machine as the media servers see it. */
  readonly toServerPath?: ToServerPath;
  /** How a server is connected to; another in tests. */
  readonly connect?: (address: ServerAddress, events: LinkEvents) => Promise<ServerLink>;
}

const USUAL_LIMIT_MS = 4_000;

/** The media servers that there are: keeps the links to them, and chooses one for each call. */
export class MediaPool implements MediaServers {
  readonly #servers: readonly PooledServer[];

  constructor(options: MediaPoolOptions) {
    const { clock, instanceId, srf, listenAddress, report, silenceLimitS = null, limitMs = USUAL_LIMIT_MS } = options;
    const world = { srf, listenAddress, patience: { clock, limitMs } };
    const callOptions: CallMediaOptions = {
      clock,
      instanceId,
      silenceLimitMs: silenceLimitS === null ? null : silenceLimitS * 1_000,
      holdMusic: options.holdMusic ?? null,
      toServerPath: options.toServerPath ?? ((path) => path),
    };
    const connect = options.connect ?? ((address, events) => connectFsmrf(address, world, events));
    this.#servers = options.servers.map(
      (address) => new PooledServer(address, { clock, options: callOptions, connect, report }),
    );
  }

  /** Connects to every server; resolves once each has been tried. Those that are down are tried again by themselves. */
  async start(): Promise<void> {
    await Promise.all(this.#servers.map((server) => server.start()));
  }

  get isUp(): boolean {
    return this.#servers.some((server) => server.isOpen);
  }

  /** Every server with its state and load, in the order of the settings. */
  servers(): readonly ServerStatus[] {
    return this.#servers.map(({ status }) => status);
  }

  /** Lets a server end the calls it has and gives it no new ones, until it is told otherwise. False where none is named so. */
  drain(name: string, isDraining = true): boolean {
    const server = this.#servers.find((one) => one.name === name);
    server?.drain(isDraining);
    return server !== undefined;
  }

  async open(
    call: { readonly callId: CallId; readonly offer: string | null; readonly avoid?: readonly string[] },
    report: (event: MediaEvent) => void,
  ): Promise<CallMedia> {
    if (call.offer !== null) audioOf(call.offer);
    const tried = new Set(call.avoid);
    let failure: unknown;
    for (let server = this.#leastLoaded(tried); server; server = this.#leastLoaded(tried)) {
      tried.add(server.name);
      try {
        return await server.open(call, report);
      } catch (error) {
        if (error instanceof AppError && error.code === 'media-refused') throw error;
        failure = error;
      }
    }
    const why = failure instanceof Error ? failure.message : 'None is up that has room for it.';
    throw new AppError('media-unavailable', `No media server can take the call. ${why}`, { cause: failure });
  }

  /** Closes the media of every call and the links to all servers. */
  async close(): Promise<void> {
    await Promise.all(this.#servers.map((server) => server.close()));
  }

  #leastLoaded(tried: ReadonlySet<string>): PooledServer | undefined {
    const open = this.#servers.filter((server) => server.isOpen && !tried.has(server.name));
    return open.reduce<PooledServer | undefined>(
      (least, server) => (least && least.sessions <= server.sessions ? least : server),
      undefined,
    );
  }
}
