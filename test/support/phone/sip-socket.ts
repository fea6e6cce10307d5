import { createSocket, type Socket as UdpSocket } from 'node:dgram';
import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { writeHostPort, type HostPort } from './addresses.ts';

/** Where a message goes or came from. */
export interface Hop extends HostPort {
  readonly transport: 'udp' | 'tcp';
  /** The connection a message came in on, so that its answer goes back the same way. */
  readonly connection?: Socket;
}

/** Called for each whole message with the hop it came from. */
export type OnBytes = (bytes: Buffer, from: Hop) => void;

/** A phone's place on the network: one UDP port, and where asked for the TCP port of the same number. */
export class SipSocket {
  readonly address: HostPort;
  onBytes: OnBytes = () => undefined;
  readonly #udp: UdpSocket;
  readonly #server: Server | null;
  readonly #connections = new Map<string, Socket>();
  readonly #accepted = new Set<Socket>();

  /**
   * Binds to a free port of a loopback address, or to the port given.
   *
   * @throws Error where the address is not loopback: phones must never reach a real network
   */
  static async open(options: { host: string; port?: number; tcp?: boolean }): Promise<SipSocket> {
    const { host, port = 0, tcp = false } = options;
    if (!host.startsWith('127.')) throw new Error(`${host} is not loopback: use an address of 127.0.0.0/8`);
    for (let attempt = 1; ; attempt += 1) {
      const udp = await bindUdp(host, port);
      if (!tcp) return new SipSocket(udp, null);
      const server = createServer();
      try {
        await listen(server, host, udp.address().port);
        return new SipSocket(udp, server);
      } catch (error) {
        // The free UDP port's number may be taken in TCP; another will do, unless this very one was asked for.
        udp.close();
        if (port !== 0 || attempt === 10) throw error;
      }
    }
  }

  private constructor(udp: UdpSocket, server: Server | null) {
    this.#udp = udp;
    this.#server = server;
    this.address = { host: udp.address().address, port: udp.address().port };
    udp.on('message', (bytes, peer) => this.onBytes(bytes, { host: peer.address, port: peer.port, transport: 'udp' }));
    server?.on('connection', (connection: Socket) => {
      this.#accepted.add(connection);
      connection.on('close', () => this.#accepted.delete(connection));
      this.#read(connection);
    });
  }

  /** Sends bytes as they are. Over TCP an open connection to the hop is used again. */
  send(bytes: Buffer, to: Hop): void {
    if (to.transport === 'udp') this.#udp.send(bytes, to.port, to.host);
    else (to.connection ?? this.#connectionTo(to)).write(bytes);
  }

  /** Closes the port and every connection. */
  async close(): Promise<void> {
    for (const connection of [...this.#connections.values(), ...this.#accepted]) connection.destroy();
    const closed = [once(this.#udp, 'close')];
    this.#udp.close();
    if (this.#server) {
      closed.push(once(this.#server, 'close'));
      this.#server.close();
    }
    await Promise.all(closed);
  }

  #connectionTo(to: HostPort): Socket {
    const key = writeHostPort(to);
    const open = this.#connections.get(key);
    if (open) return open;
    const connection = connect({ host: to.host, port: to.port, localAddress: this.address.host });
    this.#connections.set(key, connection);
    connection.on('close', () => this.#connections.delete(key));
    this.#read(connection);
    return connection;
  }

  #read(connection: Socket): void {
    const { remoteAddress: host = '', remotePort: port = 0 } = connection;
    let pending = Buffer.alloc(0);
    connection.on('data', (chunk) => {
      pending = Buffer.concat([pending, chunk]);
      for (let end = endOfMessage(pending); end !== undefined; end = endOfMessage(pending)) {
        this.onBytes(pending.subarray(0, end), { host, port, transport: 'tcp', connection });
        pending = pending.subarray(end);
      }
    });
    // A refused or reset connection shows as the message that never comes; the waiting test names it.
    connection.on('error', () => connection.destroy());
  }
}

/** Where the first whole message of a stream ends (RFC 3261 §18.3), or undefined while it is incomplete. */
function endOfMessage(bytes: Buffer): number | undefined {
  const headEnd = bytes.indexOf('\r\n\r\n');
  if (headEnd === -1) return undefined;
  const head = bytes.toString('latin1', 0, headEnd);
  const length = Number(/^(?:content-length|l)[ \t]*:[ \t]*(\d+)/im.exec(head)?.[1] ?? 0);
  const end = headEnd + 4 + length;
  return bytes.length >= end ? end : undefined;
}

async function bindUdp(host: string, port: number): Promise<UdpSocket> {
  const udp = createSocket('udp4');
  udp.bind(port, host);
  await once(udp, 'listening');
  return udp;
}

async function listen(server: Server, host: string, port: number): Promise<AddressInfo> {
  server.listen(port, host);
  await once(server, 'listening');
  return server.address() as AddressInfo;
}
