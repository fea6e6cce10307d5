import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { formatAddress, type Flow, type SocketAddress, type TransportEvents } from './flow.ts';
import { TcpConnection } from './tcp-connection.ts';

/**
 * Connections of others held at once, so that strangers can't use up the process's files and memory. For one more, the
 * one goes that has brought no message for longest: a carrier's, which has calls to tell of, outlasts any number of
 * strangers', and had it been silent it would simply open another.
 */
const MAX_CONNECTIONS = 1024;

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
  readonly #maxConnections: number;
  readonly #connections = new Map<string, TcpConnection>();
  /** Those opened by others; the one that has brought no message for longest comes first. */
  readonly #accepted = new Set<TcpConnection>();
  /** By address: until when, on the monotonic clock, it counts as one that refuses TCP. */
  readonly #refusals = new Map<string, number>();

  private constructor(server: Server, events: TransportEvents, maxConnections: number) {
    this.#server = server;
    this.#events = events;
    this.#maxConnections = maxConnections;
    server.on('connection', (socket: Socket) => {
      const { remoteAddress: host, remotePort: port } = socket;
      // A peer that is gone before it was accepted has no address any more.
      if (host === undefined || port === undefined) socket.destroy();
      else this.#accept(socket, { host, port });
    });
  }

  /**
   * Listens. Port 0 takes any free port. Of others' connections it holds at most so many.
   * Rejects with the system's error (`EADDRINUSE`, `EADDRNOTAVAIL`, `EACCES`).
   */
  static async listen(
    address: SocketAddress,
    events: TransportEvents,
    onFault: (error: Error) => void,
    maxConnections = MAX_CONNECTIONS,
  ): Promise<TcpTransport> {
    const server = createServer({ allowHalfOpen: true, noDelay: true });
    const transport = new TcpTransport(server, events, maxConnections);
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    server.once('error', reject);
    server.listen({ host: address.host, port: address.port, exclusive: true, backlog: 1024 }, resolve);
    await promise;
    server.off('error', reject);
    server.on('error', onFault);
    return transport;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
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

  #accept(socket: Socket, remote: SocketAddress): void {
    const [quietest] = this.#accepted;
    if (quietest !== undefined && this.#accepted.size >= this.#maxConnections) {
      this.#accepted.delete(quietest);
      quietest.destroy();
    }
    const connection = this.#adopt(socket, remote, {
      onBytes: (bytes, flow) => {
        // Last in the order of a Set is what was added last.
        if (this.#accepted.delete(connection)) this.#accepted.add(connection);
        this.#events.onBytes(bytes, flow);
      },
      onSent: (bytes, flow) => this.#events.onSent?.(bytes, flow),
      onBroken: (malformed, flow) => this.#events.onBroken(malformed, flow),
    });
    this.#accepted.add(connection);
  }

  #adopt(socket: Socket, remote: SocketAddress, events = this.#events): TcpConnection {
    const key = formatAddress(remote);
    const connection = new TcpConnection(socket, remote, events, (closed) => {
      this.#accepted.delete(closed);
      if (this.#connections.get(key) === closed) this.#connections.delete(key);
    });
    this.#connections.set(key, connection);
    return connection;
  }
}
