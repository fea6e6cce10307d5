import type { EventEmitter } from 'node:events';
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
  readonly finalResponseSent: boolean;
  send(status: number, options?: SendOptions, callback?: (error: unknown) => void): void;
}

export interface SipDialog extends EventEmitter {
  /** The dialog as the SIP server knows it. */
  readonly id: string;
  readonly local: { readonly sdp: string; readonly contact: string };
  readonly remote: { readonly sdp: string };
  destroy(options: { headers?: Record<string, string> }, callback: (error: unknown) => void): void;
  request(
    options: { method: string; headers?: Record<string, string>; body?: string },
    callback: (error: unknown, response?: SipResponse) => void,
  ): void;
}

export interface UacOptions {
  readonly headers: Record<string, string>;
  readonly localSdp: string;
  readonly proxy?: string;
  readonly auth?: { readonly username: string; readonly password: string };
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
    callback: (error: unknown, dialog?: SipDialog) => void,
  ): void;
  request(
    uri: string,
    options: { method: string; headers?: Record<string, string>; stackDialogId?: string },
    callback: (error: unknown, request?: SipRequest) => void,
  ): void;
}

/** A client of a SIP server that isn't connected yet. */
export function createDrachtioClient(): DrachtioClient {
  return new Srf() as unknown as DrachtioClient;
}
