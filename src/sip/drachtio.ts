import type { EventEmitter } from 'node:events';
import { createRequire } from 'node:module';
import Srf from 'drachtio-srf';

/**
 * What the product uses of drachtio-srf 5, typed by what it does: its own declarations are partial and partly wrong
 * (callbacks, cancel options, dialog ids). Only this file knows the package's name.
 */
export interface SipMessageView {
  readonly body: string;
  has(header: string): boolean;
  get(header: string): string;
}

export interface SipRequest extends SipMessageView, EventEmitter {
  readonly method: string;
  readonly uri: string;
  readonly raw: string;
  /** `application` for a BYE by which the SIP server itself has ended the dialog. */
  readonly source: 'network' | 'application';
  readonly protocol: string;
  readonly source_address: string;
  readonly source_port: number;
  readonly stackTxnId: string;
  cancel(options: { headers?: Record<string, string> }, callback?: (error: unknown) => void): void;
}

export interface SendOptions {
  readonly headers?: Record<string, string>;
  readonly body?: string;
}

export interface SipResponse extends SipMessageView {
  readonly status: number;
  readonly reason: string;
  /** The request it answers, as it was sent. */
  readonly req: { readonly method: string; readonly uri: string };
  readonly source_address: string;
  readonly source_port: number;
  readonly protocol: string;
  readonly finalResponseSent: boolean;
  send(status: number, options?: SendOptions, callback?: (error: unknown) => void): void;
}

/** A 2xx that makes the offer, ours having been none: the call is up, and owed an ACK with the answer (RFC 3261 §13.2.1). */
export interface LateOffer {
  readonly sdp: string;
  readonly res: SipResponse;
  /** ACKs it; rejects where the library can make no dialog of it, the ACK sent or not. */
  ack(answer: string): Promise<SipDialog>;
}

export interface SipDialog extends EventEmitter {
  /** The dialog as the SIP server knows it. */
  readonly id: string;
  readonly sip: { readonly callId: string };
  readonly local: { readonly sdp: string; readonly contact: string };
  readonly remote: { readonly sdp: string };
  /** The 2xx that made it. */
  readonly res: SipResponse;
  destroy(options: { headers?: Record<string, string> }, callback: (error: unknown) => void): void;
  /** With `noAck`, the 2xx of an INVITE that made no offer is for the callback to ACK, with its answer. */
  request(
    options: { method: string; headers?: Record<string, string>; body?: string; noAck?: boolean },
    callback: (error: unknown, response?: SipResponse, acknowledge?: (ack: SendOptions) => void) => void,
  ): void;
}

export interface UacOptions {
  readonly headers: Record<string, string>;
  readonly localSdp?: string;
  /** With it, and without `localSdp`, a 2xx with an offer comes as a `LateOffer`. */
  readonly noAck?: true;
  readonly proxy?: string;
}

export interface DrachtioClient extends EventEmitter {
  connect(options: { host: string; port: number; secret: string }): void;
  disconnect(): void;
  use(method: string, handler: (request: SipRequest, response: SipResponse) => void): void;
  createUAS(
    request: SipRequest,
    response: SipResponse,
    options: { localSdp: string; headers: Record<string, string> },
    callback: (error: unknown, dialog?: SipDialog) => void,
  ): void;
  createUAC(
    uri: string,
    options: UacOptions,
    progress: {
      cbRequest: (error: unknown, request?: SipRequest) => void;
      cbProvisional: (response: SipResponse) => void;
    },
    callback: (error: unknown, answered?: SipDialog | LateOffer) => void,
  ): void;
  request(
    uri: string,
    options: { method: string; headers?: Record<string, string>; stackDialogId?: string; stackTxnId?: string },
    callback: (error: unknown, request?: SipRequest) => void,
  ): void;
  readonly app: {
    readonly client: {
      /** Sends a message as it is written, as part of a transaction. Throws where there is no link. */
      sendMessage(message: string, options: { stackTxnId: string }): void;
      /** Cuts what the server sends into messages; each is a `msg` event, with the link it came by. */
      readonly wp: EventEmitter;
    };
  };
}

/** The library sends no status that isn't in its own table, and throws instead. */
const statuses = createRequire(import.meta.resolve('drachtio-srf'))('sip-status') as Record<number, string>;

/** What its table lacks and we answer with: RFC 8197 §7, RFC 8688 §8. */
Object.assign(statuses, { 607: 'Unwanted', 608: 'Rejected' });

/** A status as it can be sent: one that nobody knows stands for the first of its class (RFC 3261 §8.1.3.2). */
export function sendableStatus(status: number): number {
  return status in statuses ? status : Math.floor(status / 100) * 100;
}

/**
 * Lets nothing that a message of the server's sets off be thrown back into the library's reader: it would end the
 * process, and whoever survived that would read the same message again with every byte that follows. To be called once
 * the client is connecting.
 */
export function guardReading(client: DrachtioClient, onFault: (error: unknown) => void): void {
  const { wp } = client.app.client;
  const listeners = wp.listeners('msg');
  wp.removeAllListeners('msg');
  wp.on('msg', (...message: unknown[]) => {
    try {
      for (const listener of listeners) Reflect.apply(listener, wp, message);
    } catch (error) {
      onFault(error);
    }
  });
}

/** Hears each frame that the server sends, after the library. To be called after `guardReading`. */
export function watchFrames(client: DrachtioClient, onFrame: (frame: string) => void): void {
  client.app.client.wp.on('msg', (_link: unknown, frame: string) => onFrame(frame));
}

/** Ends the link, or the attempts to have one again: the library's own `disconnect` throws where there is none. */
export function disconnect(client: DrachtioClient, isLinked: boolean): void {
  if (isLinked) {
    client.disconnect();
    return;
  }
  const wire = client.app.client.wp as EventEmitter & {
    closing: boolean;
    reconnectVars?: { retryTimer?: NodeJS.Timeout };
  };
  wire.closing = true;
  clearTimeout(wire.reconnectVars?.retryTimer);
}

/** Lets a dialog speak over whatever link there is: the library ties one to the link its INVITE came by. */
export function forgetLink(dialog: SipDialog): void {
  (dialog as unknown as { req: { socket: unknown } }).req.socket = undefined;
}

/** A client of a SIP server that isn't connected yet. */
export function createDrachtioClient(): DrachtioClient {
  return new Srf() as unknown as DrachtioClient;
}
