import type { Socket } from 'node:net';
import { StreamFramer } from '../message/stream-framer.ts';
import type { Flow, SocketAddress, TransportEvents } from './flow.ts';

/** Bytes that may wait for a peer that reads too slowly before it is dropped. */
const MAX_QUEUED_BYTES = 256 * 1024;

/** A connection on which nothing at all was heard or said for this long is closed. */
const IDLE_MS = 10 * 60_000;

/** How long a message, once begun, may take to arrive whole. Slower senders only hold memory. */
const MESSAGE_MS = 30_000;

/** How long a peer that has said its last word may wait for answers on the same connection. */
const HALF_OPEN_MS = 5000;

/** RFC 5626 §3.5.1: the answer to a double CRLF. */
const PONG = Buffer.from('\r\n');

/** One TCP connection, inbound or outbound: the flow that messages of either direction share (RFC 3261 §18). */
export class TcpConnection implements Flow {
  readonly transport = 'tcp';
  readonly remote: SocketAddress;
  readonly #socket: Socket;
  readonly #framer = new StreamFramer();
  readonly #events: TransportEvents;
  /** What to tell the senders of bytes not yet handed to the kernel, should the connection break. */
  readonly #unsent = new Set<(error: Error) => void>();
  #slow: NodeJS.Timeout | undefined;
  #lastWord: NodeJS.Timeout | undefined;

  constructor(
    socket: Socket,
    remote: SocketAddress,
    events: TransportEvents,
    onClose: (connection: TcpConnection) => void,
  ) {
    this.#socket = socket;
    this.remote = remote;
    this.#events = events;
    // One write is one message: waiting to coalesce only adds latency.
    socket.setNoDelay(true);
    socket.setKeepAlive(true, 60_000);
    socket.setTimeout(IDLE_MS, () => socket.destroy());
    socket.on('data', (chunk) => this.#read(chunk));
    socket.on('end', () => {
      this.#lastWord = setTimeout(() => socket.end(), HALF_OPEN_MS);
    });
    // 'close' follows every error and does the work; without a listener the error would be thrown.
    socket.on('error', (error) => this.#failUnsent(error));
    socket.on('close', () => {
      clearTimeout(this.#slow);
      clearTimeout(this.#lastWord);
      this.#failUnsent(new Error('connection closed'));
      onClose(this);
    });
  }

  get open(): boolean {
    return !this.#socket.destroyed && this.#socket.writable;
  }

  send(bytes: Buffer, onError: (error: Error) => void): void {
    if (!this.open) {
      // Later, as for every other failure: a transaction learns of it after it has armed its timers.
      setImmediate(onError, new Error('connection closed'));
      return;
    }
    if (this.#socket.writableLength > MAX_QUEUED_BYTES) {
      setImmediate(onError, new Error('peer reads too slowly'));
      this.#socket.destroy();
      return;
    }
    this.#unsent.add(onError);
    this.#socket.write(bytes, (error) => {
      if (error === undefined || error === null) this.#unsent.delete(onError);
    });
    this.#events.onSent?.(bytes, this);
  }

  get local(): SocketAddress | undefined {
    const { localAddress: host, localPort: port } = this.#socket;
    return host === undefined || port === undefined ? undefined : { host, port };
  }

  /** True until the peer has said its last word: requests go only to those who still speak. */
  get reusable(): boolean {
    return this.open && this.#lastWord === undefined;
  }

  /** Closes at once; what is still queued is lost and reported as such. */
  destroy(): void {
    this.#socket.destroy();
  }

  #read(chunk: Buffer): void {
    const frames = this.#framer.push(chunk);
    this.#watchSlowSender(chunk, frames.length > 0);
    for (const frame of frames) {
      switch (frame.kind) {
        case 'message':
          this.#events.onBytes(frame.bytes, this);
          break;
        case 'ping':
          if (this.open) this.#socket.write(PONG);
          break;
        case 'broken':
          this.#events.onBroken(frame.malformed, this);
          // Whatever follows is read and thrown away, else the answer would be lost in a reset; but not for long.
          this.#socket.end();
          this.#socket.removeAllListeners('data');
          this.#socket.resume();
          this.#lastWord ??= setTimeout(() => this.#socket.destroy(), HALF_OPEN_MS);
          break;
      }
    }
  }

  /** Bytes that complete nothing are the beginning of a message; a while later it must have come whole. */
  #watchSlowSender(chunk: Buffer, completedOne: boolean): void {
    if (completedOne) {
      clearTimeout(this.#slow);
      this.#slow = undefined;
    } else if (this.#slow !== undefined || !isKeepAlive(chunk)) {
      this.#slow ??= setTimeout(() => this.#socket.destroy(), MESSAGE_MS);
    }
  }

  #failUnsent(error: Error): void {
    for (const onError of this.#unsent) onError(error);
    this.#unsent.clear();
  }
}

/** A lone CRLF, which some peers send now and then to keep a NAT open. */
const isKeepAlive = (chunk: Buffer): boolean => chunk.every((byte) => byte === 0x0d || byte === 0x0a);
