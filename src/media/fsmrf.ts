import type { EventEmitter } from 'node:events';
import { createRequire } from 'node:module';
import type { Socket } from 'node:net';
// @ts-expect-error: the package comes without types; what is used of it is declared below.
import Mrf from 'drachtio-fsmrf';

/**
 * What the product uses of drachtio-fsmrf 5 and of drachtio-modesl, the event socket library beneath it, typed by what
 * they do. Only this file knows the packages' names.
 */
export interface EslEvent {
  getHeader(name: string): string | null | undefined;
  getBody(): string;
}

/** A connection of the event socket: ours to a server, or a channel's to us. */
export interface EslConnection extends EventEmitter {
  /** Null once it is closed. */
  readonly socket: Socket | null;
  /** There from `esl::connect` on. */
  readonly parser: EventEmitter;
  /** Set, it is never connected anew by the library itself. */
  closing?: boolean;
  api(command: string, answered: (answer: EslEvent) => void): void;
  subscribe(events: readonly string[]): void;
  disconnect(): void;
}

/** A channel's connection to us. */
export interface ChannelConnection extends EslConnection {
  getInfo(): EslEvent;
  /** Returns the id by which the events of this execution name it (`Application-UUID`). */
  execute(application: string, argument: string, ended: (event: EslEvent) => void): string;
}

/** The SIP dialog between us and the media server. Emits `destroy` with the server's BYE. */
export interface EndpointDialog extends EventEmitter {
  readonly connected: boolean;
  readonly local: { sdp: string; readonly contact: string };
  readonly remote: { readonly sdp: string };
  /** Calls back for each response, provisional ones too. */
  request(
    options: { method: 'INVITE'; headers: Record<string, string>; body: string },
    answered: (error: unknown, response?: { readonly status: number; readonly body: string }) => void,
  ): void;
  destroy(sent: (error: unknown) => void): void;
}

/** A channel at the media server. Emits `dtmf` with the key, `destroy` with the cause where the server told it. */
export interface Endpoint extends EventEmitter {
  readonly uuid: string;
  /** False once the channel is hung up or its connection is closed. */
  readonly connected: boolean;
  /** Null once the channel's connection is closed. */
  readonly conn: ChannelConnection | null;
  readonly dialog: EndpointDialog;
  set(variables: Readonly<Record<string, string>>): Promise<void>;
  api(command: string): Promise<EslEvent>;
  /** Hangs up; resolves with the server's BYE, and never without it. */
  destroy(): Promise<void>;
}

/** A media server as the library sees it. Emits `connect`, then `ready`; or `error`. */
export interface FsmrfServer extends EventEmitter {
  /** Set, the library prints nothing of a lost link. */
  closing?: boolean;
  /** There from `connect` on: takes the channels' connections. */
  readonly _server?: EventEmitter & {
    readonly connections: Readonly<Record<string, EslConnection>>;
    close(): void;
  };
  /** Endpoints being made, by the id in their User-Agent. */
  readonly pendingConnections: Map<string, unknown>;
  createEndpoint(options: { remoteSdp: string; headers: Record<string, string> }): Promise<Endpoint>;
}

/** What the library needs of drachtio-srf: it places the INVITEs to the media server. */
export interface SrfClient {
  readonly createUAC: (...invite: never[]) => unknown;
}

/** Reads what comes by a connection. */
type Listener = (...heard: unknown[]) => void;

const requireFsmrf = createRequire(import.meta.resolve('drachtio-fsmrf'));
const { Connection } = requireFsmrf('drachtio-modesl') as {
  Connection: new (host: string, port: number, secret: string, ready: () => void) => EslConnection;
};
const MediaServer = requireFsmrf('./mediaserver') as new (
  connection: EslConnection,
  mrf: object,
  listenAddress: string,
  listenPort: number,
  advertisedAddress: undefined,
  advertisedPort: undefined,
  profile: string,
) => FsmrfServer;

/** Connects to a server's event socket; `ready` once it has taken the secret. It is not connected anew by itself. */
export function connectEventSocket(
  { host, port, secret }: { readonly host: string; readonly port: number; readonly secret: string },
  ready: () => void,
): EslConnection {
  const connection = new Connection(host, port, secret, ready);
  // After a reconnect of the library's own, answers go to the callbacks of older questions.
  connection.closing = true;
  return connection;
}

/** Makes a media server of a connected event socket; channels connect to us at `listenAddress`. */
export function createFsmrfServer(
  connection: EslConnection,
  srf: SrfClient,
  { listenAddress, profile }: { readonly listenAddress: string; readonly profile: string },
): FsmrfServer {
  const mrf = new (Mrf as new (srf: SrfClient) => object)(srf);
  const server = new MediaServer(connection, mrf, listenAddress, 0, undefined, undefined, profile);
  server.closing = true;
  return server;
}

/**
 * Sends without waiting for acknowledgement (the library writes each line by itself, and Nagle's algorithm would hold all
 * but the first for 40 ms), and lets nothing that a message sets off be thrown back into the reader, where it would end
 * the process: a listener's fault goes to `onFault`; what can't be read at all closes the connection too.
 */
export function guardConnection({ socket, parser }: EslConnection, onFault: (error: unknown) => void): void {
  if (!socket) return;
  socket.setNoDelay(true);
  socket.setKeepAlive(true, KEEP_ALIVE_MS);
  guard(parser, 'esl::event', onFault);
  guard(socket, 'data', (error) => {
    onFault(error);
    socket.destroy();
  });
}

/** After so long without a word the operating system asks whether the other side is still there. */
const KEEP_ALIVE_MS = 30_000;

function guard(emitter: EventEmitter, event: string, onFault: (error: unknown) => void): void {
  const listeners = emitter.listeners(event) as Listener[];
  emitter.removeAllListeners(event);
  emitter.on(event, (...heard: unknown[]) => {
    try {
      for (const listener of listeners) Reflect.apply(listener, emitter, heard);
    } catch (error) {
      onFault(error);
    }
  });
}

/** Lets a dialog speak over whatever link to the SIP server there is: the library ties one to the link it began on. */
export function forgetLink(dialog: EndpointDialog): void {
  (dialog as unknown as { req: { socket: unknown } }).req.socket = undefined;
}
