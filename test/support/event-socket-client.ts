import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { onTestFinished } from 'vitest';

/** One message of the event socket, cut up just enough to be looked at. */
export interface SocketMessage {
  readonly head: string;
  readonly body: string;
  /** The value of a header of the head; '' where there is none. */
  readonly header: (name: string) => string;
}

/** The other end of an event socket: says what the test tells it to, and keeps what it hears in order. */
export class EventSocketClient {
  readonly socket: Socket;
  readonly #messages: SocketMessage[] = [];
  readonly #waiting: ((message: SocketMessage) => void)[] = [];
  #bytes: Buffer = Buffer.alloc(0);
  /** Resolves when the connection is closed. */
  readonly closed: Promise<unknown>;

  private constructor(socket: Socket) {
    this.socket = socket;
    this.closed = new Promise((resolve) => socket.once('close', resolve));
    socket.on('error', () => undefined);
    socket.on('data', (bytes) => {
      this.#bytes = Buffer.concat([this.#bytes, bytes]);
      this.#read();
    });
    onTestFinished(() => void socket.destroy());
  }

  /** Connects to an event socket. */
  static async connect(port: number): Promise<EventSocketClient> {
    const socket = connect({ port, host: '127.0.0.1', noDelay: true });
    const client = new EventSocketClient(socket);
    await once(socket, 'connect');
    return client;
  }

  /** Listens as an application does for its calls; `accept` waits for the next one. */
  static async listen(): Promise<{ readonly port: number; readonly accept: () => Promise<EventSocketClient> }> {
    const server = createServer({ noDelay: true });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    onTestFinished(() => void server.close());
    const accepted: EventSocketClient[] = [];
    const waiting: ((client: EventSocketClient) => void)[] = [];
    server.on('connection', (socket) => {
      const client = new EventSocketClient(socket);
      const waiter = waiting.shift();
      if (waiter === undefined) accepted.push(client);
      else waiter(client);
    });
    const accept = (): Promise<EventSocketClient> => {
      const client = accepted.shift();
      return client === undefined ? new Promise((resolve) => waiting.push(resolve)) : Promise.resolve(client);
    };
    return { port: (server.address() as AddressInfo).port, accept };
  }

  /** Says it as it is. */
  send(text: string | Buffer): void {
    this.socket.write(text);
  }

  /** What is heard next. */
  next(): Promise<SocketMessage> {
    const message = this.#messages.shift();
    return message === undefined ? new Promise((resolve) => this.#waiting.push(resolve)) : Promise.resolve(message);
  }

  /** Says a command, and resolves with what is heard next. */
  ask(command: string): Promise<SocketMessage> {
    this.send(`${command}\n\n`);
    return this.next();
  }

  #read(): void {
    for (;;) {
      const end = this.#bytes.indexOf('\n\n');
      if (end === -1) return;
      const head = this.#bytes.toString('utf8', 0, end);
      const header = (name: string): string => new RegExp(`^${name}: (.*)$`, 'm').exec(head)?.[1] ?? '';
      const bodyEnd = end + 2 + Number(header('Content-Length'));
      if (this.#bytes.length < bodyEnd) return;
      const message = { head, body: this.#bytes.toString('utf8', end + 2, bodyEnd), header };
      this.#bytes = this.#bytes.subarray(bodyEnd);
      const waiter = this.#waiting.shift();
      if (waiter === undefined) this.#messages.push(message);
      else waiter(message);
    }
  }
}
