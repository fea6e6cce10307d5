import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { onTestFinished } from 'vitest';
import { readRtp, writeRtp, type RtpPacket } from './phone/rtp-packet.ts';

const WAIT_MS = 5000;

/** A bare UDP socket that sends and keeps single packets, for tests that look at each; closed with the running test. */
export class RtpPeer {
  readonly host: string;
  readonly port: number;
  /** RTP that has come, in order. */
  readonly packets: RtpPacket[] = [];
  /** The same as bytes. */
  readonly datagrams: Buffer[] = [];
  readonly #socket: Socket;
  #arrived = Promise.withResolvers<void>();

  static async open(host = '127.0.0.1'): Promise<RtpPeer> {
    const socket = createSocket('udp4');
    socket.bind(0, host);
    await once(socket, 'listening');
    const peer = new RtpPeer(socket);
    onTestFinished(async () => {
      const closed = once(socket, 'close');
      socket.close();
      await closed;
    });
    return peer;
  }

  private constructor(socket: Socket) {
    this.#socket = socket;
    const { address, port } = socket.address();
    this.host = address;
    this.port = port;
    socket.on('message', (bytes) => {
      this.datagrams.push(bytes);
      const packet = readRtp(bytes);
      if (packet !== null) this.packets.push(packet);
      this.#arrived.resolve();
      this.#arrived = Promise.withResolvers();
    });
  }

  /** Sends packets to a port of the same host as `to`, in order; resolves when the kernel has them all. */
  async send(to: { readonly host: string; readonly port: number }, ...packets: RtpPacket[]): Promise<void> {
    await this.sendBytes(to, ...packets.map(writeRtp));
  }

  async sendBytes(to: { readonly host: string; readonly port: number }, ...datagrams: Buffer[]): Promise<void> {
    for (const bytes of datagrams) {
      const { promise, resolve } = Promise.withResolvers<void>();
      this.#socket.send(bytes, to.port, to.host, () => resolve());
      await promise;
    }
  }

  /** Resolves with everything that has come as soon as there are so many packets; an error tells how many there were. */
  async receive(count: number): Promise<readonly RtpPacket[]> {
    const deadline = AbortSignal.timeout(WAIT_MS);
    const late = once(deadline, 'abort');
    while (this.packets.length < count) {
      await Promise.race([this.#arrived.promise, late]);
      if (deadline.aborted) throw new Error(`waited ${WAIT_MS} ms for ${count} packets; ${this.packets.length} came`);
    }
    return this.packets;
  }
}
