import type { Dialog } from '../dialog/dialog.ts';
import { getHeader } from '../message/header-fields.ts';
import { parseRAck } from '../message/rack.ts';
import { serializeMessage } from '../message/serialize-message.ts';
import type { HeaderField, SipRequest, SipResponse } from '../message/sip-message.ts';
import { validateRequest } from '../message/validate-request.ts';
import type { CallJournal } from '../journal/call-journal.ts';
import type { ReceivedRequest, ServerTransaction } from '../transaction/server-transaction.ts';
import type { TransactionLayerUser } from '../transaction/transaction-layer.ts';
import type { SocketAddress } from '../transport/flow.ts';
import type { AppResponse } from './app-message.ts';
import { Refusal, type ApplicationLink, type Applications, type Sent } from './application-link.ts';
import { buildResponse, REASONS } from './build-response.ts';
import { dialogRefusal } from './dialog-refusal.ts';
import { newId, newTag } from './identifiers.ts';
import { IncomingInvite, type IncomingInviteServices } from './incoming-invite.ts';
import { IncomingInvites, type NamedInvite } from './incoming-invites.ts';
import { IncomingRequest } from './incoming-request.ts';
import { sentAs, tellRequest } from './tell-application.ts';

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

/** With a 503 of our own: a flood is over by then, or it isn't. */
const RETRY_LATER: readonly HeaderField[] = [{ name: 'Retry-After', value: '10' }];

/** What the callee's side needs around it. */
export interface AnsweringServices extends IncomingInviteServices {
  readonly journal: CallJournal;
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
  onUnacknowledged(dialog: Dialog): void;
}

/** The callee's side: every request the network sends, and the applications' answers (RFC 3261 §8.2, §12.2.2, §13.3). */
export class Answering implements TransactionLayerUser {
  readonly #services: AnsweringServices;
  readonly #user: AnsweringUser;
  /** Requests an application is to answer, by transaction id. */
  readonly #requests = new Map<string, IncomingRequest>();
  readonly #invites = new IncomingInvites();

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
      refuse(transaction, 500);
      throw error;
    }
  }

  #place(transaction: ServerTransaction, merged: boolean): void {
    const { request, essentials } = transaction.received;
    const refusal = validateRequest(request);
    if (refusal !== undefined) transaction.respond(buildResponse(request, { ...refusal, toTag: newTag() }));
    else if (merged) refuse(transaction, 482);
    else if (essentials.toTag !== '') this.#onDialogRequest(transaction);
    else if (DIALOG_METHODS.has(request.method)) refuse(transaction, 481);
    else this.#onNewRequest(transaction);
  }

  /** RFC 3261 §9.2. A CANCEL that finds its INVITE already answered with a 2xx finds nothing any more. */
  onCancel(cancel: ServerTransaction, transaction: ServerTransaction | undefined): void {
    const named = this.#invites.byTransaction(transaction);
    const finalStatus = transaction?.finalStatus ?? (named?.invite.isOpen === false ? 200 : undefined);
    if (transaction === undefined || (finalStatus !== undefined && finalStatus < 300)) {
      refuse(cancel, 481);
      return;
    }
    const toTag = named?.invite.localTag ?? newTag();
    cancel.respond(buildResponse(cancel.received.request, { status: 200, reason: REASONS[200], toTag }));
    if (named === undefined) return;
    const names = { transactionId: named.id, dialogId: named.invite.dialog?.id ?? '' };
    named.invite.refuse(487);
    tellRequest(named.invite.link, cancel.received, names);
  }

  onAck(ack: ReceivedRequest): void {
    const dialog = this.#services.dialogs.ofRequest(ack.essentials);
    const named = dialog === undefined ? undefined : this.#invites.byDialog(dialog);
    if (dialog === undefined || named === undefined) return;
    if (named.invite.received.essentials.cseq.seq !== ack.essentials.cseq.seq || !named.invite.acknowledge()) return;
    this.#invites.remove(named);
    if (dialog.link !== undefined) tellRequest(dialog.link, ack, { transactionId: named.id, dialogId: dialog.id });
  }

  onOverload({ request, flow }: ReceivedRequest): void {
    const parts = { status: 503, reason: REASONS[503], toTag: newTag(), headers: RETRY_LATER };
    const response = buildResponse(request, parts);
    flow.send(serializeMessage(response), () => undefined);
  }

  /**
   * The application's answer to a request.
   * @throws {Refusal} when it comes too late; {RangeError} when a header holds a line break.
   */
  respond(transactionId: string, app: AppResponse): Sent {
    const request = this.#invites.byId(transactionId) ?? this.#requests.get(transactionId);
    if (request === undefined) throw new Refusal('Response not sent due to unknown transaction');
    const message = request.respond(app);
    const { flow } = request.received;
    const names = { transactionId, dialogId: request.dialog?.id ?? '' };
    return sentAs({ message, transport: flow.transport, peer: flow.remote }, names);
  }

  /** An application is gone: what waits for its answer is refused, so that the callers may go elsewhere. */
  linkLost(link: ApplicationLink): void {
    for (const request of this.#requests.values()) {
      // Within a call the application is no longer there to speak for, its dialog is as good as unknown.
      if (request.link === link) request.refuse(request.dialog === undefined ? 503 : 481);
    }
    for (const { invite } of this.#invites) if (invite.link === link && invite.isOpen) invite.refuse(503);
  }

  /** The dialog was ended by us: what is still open in it is closed (RFC 3261 §15.1.2). */
  dialogEnded(dialog: Dialog): void {
    const named = this.#invites.byDialog(dialog);
    if (named === undefined) return;
    named.invite.refuse(487);
    named.invite.stop();
    this.#invites.remove(named);
  }

  #onNewRequest(transaction: ServerTransaction): void {
    const { request } = transaction.received;
    const link = this.#services.applications.pick(request.method);
    if (link === undefined) {
      const status = KNOWN_METHODS.has(request.method) ? 503 : 501;
      refuse(transaction, status);
      return;
    }
    if (link.busy) {
      refuse(transaction, 503, RETRY_LATER);
      return;
    }
    const transactionId = this.#open(transaction, link, undefined);
    tellRequest(link, transaction.received, { transactionId, dialogId: '' }, this.#services.receivedOn);
  }

  /** RFC 3261 §12.2.2. */
  #onDialogRequest(transaction: ServerTransaction): void {
    const { request, essentials } = transaction.received;
    const dialog = this.#services.dialogs.ofRequest(essentials);
    if (dialog === undefined) {
      refuse(transaction, 481);
      return;
    }
    const refusal = dialogRefusal(request, essentials.cseq.seq, dialog, {
      ourInviteIsOpen: this.#user.hasOpenInvite(dialog),
      theirInviteIsOpen: this.#invites.byDialog(dialog)?.invite.isOpen === true,
    });
    dialog.lastHeardMs = performance.now();
    dialog.remoteSeq = Math.max(dialog.remoteSeq ?? 0, essentials.cseq.seq);
    if (refusal !== undefined) refuse(transaction, refusal.status, refusal.headers);
    else if (request.method === 'BYE') this.#onBye(transaction, dialog);
    else if (dialog.link?.open !== true) refuse(transaction, 481);
    else if (request.method === 'PRACK' && !this.#acknowledgesProvisional(request, dialog)) refuse(transaction, 481);
    else this.#offer(transaction, dialog, dialog.link);
  }

  /** The dialog ends with its BYE, whatever becomes of the answer (RFC 3261 §15.1.2). */
  #onBye(transaction: ServerTransaction, dialog: Dialog): void {
    const { received } = transaction;
    const isEarly = dialog.state === 'early';
    const named = this.#invites.byDialog(dialog);
    this.#services.dialogs.remove(dialog);
    this.#user.onEnded(dialog);
    this.dialogEnded(dialog);
    if (dialog.link?.open !== true) {
      refuse(transaction, 481);
    } else if (isEarly && named !== undefined) {
      // The caller gives up with a BYE instead of a CANCEL; the application knows only of CANCEL.
      transaction.respond(buildResponse(received.request, { status: 200, reason: REASONS[200] }));
      const asCancel = { ...received, request: { ...received.request, method: 'CANCEL' } };
      tellRequest(dialog.link, asCancel, { transactionId: named.id, dialogId: dialog.id });
    } else {
      this.#offer(transaction, dialog, dialog.link);
    }
  }

  #offer(transaction: ServerTransaction, dialog: Dialog, link: ApplicationLink): void {
    const { request } = transaction.received;
    if (request.method === 'INVITE' || request.method === 'UPDATE') {
      dialog.refreshTarget(request);
      if (dialog.state === 'confirmed') this.#services.dialogs.confirm(dialog);
    }
    const transactionId = this.#open(transaction, link, dialog);
    tellRequest(link, transaction.received, { transactionId, dialogId: dialog.id });
  }

  /** Keeps a request for its application to answer; returns its transaction id. */
  #open(transaction: ServerTransaction, link: ApplicationLink, dialog: Dialog | undefined): string {
    const id = newId();
    const { request } = transaction.received;
    if (request.method === 'INVITE') {
      if (dialog === undefined) this.#services.journal.callerWaits(id, request, transaction.received.flow);
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
    const invite = new IncomingInvite(link, transaction, within, this.#services, {
      onAnswered: (status, response) => {
        if (within === undefined) this.#services.journal.callerAnswered(id);
        if (status >= 300) this.#invites.remove(named);
        else if (invite.dialog !== undefined) {
          this.#user.onAnswered(invite.dialog, transaction.received.request, response);
        }
      },
      onDialog: (dialog) => this.#invites.attach(named, dialog),
      onUnacknowledged: (dialog) => {
        this.#invites.remove(named);
        if (dialog !== undefined) this.#user.onUnacknowledged(dialog);
      },
    });
    const named: NamedInvite = { id, invite };
    this.#invites.add(named);
    // RFC 2543 clients send the ACK of a 2xx within the INVITE's transaction.
    transaction.user = { onAck: (ack) => this.onAck(ack) };
  }

  #acknowledgesProvisional(request: SipRequest, dialog: Dialog): boolean {
    const rack = parseRAck(getHeader(request, 'RAck') ?? '');
    return rack !== undefined && this.#invites.byDialog(dialog)?.invite.acknowledgeProvisional(rack) === true;
  }
}

/** An answer of the engine's own, in its usual words. */
function refuse(
  transaction: ServerTransaction,
  status: keyof typeof REASONS,
  headers: readonly HeaderField[] = [],
): void {
  const reason = REASONS[status];
  transaction.respond(buildResponse(transaction.received.request, { status, reason, headers, toTag: newTag() }));
}
