import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { AppSession, type AppSessionServices } from './app-session.ts';

/** Where applications connect: loopback only, any free port. */
export class AdminServer {
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();

  private constructor(services: AppSessionServices) {
    this.#server = createServer({ noDelay: true }, (socket) => {
      this.#sockets.add(socket);
      socket.once('close', () => this.#sockets.delete(socket));
      // The session lives by the listeners it puts on its socket.
      void new AppSession(socket, services);
    });
  }

  static async listen(services: AppSessionServices, onFault: (error: Error) => void): Promise<AdminServer> {
    const admin = new AdminServer(services);
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    admin.#server.once('error', reject);
    admin.#server.listen({ host: '127.0.0.1', port: 0 }, resolve);
    await promise;
    admin.#server.off('error', reject);
    admin.#server.on('error', onFault);
    return admin;
  }

  get port(): number {
    // A server that listens on TCP has an address of this kind.
    return (this.#server.address() as AddressInfo).port;
  }

  async close(): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#server.close(() => resolve());
    for (const socket of this.#sockets) socket.destroy();
    await promise;
  }
}
