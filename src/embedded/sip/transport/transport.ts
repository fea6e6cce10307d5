import type { Flow, SocketAddress, TransportEvents, TransportName } from './flow.ts';
import { LocalAddress } from './local-address.ts';
import { TcpTransport } from './tcp.ts';
import { UdpTransport } from './udp.ts';

/** How often another free port is tried when UDP and TCP can't have the same one. */
const PORT_ATTEMPTS = 50;

/** Why the SIP port could not be had. `code` is the system's (`EADDRINUSE`, `EACCES` …). */
export class BindError extends Error {
  override readonly name = 'BindError';
  readonly code: string;
  readonly address: SocketAddress;
  readonly transport: TransportName;

  constructor(cause: unknown, address: SocketAddress, transport: TransportName) {
    const code = cause instanceof Error && 'code' in cause && typeof cause.code === 'string' ? cause.code : 'EUNKNOWN';
    super(`can't listen for SIP on ${address.host}:${address.port}/${transport}: ${code}`, { cause });
    this.code = code;
    this.address = address;
    this.transport = transport;
  }
}

/** Until someone listens, what comes in is lost, as it would be before the port was bound. */
const DEAF: TransportEvents = { onBytes: () => undefined, onBroken: () => undefined };

/** Sees each message as it is on the wire, its repetitions too. */
export type WireTap = (message: {
  readonly way: 'in' | 'out';
  readonly bytes: Buffer;
  readonly flow: Flow;
  /** This end of the flow. */
  readonly local: SocketAddress;
}) => void;

/** Who is told what comes in, and who looks on. */
interface Listener {
  events: TransportEvents;
  tap: ((way: 'in' | 'out', bytes: Buffer, flow: Flow) => void) | undefined;
}

/** What the layers above need of the transports. */
export type Network = Pick<Transport, 'flowTo' | 'refusedTcpLately' | 'local' | 'bound'>;

/** Both SIP transports on one port, and the address they are known by. */
export class Transport {
  readonly #udp: UdpTransport;
  readonly #tcp: TcpTransport;
  readonly local: LocalAddress;
  readonly bound: SocketAddress;

  readonly #listener: Listener;

  private constructor(
    udp: UdpTransport,
    tcp: TcpTransport,
    listener: Listener,
    bound: SocketAddress,
    advertisedHost: string | undefined,
  ) {
    this.#udp = udp;
    this.#tcp = tcp;
    this.#listener = listener;
    this.bound = bound;
    this.local = new LocalAddress(bound, advertisedHost);
  }

  /**
   * Binds UDP and TCP to `address`; port 0 takes a port that is free for both.
   * @throws {BindError} when either can't be had.
   */
  static async bind(
    address: SocketAddress,
    advertisedHost: string | undefined,
    onFault: (error: Error) => void,
  ): Promise<Transport> {
    const listener: Listener = { events: DEAF, tap: undefined };
    const events: TransportEvents = {
      onBytes: (bytes, flow) => {
        listener.tap?.('in', bytes, flow);
        listener.events.onBytes(bytes, flow);
      },
      onSent: (bytes, flow) => listener.tap?.('out', bytes, flow),
      onBroken: (malformed, flow) => listener.events.onBroken(malformed, flow),
    };
    for (let attempt = 1; ; attempt++) {
      const udp = await UdpTransport.bind(address, events, onFault).catch((error: unknown) => {
        throw new BindError(error, address, 'udp');
      });
      const bound = { host: address.host, port: udp.port };
      try {
        const tcp = await TcpTransport.listen(bound, events, onFault);
        return new Transport(udp, tcp, listener, bound, advertisedHost);
      } catch (error) {
        await udp.close();
        // The port UDP was given may be somebody's TCP port: ask for another one.
        if (address.port !== 0 || attempt === PORT_ATTEMPTS) throw new BindError(error, bound, 'tcp');
      }
    }
  }

  /** How many TCP connections there are. */
  get connections(): number {
    return this.#tcp.size;
  }

  /** Says who takes what comes in. */
  listen(events: TransportEvents): void {
    this.#listener.events = events;
  }

  /** Says who looks on. */
  tap(tap: WireTap): void {
    this.#listener.tap = (way, bytes, flow) => {
      const local = flow.local ?? { host: this.local.ownFor(flow.remote.host), port: this.bound.port };
      tap({ way, bytes, flow, local });
    };
  }

  /** The flow to a peer; over TCP the connection there is, or a new one. */
  flowTo(transport: TransportName, remote: SocketAddress): Flow {
    return transport === 'udp' ? this.#udp.flowTo(remote) : this.#tcp.flowTo(remote);
  }

  /** Whether a peer would not talk TCP a short while ago. */
  refusedTcpLately(remote: SocketAddress): boolean {
    return this.#tcp.refusedLately(remote);
  }

  async close(): Promise<void> {
    await Promise.all([this.#udp.close(), this.#tcp.close()]);
  }
}
