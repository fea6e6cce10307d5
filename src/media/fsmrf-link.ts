import { once } from 'node:events';
import { createServer } from 'node:net';
import { AppError } from '../domain/app-error.ts';
import { FsmrfEndpoint, successOf } from './fsmrf-endpoint.ts';
import type { ChannelConnection, EslConnection, EslEvent, FsmrfServer, SrfClient } from './fsmrf.ts';
import { connectEventSocket, createFsmrfServer, guardConnection } from './fsmrf.ts';
import type { Heartbeat, LinkEvents, MediaEndpoint, ServerLink } from './server-link.ts';
import { ServerRefusal } from './server-link.ts';
import type { Patience } from './within.ts';
import { callServer, within } from './within.ts';

/** A media server's event socket. */
export interface ServerAddress {
  readonly host: string;
  readonly port: number;
  readonly secret: string;
}

/** What links need of the world. */
export interface LinkWorld {
  /** Where INVITEs to the media server go out. */
  readonly srf: SrfClient;
  /** The address of this machine at which media servers reach us: each channel connects back to it. */
  readonly listenAddress: string;
  readonly patience: Patience;
}

/** The SIP profile that takes our INVITEs, as the image drachtio-freeswitch-mrf names it. */
const PROFILE = 'drachtio_mrf';

/** A line of `sofia status` with the profile's own address, once it listens there. */
const PROFILE_LINE = new RegExp(`^\\s*${PROFILE}\\s.*sip:mod_sofia@(?:\\d{1,3}\\.){3}\\d{1,3}:\\d+\\s+RUNNING`, 'm');

/** What the library has in the User-Agent of its INVITEs. */
const OUR_AGENT = /^drachtio-fsmrf:(.+)$/;

/** Connects to a FreeSWITCH. Rejects with `ServerRefusal` where it does not let us in; otherwise with whatever kept it. */
export async function connectFsmrf(address: ServerAddress, world: LinkWorld, events: LinkEvents): Promise<ServerLink> {
  const connection = await signOn(address, world.patience, events.onFault);
  const ended = Promise.withResolvers<never>();
  ended.promise.catch(() => undefined);
  connection.once('esl::end', () => ended.reject(new Error('it closed the connection')));
  try {
    const making = (async () => {
      await checkProfile(connection);
      await checkAddress(world.listenAddress);
      return createServerOn(connection, world, events);
    })();
    const server = await within(world.patience, 'getting ready', Promise.race([making, ended.promise]), discard);
    return new FsmrfLink(connection, server, world.patience, events);
  } catch (error) {
    connection.socket?.destroy();
    throw error;
  }
}

async function signOn(address: ServerAddress, patience: Patience, onFault: LinkEvents['onFault']) {
  const signedOn = Promise.withResolvers<void>();
  const connection = connectEventSocket(address, signedOn.resolve);
  connection.once('esl::connect', () => guardConnection(connection, onFault));
  connection.on('error', (error: Error) => signedOn.reject(error));
  connection.once('esl::end', () => signedOn.reject(new Error('it closed the connection')));
  connection.once('esl::event::auth::fail', () => signedOn.reject(new ServerRefusal('it does not take the secret')));
  connection.once('esl::event::raw::text/rude-rejection', () =>
    signedOn.reject(new ServerRefusal('its access list (apply-inbound-acl) does not let us in')),
  );
  try {
    await within(patience, 'letting us in', signedOn.promise);
    return connection;
  } catch (error) {
    connection.socket?.destroy();
    throw error;
  }
}

/** The library looks for it too, but throws where it is missing. A server that has just started brings it up last. */
async function checkProfile(connection: EslConnection): Promise<void> {
  const status = await new Promise<EslEvent>((resolve) => connection.api('sofia status', resolve));
  if (!PROFILE_LINE.test(status.getBody())) throw new Error(`it has no SIP profile ${PROFILE} that is running`);
}

/** The library listens there without a thought of failure. */
async function checkAddress(listenAddress: string): Promise<void> {
  const probe = createServer();
  probe.listen(0, listenAddress);
  await once(probe, 'listening');
  probe.close();
}

function createServerOn(connection: EslConnection, world: LinkWorld, { onFault }: LinkEvents): Promise<FsmrfServer> {
  return new Promise((resolve, reject) => {
    const server = createFsmrfServer(connection, world.srf, { listenAddress: world.listenAddress, profile: PROFILE });
    server.on('error', reject);
    server.once('ready', () => resolve(server));
    server.once('connect', () => takeChannels(server, onFault));
  });
}

/** Guards the connections of channels, and sends away those that no INVITE of ours has brought about. */
function takeChannels({ _server: listening, pendingConnections }: FsmrfServer, onFault: LinkEvents['onFault']): void {
  if (!listening) return;
  listening.on('connection::open', (connection: EslConnection) => guardConnection(connection, onFault));
  const [welcome] = listening.listeners('connection::ready');
  listening.removeAllListeners('connection::ready');
  listening.on('connection::ready', (connection: ChannelConnection, id: unknown) => {
    const agent = connection.getInfo().getHeader('variable_sip_user_agent') ?? '';
    if (pendingConnections.has(OUR_AGENT.exec(agent)?.[1] ?? '')) welcome?.(connection, id);
    else connection.execute('hangup', 'NO_ROUTE_DESTINATION', () => undefined);
  });
}

function discard(server: FsmrfServer): void {
  server._server?.close();
}

/** A link to FreeSWITCH by way of drachtio-fsmrf. */
class FsmrfLink implements ServerLink {
  readonly #connection: EslConnection;
  readonly #server: FsmrfServer;
  readonly #patience: Patience;
  readonly #held = new Set<string>();
  /** Rejects when there is no link any more: nothing is answered then. */
  readonly #over = Promise.withResolvers<never>();
  #closed = false;

  constructor(connection: EslConnection, server: FsmrfServer, patience: Patience, { onHeartbeat, onEnd }: LinkEvents) {
    this.#connection = connection;
    this.#server = server;
    this.#patience = patience;
    connection.on('esl::event::HEARTBEAT::*', (event: EslEvent) => onHeartbeat(readHeartbeat(event)));
    this.#over.promise.catch(() => undefined);
    connection.once('esl::end', () => {
      this.#over.reject(new AppError('media-failed', 'There is no link to the media server any more.'));
      if (!this.#closed) onEnd('the link was lost');
    });
  }

  async command(text: string): Promise<string> {
    const answered = new Promise<EslEvent>((resolve) => {
      if (this.#connection.socket) this.#connection.api(text, resolve);
    });
    const answer = await callServer(this.#patience, `doing ${text}`, Promise.race([answered, this.#over.promise]));
    return successOf(text, answer.getBody());
  }

  async createEndpoint(sdp: string, headers: Readonly<Record<string, string>>): Promise<MediaEndpoint> {
    // Asynchronous, so that what the library throws at once is a rejection as well.
    const made = (async () =>
      this.#hold(await this.#server.createEndpoint({ remoteSdp: sdp, headers: { ...headers } })))();
    return callServer(this.#patience, 'making an endpoint', made, (endpoint) => void endpoint.destroy());
  }

  holds(uuid: string): boolean {
    return this.#held.has(uuid);
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#connection.disconnect();
    this.#server._server?.close();
    for (const channel of Object.values(this.#server._server?.connections ?? {})) channel.socket?.destroy();
  }

  #hold(endpoint: ConstructorParameters<typeof FsmrfEndpoint>[0]): FsmrfEndpoint {
    this.#held.add(endpoint.uuid);
    return new FsmrfEndpoint(endpoint, {
      patience: this.#patience,
      kill: async (uuid) => {
        await this.command(`uuid_kill ${uuid}`).catch(() => undefined);
      },
      onReleased: (uuid) => this.#held.delete(uuid),
    });
  }
}

/** Seconds between two heartbeats where the server does not say it: FreeSWITCH's own default. */
const USUAL_INTERVAL_S = 20;

function readHeartbeat(event: EslEvent): Heartbeat {
  const number = (header: string): number => Number(event.getHeader(header) ?? Number.NaN) || 0;
  return {
    sessions: number('Session-Count'),
    maxSessions: number('Max-Sessions'),
    intervalMs: (number('Heartbeat-Interval') || USUAL_INTERVAL_S) * 1_000,
  };
}
