import { createHash, timingSafeEqual } from 'node:crypto';
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { EventSocketSession, type Doorkeeper, type SessionServices } from './session.ts';
import { authRequest } from './write-messages.ts';

/** How long a connection may take to give the secret. */
const AUTH_MS = 10_000;

/** Connections at once: an application needs one. */
const MAX_CONNECTIONS = 100;

/** Where applications connect to. */
export class EventSocketServer {
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();

  private constructor(secret: string, services: SessionServices) {
    this.#server = createServer({ noDelay: true }, (socket) => {
      this.#sockets.add(socket);
      socket.once('close', () => this.#sockets.delete(socket));
      admit(socket, secret, services);
    });
    this.#server.maxConnections = MAX_CONNECTIONS;
  }

  /** Listens; port 0 takes any free port. Rejects with the system's error. */
  static async listen(
    address: { readonly host: string; readonly port: number },
    secret: string,
    services: SessionServices,
    onFault: (error: Error) => void,
  ): Promise<EventSocketServer> {
    const server = new EventSocketServer(secret, services);
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    server.#server.once('error', reject);
    server.#server.listen({ host: address.host, port: address.port, exclusive: true }, resolve);
    await promise;
    server.#server.off('error', reject);
    server.#server.on('error', onFault);
    return server;
  }

  get port(): number {
    // A server that listens on TCP has an address of this kind.
    return (this.#server.address() as AddressInfo).port;
  }

  /** How many connections there are. */
  get size(): number {
    return this.#sockets.size;
  }

  async close(): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#server.close(() => resolve());
    for (const socket of this.#sockets) socket.destroy();
    await promise;
  }
}

function admit(socket: Socket, secret: string, services: SessionServices): void {
  const deadline = setTimeout(() => socket.destroy(), AUTH_MS);
  socket.once('close', () => clearTimeout(deadline));
  const session = new EventSocketSession(
    socket,
    undefined,
    doorkeeper(secret, () => clearTimeout(deadline)),
    services,
  );
  session.write(authRequest());
}

/** Lets nobody do anything who hasn't given the secret; a wrong one closes the connection. */
function doorkeeper(secret: string, onLetIn: () => void): Doorkeeper {
  let isIn = false;
  return ({ verb, argument }) => {
    if (isIn) return verb === 'auth' ? { reply: '-ERR command not found', closes: false } : 'let-through';
    if (verb === 'exit') return 'let-through';
    if (verb !== 'auth') return { reply: '-ERR command not found', closes: false };
    if (!isSame(argument, secret)) return { reply: '-ERR invalid', closes: true };
    isIn = true;
    onLetIn();
    return 'let-in';
  };
}

/** Compares without telling by its time how much was right. */
function isSame(given: string, secret: string): boolean {
  return timingSafeEqual(digest(given), digest(secret));
}

const digest = (text: string): Buffer => createHash('sha256').update(text).digest();
