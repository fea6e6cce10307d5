import { randomBytes } from 'node:crypto';
import { serveAgent } from './agent/serve-agent.ts';
import { UserAgent } from './agent/user-agent.ts';
import { AdminServer } from './drachtio/admin-server.ts';
import { CaptureClient, type CaptureTarget } from './capture/capture-client.ts';
import { AppDirectory } from './drachtio/app-directory.ts';
import { CallJournal, leftBehind } from './journal/call-journal.ts';
import { Journal } from './journal/journal.ts';
import { Locator } from './locate/locate-server.ts';
import { systemNames, type NameService } from './locate/name-service.ts';
import type { SipTimers } from './timers.ts';
import { bracketed, type SocketAddress } from './transport/flow.ts';
import { Transport } from './transport/transport.ts';

/** The version of the control protocol we speak, as `drachtio-srf` reads it. */
const PROTOCOL_VERSION = 'v0.9.10-embedded';

/** What the SIP half of the engine is started with. */
export interface SipEngineOptions {
  /** Where to listen for SIP, over UDP and TCP alike; port 0 takes any free one. */
  readonly sip: SocketAddress;
  /** What peers are to call us, where it differs from the address listened on. */
  readonly advertisedHost: string | undefined;
  readonly timers: SipTimers;
  /** Something broke for good: a socket that listened does so no more. */
  readonly onFault: (error: Error) => void;
  /** Resolves names; the system's resolver unless a test brings its own. */
  readonly names?: NameService;
  /** A file that tells the next process what calls there were, should this one die; none is kept where there is no name. */
  readonly journal?: string | undefined;
  /** Who gets a copy of every message, if anyone. */
  readonly capture?: CaptureTarget | undefined;
  /** Something is amiss that calls go on without. */
  readonly onTrouble: (error: Error) => void;
}

/** What the SIP half holds at a moment. */
export interface SipCounts {
  /** Server and client transactions that aren't over. */
  readonly transactions: number;
  /** Dialogs, early ones included. */
  readonly dialogs: number;
  /** TCP connections, of either direction. */
  readonly connections: number;
}

/** The SIP half of the embedded engine: transports below, the drachtio control protocol above. */
export class SipEngine {
  /** What applications authenticate with; made anew at each start. */
  readonly secret: string;
  readonly #transport: Transport;
  readonly #agent: UserAgent;
  readonly #admin: AdminServer;
  readonly #copies: CaptureClient | undefined;

  private constructor(parts: {
    readonly transport: Transport;
    readonly agent: UserAgent;
    readonly admin: AdminServer;
    readonly secret: string;
    readonly copies: CaptureClient | undefined;
  }) {
    this.#transport = parts.transport;
    this.#agent = parts.agent;
    this.#admin = parts.admin;
    this.secret = parts.secret;
    this.#copies = parts.copies;
  }

  /**
   * Binds everything and begins to serve.
   * @throws {BindError} when the SIP port can't be had.
   */
  static async start({
    sip,
    advertisedHost,
    timers,
    onFault,
    names = systemNames(),
    journal: file,
    capture,
    onTrouble,
  }: SipEngineOptions): Promise<SipEngine> {
    const transport = await Transport.bind(sip, advertisedHost, onFault);
    const directory = new AppDirectory();
    const journal = file === undefined ? undefined : Journal.open(file, onTrouble);
    const left = journal === undefined ? undefined : leftBehind(journal);
    const agent = new UserAgent(transport, new Locator(names), timers, directory, new CallJournal(journal));
    const copies =
      capture === undefined ? undefined : captureAll(transport, new CaptureClient(capture, names, onTrouble));
    if (left !== undefined) agent.takeUp(left);
    serveAgent(agent, transport);
    const secret = randomBytes(24).toString('hex');
    const hostPort = `${bracketed(advertisedHost ?? transport.bound.host)}:${transport.bound.port}`;
    const welcome = `udp/${hostPort},tcp/${hostPort}|${PROTOCOL_VERSION}|udp/${hostPort},tcp/${hostPort}`;
    const admin = await AdminServer.listen({ agent, directory, secret, welcome }, onFault);
    return new SipEngine({ transport, agent, admin, secret, copies });
  }

  get adminPort(): number {
    return this.#admin.port;
  }

  get sip(): SocketAddress {
    return this.#transport.bound;
  }

  get counts(): SipCounts {
    const { transactions, dialogs } = this.#agent;
    return { transactions: transactions.size, dialogs: dialogs.size, connections: this.#transport.connections };
  }

  async close(): Promise<void> {
    this.#agent.close();
    await Promise.all([this.#admin.close(), this.#transport.close()]);
    this.#copies?.close();
  }
}

/** Has the client send a copy of everything that comes in or goes out. */
function captureAll(transport: Transport, client: CaptureClient): CaptureClient {
  transport.tap(({ way, bytes, flow: { transport: name, remote }, local }) => {
    const [from, to] = way === 'in' ? [remote, local] : [local, remote];
    client.send({ transport: name, from, to, atMs: Date.now(), bytes });
  });
  return client;
}
