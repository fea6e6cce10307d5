import { once } from 'node:events';
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';

import { onTestFinished } from 'vitest';

/** One request as it came over the wire. */
export interface ReceivedPost {
  readonly requestLine: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** What a receiver does with a request: whatever can be done with a socket. */
export type Answer = (socket: Socket, post: ReceivedPost) => void;

/** Any status without a body, with these headers. */
export function answerWith(status: number, headers: Readonly<Record<string, string>> = {}): Answer {
  const lines = Object.entries({ 'content-length': '0', ...headers }).map(([name, value]) => `${name}: ${value}\r\n`);
  return (socket) => {
    socket.write(`HTTP/1.1 ${status} So\r\n${lines.join('')}\r\n`);
  };
}

/** Nothing, ever. */
export const hang: Answer = () => undefined;

/** Writes one text after another for as long as anybody listens. */
export function writeForEver(head: string, more: string): Answer {
  return (socket) => {
    const write = (): void => {
      while (!socket.destroyed && socket.write(more));
    };
    socket.on('drain', write);
    socket.write(head);
    write();
  };
}

/** A server on loopback that takes HTTP requests off the socket by hand, and answers them however it is told to. */
export class WebhookReceiver {
  readonly posts: ReceivedPost[] = [];
  /** How many connections there ever were. */
  connections = 0;
  /** How much it got rid of, in bytes, kernel buffers included. */
  bytesWritten = 0;
  answer: Answer;
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  readonly #waiting: { readonly count: number; readonly resolve: () => void }[] = [];

  /** Listens until the running test ends. */
  static async start(answer: Answer = answerWith(200)): Promise<WebhookReceiver> {
    const receiver = new WebhookReceiver(answer);
    receiver.#server.listen(0, '127.0.0.1');
    await once(receiver.#server, 'listening');
    onTestFinished(() => receiver.stop());
    return receiver;
  }

  private constructor(answer: Answer) {
    this.answer = answer;
    this.#server = createServer((socket) => this.#serve(socket));
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  /** Where to post to it. */
  get url(): string {
    return `http://127.0.0.1:${this.port}/hook`;
  }

  /** Its latest requests' ids, in the order they came. */
  get ids(): string[] {
    return this.posts.map(({ headers }) => headers['webhook-id'] ?? '');
  }

  /** Resolves when it has had so many requests in all. */
  async received(count: number): Promise<void> {
    if (this.posts.length >= count) return;
    await new Promise<void>((resolve) => {
      this.#waiting.push({ count, resolve });
    });
  }

  /** Ends it and every connection. */
  async stop(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    if (!this.#server.listening) return;
    this.#server.close();
    await once(this.#server, 'close');
  }

  #serve(socket: Socket): void {
    this.connections += 1;
    this.#sockets.add(socket);
    socket.on('close', () => {
      this.bytesWritten += socket.bytesWritten;
      this.#sockets.delete(socket);
    });
    // Who is hung up on sees it here; the tests look at what the other side made of it.
    socket.on('error', () => socket.destroy());
    let read = Buffer.alloc(0);
    socket.on('data', (chunk) => {
      read = Buffer.concat([read, chunk]);
      for (let post = takePost(read); post !== undefined; post = takePost(read)) {
        read = read.subarray(post.bytes);
        this.#take(socket, post);
      }
    });
  }

  #take(socket: Socket, { requestLine, headers, body }: ReceivedPost): void {
    const post = { requestLine, headers, body };
    this.posts.push(post);
    this.answer(socket, post);
    for (const { count, resolve } of this.#waiting) if (this.posts.length >= count) resolve();
  }
}

/** The first whole request of what was read, and how many bytes it took. */
function takePost(read: Buffer): (ReceivedPost & { readonly bytes: number }) | undefined {
  const headEnd = read.indexOf('\r\n\r\n');
  if (headEnd < 0) return undefined;
  const [requestLine = '', ...lines] = read.subarray(0, headEnd).toString().split('\r\n');
  const headers = Object.fromEntries(
    lines.map((line) => {
      const colon = line.indexOf(':');
      return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()] as const;
    }),
  );
  const bytes = headEnd + 4 + Number(headers['content-length'] ?? 0);
  if (read.length < bytes) return undefined;
  return { requestLine, headers, body: read.subarray(headEnd + 4, bytes).toString(), bytes };
}
