import type { Dialog } from '../dialog/dialog.ts';
import type { DialogStore } from '../dialog/dialog-store.ts';
import { prependHeader } from '../message/header-fields.ts';
import { serializeMessage } from '../message/serialize-message.ts';
import type { SipRequest } from '../message/sip-message.ts';
import type { Flow } from '../transport/flow.ts';
import type { AppRequest } from './app-message.ts';
import { dialogRequest, nextHopUri, viaFor } from './build-request.ts';
import type { Left } from './tell-application.ts';
import {
  locate,
  OutgoingRequest,
  type OutgoingRequestUser,
  type Route,
  type SendingServices,
} from './outgoing-request.ts';

/** An ACK that was sent, kept to be sent again (RFC 3261 §13.2.2.4). */
export interface SentAck {
  readonly request: SipRequest;
  readonly bytes: Buffer;
  readonly flow: Flow;
}

/** Sends requests within dialogs to where they belong. */
export class DialogSender {
  readonly #services: SendingServices;
  readonly #dialogs: DialogStore;

  constructor(services: SendingServices, dialogs: DialogStore) {
    this.#services = services;
    this.#dialogs = dialogs;
  }

  /** How to reach the dialog's peer: its connection, its NAT address, or what its URIs name. */
  async routes(dialog: Dialog): Promise<readonly Route[]> {
    if (dialog.flow.transport === 'tcp' && dialog.flow.open) return [{ flow: dialog.flow }];
    if (dialog.natHop !== undefined) return [{ ...dialog.natHop, transportIsExplicit: true }];
    return locate(this.#services.locator, nextHopUri(dialog));
  }

  /**
   * Sends an ACK of a 2xx; it has no transaction (RFC 3261 §13.2.2.4). Undefined when there is no way to the peer.
   * @throws {RangeError} when a header holds a line break.
   */
  async acknowledge(dialog: Dialog, app: AppRequest, seq: number): Promise<SentAck | undefined> {
    const bare = dialogRequest(dialog, app, seq);
    const [route] = await this.routes(dialog);
    if (route === undefined) return undefined;
    const { transport } = this.#services;
    const flow = 'flow' in route ? route.flow : transport.flowTo(route.transport, route);
    const local = { host: transport.local.hostFor(flow.remote.host), port: transport.local.port };
    const request = prependHeader(bare, 'Via', viaFor(flow.transport, local));
    const ack = { request, bytes: serializeMessage(request), flow };
    this.repeat(ack);
    return ack;
  }

  /** Sends an ACK as it went before. Nothing is to be done when it gets lost: the 2xx comes again. */
  repeat({ bytes, flow }: SentAck): void {
    flow.send(bytes, () => undefined);
  }

  /** A request within the dialog, ready to start. */
  async prepare(dialog: Dialog, app: AppRequest, user: OutgoingRequestUser): Promise<OutgoingRequest> {
    const request = dialogRequest(dialog, app, dialog.nextSeq());
    return new OutgoingRequest(this.#services, request, await this.routes(dialog), user);
  }

  /**
   * Ends a dialog with a BYE of the engine's own, whatever comes back, and returns the BYE.
   * `reason` is the text of its Reason header.
   */
  async hangUp(dialog: Dialog, reason: string): Promise<Left> {
    this.#dialogs.remove(dialog);
    const headers = [{ name: 'Reason', value: `SIP ;cause=200 ;text="${reason}"` }];
    const bye: AppRequest = { kind: 'request', method: 'BYE', uri: 'sip:placeholder', headers, body: Buffer.alloc(0) };
    const ignore = { onResponse: () => undefined, onFailure: () => undefined };
    const { request: message, transport, peer } = (await this.prepare(dialog, bye, ignore)).start();
    return { message, transport, peer };
  }
}

/** An ACK of the engine's own, without a body. */
export const bareAck: AppRequest = {
  kind: 'request',
  method: 'ACK',
  uri: 'sip:placeholder',
  headers: [],
  body: Buffer.alloc(0),
};
