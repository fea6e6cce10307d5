import type { Dialog } from '../dialog/dialog.ts';
import { getHeader } from '../message/header-fields.ts';
import { parseRAck } from '../message/rack.ts';
import { serializeMessage } from '../message/serialize-message.ts';
import type { HeaderField, SipRequest, SipResponse } from '../message/sip-message.ts';
import { validateRequest } from '../message/validate-request.ts';
import type { ReceivedRequest, ServerTransaction } from '../transaction/server-transaction.ts';
import type { TransactionLayerUser } from '../transaction/transaction-layer.ts';
import type { SocketAddress } from '../transport/flow.ts';
import type { AppResponse } from './app-message.ts';
import { Refusal, type ApplicationLink, type Applications, type Sent } from './application-link.ts';
import { buildResponse, REASONS } from './build-response.ts';
import { newId, newTag } from './identifiers.ts';
import { IncomingInvite, type IncomingInviteServices } from './incoming-invite.ts';
import { IncomingRequest } from './incoming-request.ts';
import { minSessionExpiresS, sessionIntervalS } from './session-interval.ts';

/** Requests that mean something only within a dialog. */
const DIALOG_METHODS = new Set(['BYE', 'UPDATE', 'PRACK']);

/** Methods this engine has heard of: without an application for them 503, any other 501. */
const KNOWN_METHODS = new Set([
  'INVITE',
  'OPTIONS',
  'REGISTER',
  'MESSAGE',
  'INFO',
  'NOTIFY',
  'SUBSCRIBE',
  'PUBLISH',
  'REFER',
]);

/** What the callee's side needs around it. */
export interface AnsweringServices extends IncomingInviteServices {
  readonly applications: Applications;
  /** The address requests come in on, which the application is told. */
  readonly receivedOn: SocketAddress;
}

/** What the callee's side tells the user agent. */
export interface AnsweringUser {
  /** True while an INVITE of ours runs in the dialog: the peer's is glare then. */
  hasOpenInvite(dialog: Dialog): boolean;
  /** A 2xx to an INVITE or UPDATE, for session timers. */
  onAnswered(dialog: Dialog, request: SipRequest, response: SipResponse): void;
  /** The peer's BYE, or the loss of the last word on it: the dialog is out of the store already. */
  onEnded(dialog: Dialog): void;
  /** A 2xx was never acknowledged: the call is to be hung up. */
  onUnacknowledged(dialog: Dialog, link: ApplicationLink): void;
}

/** The callee's side: every request the network sends, and the applications' answers (RFC 3261 §8.2, §12.2.2, §13.3). */
export class Answering implements TransactionLayerUser {
  readonly #services: AnsweringServices;
  readonly #user: AnsweringUser;
  /** Requests an application is to answer, by transaction id. */
  readonly #requests = new Map<string, IncomingRequest>();
  /** INVITEs until their ACK, or their final refusal, by transaction id. */
  readonly #invites = new Map<string, IncomingInvite>();
  readonly #idOfTransaction = new Map<ServerTransaction, string>();
  /** By dialog: its INVITE that is not finished, initial or re-INVITE. */
  readonly #inviteOfDialog = new Map<Dialog, { readonly id: string; readonly invite: IncomingInvite }>();

  constructor(services: AnsweringServices, user: AnsweringUser) {
    this.#services = services;
    this.#user = user;
  }

  /** How many requests wait for an application or an ACK. */
  get size(): number {
    return this.#requests.size + this.#invites.size;
  }

  onRequest(transaction: ServerTransaction, merged: boolean): void {
    try {
      this.#place(transaction, merged);
    } catch (error) {
      // A bug of ours costs this one request, and leaves no transaction behind that nothing would ever end.
      refuse(transaction, 500, REASONS[500]);
      throw error;
    }
  }

  #place(transaction: ServerTransaction, merged: boolean): void {
    const { request, essentials } = transaction.received;
    const refusal = validateRequest(request);
    if (refusal !== undefined) refuse(transaction, refusal.status, refusal.reason, refusal.headers);
    else if (merged) refuse(transaction, 482, REASONS[482]);
    else if (essentials.toTag !== '') this.#onDialogRequest(transaction);
    else if (DIALOG_METHODS.has(request.method)) refuse(transaction, 481, REASONS[481]);
    else this.#onNewRequest(transaction);
  }

  /** RFC 3261 §9.2. A CANCEL that finds its INVITE already answered with a 2xx finds nothing any more. */
  onCancel(cancel: ServerTransaction, inviteTransaction: ServerTransaction | undefined): void {
    const id = inviteTransaction === undefined ? undefined : this.#idOfTransaction.get(inviteTransaction);
    const invite = id === undefined ? undefined : this.#invites.get(id);
    const finalStatus = inviteTransaction?.finalStatus ?? (invite?.isOpen === false ? 200 : undefined);
    if (inviteTransaction === undefined || (finalStatus !== undefined && finalStatus < 300)) {
      refuse(cancel, 481, REASONS[481]);
      return;
    }
    const toTag = invite?.localTag ?? newTag();
    cancel.respond(buildResponse(cancel.received.request, { status: 200, reason: REASONS[200], toTag }));
    if (invite === undefined || id === undefined) return;
    const dialogId = invite.dialog?.id ?? '';
    invite.refuse(487);
    this.#deliver(invite.link, cancel.received, id, dialogId);
  }

  onAck(ack: ReceivedRequest): void {
    const dialog = this.#services.dialogs.ofRequest(ack.essentials);
    const current = dialog === undefined ? undefined : this.#inviteOfDialog.get(dialog);
    if (dialog === undefined || current === undefined) return;
    if (current.invite.received.essentials.cseq.seq !== ack.essentials.cseq.seq || !current.invite.acknowledge())
      return;
    this.#forget(current.id, current.invite);
    this.#deliver(dialog.link, ack, current.id, dialog.id);
  }

  onOverload({ request, flow }: ReceivedRequest): void {
    const headers = [{ name: 'Retry-After', value: '10' }];
    const response = buildResponse(request, { status: 503, reason: REASONS[503], toTag: newTag(), headers });
    flow.send(serializeMessage(response), () => undefined);
  }

  /**
   * The application's answer to a request.
   * @throws {Refusal} when it comes too late; {RangeError} when a header holds a line break.
   */
  respond(transactionId: string, app: AppResponse): Sent {
    const request = this.#invites.get(transactionId) ?? this.#requests.get(transactionId);
    if (request === undefined) throw new Refusal('Response not sent due to unknown transaction');
    const response = request.respond(app);
    const { flow } = request.received;
    return {
      message: response,
      transport: flow.transport,
      peer: flow.remote,
      bytes: serializeMessage(response).length,
      transactionId,
      dialogId: request.dialog?.id ?? '',
    };
  }

  /** An application is gone: what waits for its answer is refused, so that the callers may go elsewhere. */
  linkLost(link: ApplicationLink): void {
    for (const request of this.#requests.values()) {
      // Within a call the application is no longer there to speak for, its dialog is as good as unknown.
      if (request.link === link) request.refuse(request.dialog === undefined ? 503 : 481);
    }
    for (const invite of this.#invites.values()) if (invite.link === link && invite.isOpen) invite.refuse(503);
  }

  /** The dialog was ended by us: what is still open in it is closed (RFC 3261 §15.1.2). */
  dialogEnded(dialog: Dialog): void {
    const current = this.#inviteOfDialog.get(dialog);
    if (current === undefined) return;
    current.invite.refuse(487);
    current.invite.stop();
    this.#forget(current.id, current.invite);
  }

  #onNewRequest(transaction: ServerTransaction): void {
    const { request } = transaction.received;
    const link = this.#services.applications.pick(request.method);
    if (link === undefined) {
      const status = KNOWN_METHODS.has(request.method) ? 503 : 501;
      refuse(transaction, status, REASONS[status]);
      return;
    }
    const id = this.#open(transaction, link, undefined);
    this.#deliver(link, transaction.received, id, '', this.#services.receivedOn);
  }

  /** RFC 3261 §12.2.2. */
  #onDialogRequest(transaction: ServerTransaction): void {
    const { request, essentials } = transaction.received;
    const dialog = this.#services.dialogs.ofRequest(essentials);
    if (dialog === undefined) {
      refuse(transaction, 481, REASONS[481]);
      return;
    }
    if (dialog.remoteSeq !== undefined && essentials.cseq.seq < dialog.remoteSeq) {
      refuse(transaction, 500, REASONS[500]);
      return;
    }
    dialog.remoteSeq = essentials.cseq.seq;
    dialog.lastHeardMs = performance.now();
    if (request.method === 'BYE') this.#onBye(transaction, dialog);
    else if (dialog.link?.open !== true) refuse(transaction, 481, REASONS[481]);
    else if (request.method === 'PRACK' && !this.#acknowledgesProvisional(request, dialog))
      refuse(transaction, 481, REASONS[481]);
    else if (!this.#refusesInvite(transaction, dialog)) this.#offer(transaction, dialog, dialog.link);
  }

  /** The dialog ends with its BYE, whatever becomes of the answer (RFC 3261 §15.1.2). */
  #onBye(transaction: ServerTransaction, dialog: Dialog): void {
    const isEarly = dialog.state === 'early';
    const invite = this.#inviteOfDialog.get(dialog);
    this.#services.dialogs.remove(dialog);
    this.#user.onEnded(dialog);
    this.dialogEnded(dialog);
    if (dialog.link?.open !== true) {
      refuse(transaction, 481, REASONS[481]);
    } else if (isEarly && invite !== undefined) {
      // The caller gives up with a BYE instead of a CANCEL; the application knows only of CANCEL.
      transaction.respond(buildResponse(transaction.received.request, { status: 200, reason: REASONS[200] }));
      const { received } = transaction;
      this.#deliver(
        dialog.link,
        { ...received, request: { ...received.request, method: 'CANCEL' } },
        invite.id,
        dialog.id,
      );
    } else {
      this.#offer(transaction, dialog, dialog.link);
    }
  }

  /** Glare, overlap and a session interval too small are the engine's to refuse (RFC 3261 §14.2, RFC 4028 §9). */
  #refusesInvite(transaction: ServerTransaction, dialog: Dialog): boolean {
    const { request } = transaction.received;
    if (request.method !== 'INVITE' && request.method !== 'UPDATE') return false;
    const intervalS = sessionIntervalS(request);
    if (intervalS !== undefined && intervalS < minSessionExpiresS) {
      refuse(transaction, 422, REASONS[422], [{ name: 'Min-SE', value: String(minSessionExpiresS) }]);
      return true;
    }
    if (request.method === 'INVITE' && this.#user.hasOpenInvite(dialog)) {
      refuse(transaction, 491, REASONS[491]);
      return true;
    }
    if (request.method === 'INVITE' && this.#inviteOfDialog.get(dialog)?.invite.isOpen === true) {
      refuse(transaction, 500, REASONS[500], [{ name: 'Retry-After', value: String(Math.floor(Math.random() * 11)) }]);
      return true;
    }
    dialog.refreshTarget(request);
    return false;
  }

  #offer(transaction: ServerTransaction, dialog: Dialog, link: ApplicationLink): void {
    const id = this.#open(transaction, link, dialog);
    this.#deliver(link, transaction.received, id, dialog.id);
  }

  /** Keeps a request for its application to answer; returns its transaction id. */
  #open(transaction: ServerTransaction, link: ApplicationLink, dialog: Dialog | undefined): string {
    const id = newId();
    const { request } = transaction.received;
    if (request.method === 'INVITE') {
      // RFC 3261 §17.2.1: 100 at once, for an application takes its time.
      transaction.respond(buildResponse(request, { status: 100, reason: REASONS[100] }));
      this.#openInvite(id, transaction, link, dialog);
      return id;
    }
    const incoming = new IncomingRequest(link, transaction, dialog, this.#services.timers, {
      onAnswered: () => this.#requests.delete(id),
    });
    this.#requests.set(id, incoming);
    return id;
  }

  #openInvite(id: string, transaction: ServerTransaction, link: ApplicationLink, within: Dialog | undefined): void {
    const invite: IncomingInvite = new IncomingInvite(link, transaction, within, this.#services, {
      onAnswered: (status, response) => {
        if (status >= 300) this.#forget(id, invite);
        else if (invite.dialog !== undefined) {
          this.#inviteOfDialog.set(invite.dialog, { id, invite });
          this.#user.onAnswered(invite.dialog, transaction.received.request, response);
        }
      },
      onDialog: (dialog) => this.#inviteOfDialog.set(dialog, { id, invite }),
      onUnacknowledged: (dialog) => {
        this.#forget(id, invite);
        this.#user.onUnacknowledged(dialog, link);
      },
    });
    this.#invites.set(id, invite);
    this.#idOfTransaction.set(transaction, id);
    if (within !== undefined) this.#inviteOfDialog.set(within, { id, invite });
    // RFC 2543 clients send the ACK of a 2xx within the INVITE's transaction.
    transaction.user = { onAck: (ack) => this.onAck(ack) };
  }

  #forget(id: string, invite: IncomingInvite): void {
    this.#invites.delete(id);
    this.#idOfTransaction.delete(invite.transaction);
    if (invite.dialog !== undefined && this.#inviteOfDialog.get(invite.dialog)?.invite === invite) {
      this.#inviteOfDialog.delete(invite.dialog);
    }
  }

  #acknowledgesProvisional(request: SipRequest, dialog: Dialog): boolean {
    const rack = parseRAck(getHeader(request, 'RAck') ?? '');
    return rack !== undefined && this.#inviteOfDialog.get(dialog)?.invite.acknowledgeProvisional(rack) === true;
  }

  #deliver(
    link: ApplicationLink | undefined,
    received: ReceivedRequest,
    transactionId: string,
    dialogId: string,
    receivedOn?: SocketAddress,
  ): void {
    link?.deliver({
      message: received.request,
      source: 'network',
      transport: received.flow.transport,
      peer: received.flow.remote,
      bytes: received.bytes,
      transactionId,
      dialogId,
      ...(receivedOn === undefined ? {} : { receivedOn }),
    });
  }
}

/** An answer of the engine's own. */
function refuse(
  transaction: ServerTransaction,
  status: number,
  reason: string,
  headers: readonly HeaderField[] = [],
): void {
  transaction.respond(buildResponse(transaction.received.request, { status, reason, headers, toTag: newTag() }));
}
