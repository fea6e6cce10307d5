import { createSocket, type Socket } from 'node:dgram';
import { isIPv6 } from 'node:net';
import type { Flow, SocketAddress, TransportEvents } from './flow.ts';

/** Bytes asked of the kernel for datagrams that wait, so that a burst of calls is not lost while one is handled. */
const KERNEL_BUFFER_BYTES = 4 * 1024 * 1024;

/** Bytes that may wait in the process for the kernel before a datagram is dropped, as a full link would drop it. */
const MAX_QUEUED_BYTES = 4 * 1024 * 1024;

/** SIP over UDP (RFC 3261 §18): one socket for everything sent and received, so that replies come back to it. */
export class UdpTransport {
  readonly #socket: Socket;
  readonly #events: TransportEvents;
  #isClosed = false;

  private constructor(socket: Socket, events: TransportEvents) {
    this.#socket = socket;
    this.#events = events;
    socket.on('message', (bytes, from) => {
      events.onBytes(bytes, this.flowTo({ host: from.address, port: from.port }));
    });
  }

  /**
   * Binds the socket. Port 0 takes any free port.
   * Rejects with the system's error (`EADDRINUSE`, `EADDRNOTAVAIL`, `EACCES`).
   */
  static async bind(
    address: SocketAddress,
    events: TransportEvents,
    onFault: (error: Error) => void,
  ): Promise<UdpTransport> {
    const socket = createSocket({ type: isIPv6(address.host) ? 'udp6' : 'udp4', recvBufferSize: KERNEL_BUFFER_BYTES });
    const transport = new UdpTransport(socket, events);
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    socket.once('error', reject);
    socket.bind({ address: address.host, port: address.port, exclusive: true }, resolve);
    try {
      await promise;
    } catch (error) {
      socket.close();
      throw error;
    }
    socket.off('error', reject);
    socket.on('error', onFault);
    return transport;
  }

  get port(): number {
    return this.#socket.address().port;
  }

  /** The flow to a peer. Costs nothing; nothing is kept for it. */
  flowTo(remote: SocketAddress): Flow {
    const socket = this.#socket;
    const events = this.#events;
    const isClosed = (): boolean => this.#isClosed;
    return {
      transport: 'udp',
      remote,
      open: true,
      send(bytes, onError) {
        // A transaction that outlives the transport sends again, and is told that this is of no use.
        if (isClosed()) {
          onError(new Error('UDP socket is closed'));
          return;
        }
        if (socket.getSendQueueSize() > MAX_QUEUED_BYTES) {
          onError(new Error('UDP send queue is full'));
          return;
        }
        socket.send(bytes, remote.port, remote.host, (error) => {
          if (error !== null) onError(error);
        });
        events.onSent?.(bytes, this);
      },
    };
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#socket.close(resolve);
    await promise;
  }
}
