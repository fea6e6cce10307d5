import { connect, createServer, type Server, type Socket } from 'node:net';
import { formatAddress, type Flow, type SocketAddress, type TransportEvents } from './flow.ts';
import { TcpConnection } from './tcp-connection.ts';

/** Connections held at once; beyond it new ones are turned away, so that strangers can't use up the process's files. */
const MAX_CONNECTIONS = 4096;

/** How long a peer may take to accept a connection before the request counts as undeliverable. */
const CONNECT_MS = 5000;

/** How long a peer that would not talk TCP is not asked again where UDP will do. */
const REFUSAL_MS = 5 * 60_000;

/** Such peers remembered at once. */
const MAX_REFUSALS = 1000;

/** SIP over TCP (RFC 3261 §18): connections are shared by everything said to a peer, whoever opened them. */
export class TcpTransport {
  readonly #server: Server;
  readonly #events: TransportEvents;
  readonly #connections = new Map<string, TcpConnection>();
  /** By address: until when, on the monotonic clock, it counts as one that refuses TCP. */
  readonly #refusals = new Map<string, number>();

  private constructor(server: Server, events: TransportEvents) {
    this.#server = server;
    this.#events = events;
    server.maxConnections = MAX_CONNECTIONS;
    server.on('connection', (socket: Socket) => {
      const { remoteAddress: host, remotePort: port } = socket;
      // A peer that is gone before it was accepted has no address any more.
      if (host === undefined || port === undefined) socket.destroy();
      else this.#adopt(socket, { host, port });
    });
  }

  /**
   * Listens. Port 0 takes any free port.
   * Rejects with the system's error (`EADDRINUSE`, `EADDRNOTAVAIL`, `EACCES`).
   */
  static async listen(
    address: SocketAddress,
    events: TransportEvents,
    onFault: (error: Error) => void,
  ): Promise<TcpTransport> {
    const server = createServer({ allowHalfOpen: true, noDelay: true });
    const transport = new TcpTransport(server, events);
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    server.once('error', reject);
    server.listen({ host: address.host, port: address.port, exclusive: true, backlog: 1024 }, resolve);
    await promise;
    server.off('error', reject);
    server.on('error', onFault);
    return transport;
  }

  /** How many connections there are. */
  get size(): number {
    return this.#connections.size;
  }

  /** The flow to a peer: the open connection there is, or a new one that is being opened. */
  flowTo(remote: SocketAddress): Flow {
    const existing = this.#connections.get(formatAddress(remote));
    if (existing?.reusable === true) return existing;
    const socket = connect({ host: remote.host, port: remote.port, noDelay: true });
    const deadline = setTimeout(() => {
      socket.destroy(new Error(`no TCP connection to ${formatAddress(remote)} within ${CONNECT_MS} ms`));
    }, CONNECT_MS);
    const settle = (isRefused: boolean): void => {
      clearTimeout(deadline);
      this.#noteRefusal(formatAddress(remote), isRefused);
    };
    const onClosed = (): void => settle(true);
    socket.once('close', onClosed);
    socket.once('connect', () => {
      socket.off('close', onClosed);
      settle(false);
    });
    return this.#adopt(socket, remote);
  }

  /** Whether a peer would not be connected to a short while ago. */
  refusedLately(remote: SocketAddress): boolean {
    return (this.#refusals.get(formatAddress(remote)) ?? 0) > performance.now();
  }

  /** Stops listening and drops every connection. */
  async close(): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#server.close(() => resolve());
    for (const connection of this.#connections.values()) connection.destroy();
    await promise;
  }

  #noteRefusal(address: string, isRefused: boolean): void {
    this.#refusals.delete(address);
    if (!isRefused) return;
    const oldest = this.#refusals.size >= MAX_REFUSALS ? this.#refusals.keys().next() : undefined;
    if (oldest?.done === false) this.#refusals.delete(oldest.value);
    this.#refusals.set(address, performance.now() + REFUSAL_MS);
  }

  #adopt(socket: Socket, remote: SocketAddress): TcpConnection {
    const key = formatAddress(remote);
    const connection = new TcpConnection(socket, remote, this.#events, (closed) => {
      if (this.#connections.get(key) === closed) this.#connections.delete(key);
    });
    this.#connections.set(key, connection);
    return connection;
  }
}
