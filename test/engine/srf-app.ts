import type { EventEmitter } from 'node:events';
import { createRequire } from 'node:module';
import type { Socket } from 'node:net';

/** The part of drachtio-srf that these tests speak; its own types leave half of it out. */
export interface SrfMessage {
  readonly body: string;
  readonly headers: Record<string, string>;
  get(name: string): string;
  has(name: string): boolean;
}

export interface SrfRequest extends SrfMessage, EventEmitter {
  readonly method: string;
  readonly uri: string;
  readonly source: string;
  readonly source_address: string;
  readonly source_port: number;
  readonly protocol: string;
  readonly stackTxnId: string;
  readonly stackDialogId: string;
  cancel(callback?: (error: unknown, request: SrfRequest) => void): void;
  proxy(options: { destination: string }): Promise<unknown>;
}

export interface SrfResponse extends SrfMessage {
  readonly status: number;
  readonly reason: string;
  send(
    status: number,
    options?: { headers?: Record<string, string>; body?: string },
    callback?: (error: unknown, sent: SrfMessage) => void,
    onPrack?: (prack: SrfRequest) => void,
  ): void;
}

export interface SrfDialog extends EventEmitter {
  readonly id: string;
  readonly sip: { readonly callId: string; readonly localTag: string; readonly remoteTag: string };
  readonly remote: { readonly sdp: string; readonly uri: string };
  destroy(options?: { headers?: Record<string, string> }): Promise<SrfRequest>;
  modify(sdp: string): Promise<string>;
  request(options: { method: string; headers?: Record<string, string>; body?: string }): Promise<SrfResponse>;
}

export interface UacOptions {
  localSdp?: string;
  headers?: Record<string, string>;
  callingNumber?: string;
  proxy?: string;
  auth?: { username: string; password: string };
}

export interface UacCallbacks {
  cbRequest?: (error: unknown, request: SrfRequest) => void;
  cbProvisional?: (response: SrfResponse) => void;
}

export type Handler = (request: SrfRequest, response: SrfResponse) => void;

export interface Srf extends EventEmitter {
  connect(options: { host: string; port: number; secret: string; enablePing?: boolean }): void;
  disconnect(socket?: Socket): void;
  invite(handler: Handler): void;
  use(method: string, handler: Handler): void;
  /** With a callback the dialog is there before its first request can be: what production does, too. */
  createUAS(
    request: SrfRequest,
    response: SrfResponse,
    options: { localSdp?: string; headers?: Record<string, string> },
    callback: (error: unknown, dialog?: SrfDialog) => void,
  ): void;
  createUAC(uri: string, options: UacOptions, callbacks?: UacCallbacks): Promise<SrfDialog>;
  request(
    uri: string,
    options: { method: string; headers?: Record<string, string>; body?: string },
  ): Promise<SrfRequest>;
  readonly app: {
    request(
      options: { method: string; stackDialogId: string; headers?: Record<string, string> },
      callback: (error: Error | null, request?: SrfRequest) => void,
    ): void;
    readonly client: { readonly wp: { send(socket: Socket, message: string): string }; _getDefaultSocket(): Socket };
  };
}

const SrfClass = createRequire(import.meta.url)('drachtio-srf') as new () => Srf;

/** An application: drachtio-srf, connected, with the handlers a test gives it. */
export class SrfApp {
  readonly srf = new SrfClass();
  #ended = false;

  /** Connects; handlers given by method are routed before the first request can come. */
  static async connect(
    admin: { host: string; port: number; secret: string },
    handlers: Record<string, Handler> = {},
  ): Promise<SrfApp> {
    const app = new SrfApp();
    for (const [method, handler] of Object.entries(handlers)) app.srf.use(method, handler);
    const connected = Promise.withResolvers<void>();
    app.srf.on('connect', (error: Error | null) => (error ? connected.reject(error) : connected.resolve()));
    app.srf.on('error', () => undefined);
    app.srf.connect(admin);
    await connected.promise;
    await app.#settle();
    return app;
  }

  /** The connection itself. */
  get socket(): Socket {
    return this.srf.app.client._getDefaultSocket();
  }

  /** Breaks the link, as a crash would; drachtio-srf does not come back. */
  async drop(): Promise<void> {
    await this.#end((socket) => socket.destroy());
  }

  /** Signs off. Nothing happens where the link is gone already. */
  async close(): Promise<void> {
    await this.#end(() => undefined);
  }

  async #end(how: (socket: Socket) => void): Promise<void> {
    if (this.#ended) return;
    this.#ended = true;
    const { socket } = this;
    const closed = new Promise((resolve) => socket.once('close', resolve));
    this.srf.disconnect();
    how(socket);
    await closed;
  }

  /** Routes are sent right after sign-on; a ping is answered after all that was sent before it. */
  async #settle(): Promise<void> {
    const { socket } = this;
    const answered = new Promise<void>((resolve) => {
      socket.on('data', function seek(chunk: Buffer) {
        if (!chunk.includes('|OK|pong')) return;
        socket.off('data', seek);
        resolve();
      });
    });
    this.srf.app.client.wp.send(socket, 'ping');
    await answered;
  }
}
