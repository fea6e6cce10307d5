import { dialogId, type Dialog } from '../dialog/dialog.ts';
import { getHeader } from '../message/header-fields.ts';
import { parseNameAddr } from '../message/name-addr.ts';
import { parseRAck } from '../message/rack.ts';
import type { HeaderField, SipMessage, SipRequest } from '../message/sip-message.ts';
import type { CallJournal } from '../journal/call-journal.ts';
import type { ReceivedResponse } from '../transaction/client-transaction.ts';
import type { Flow } from '../transport/flow.ts';
import { appHeader, requestExtras, type AppRequest } from './app-message.ts';
import { Refusal, type ApplicationLink, type Sent } from './application-link.ts';
import { newRequest } from './build-request.ts';
import { newId } from './identifiers.ts';
import { OutgoingInvite, type InviteServices } from './outgoing-invite.ts';
import { sentAs, tellFailure, tellHangUp, tellResponse } from './tell-application.ts';
import { locate, OutgoingRequest, type OutgoingRequestUser } from './outgoing-request.ts';

/** What the caller's side needs around it. */
export interface CallingServices extends InviteServices {
  readonly journal: CallJournal;
}

/** What the caller's side tells the user agent. */
export interface CallingUser {
  /** A 2xx to an INVITE or UPDATE, for session timers. */
  onAnswered(dialog: Dialog, received: ReceivedResponse): void;
  /** A BYE of ours is answered, or never will be: the dialog is out of the store already. */
  onEnded(dialog: Dialog): void;
}

/** Makes the request once it is known who is to hear of it. */
type Prepare = (user: OutgoingRequestUser) => Promise<OutgoingRequest>;

/** The caller's side: every request the applications send, and the answers to them (RFC 3261 §8.1, §13.2, §15.1). */
export class Calling {
  readonly #services: CallingServices;
  readonly #user: CallingUser;
  /** INVITEs until nothing can follow, by transaction id. */
  readonly #invites = new Map<string, { readonly invite: OutgoingInvite; readonly link: ApplicationLink }>();
  /** The latest INVITE of each dialog, by dialog id: the one an ACK or PRACK means. */
  readonly #latest = new Map<string, OutgoingInvite>();

  constructor(services: CallingServices, user: CallingUser) {
    this.#services = services;
    this.#user = user;
  }

  /**
   * Sends a request outside any dialog, by way of `routeUri` where one is given. A Call-ID of the application's that a
   * dialog has puts the request into that dialog, as it does with the production server.
   * @throws {Refusal} when it can't be sent; {RangeError} when a header holds a line break.
   */
  async send(link: ApplicationLink, app: AppRequest, routeUri: string | undefined): Promise<Sent> {
    if (app.method === 'ACK' || app.method === 'CANCEL') throw new Refusal('transaction id missing');
    const dialog = this.#services.dialogs.byCallId(appHeader(app, 'Call-ID') ?? '');
    if (dialog?.state === 'confirmed') return this.sendWithin(link, dialog.id, app);
    const { transport, locator } = this.#services;
    const targets = await locate(locator, routeUri ?? app.uri);
    if (targets.some((target) => transport.local.isOwn(target))) throw new Refusal('can not send request to myself');
    if (!/^sips?:|^tel:/i.test(app.uri)) throw new Refusal(`invalid request-uri: ${app.method} ${app.uri} SIP/2.0`);
    const first = targets[0] ?? { transport: 'udp', ...transport.bound };
    const local = { host: transport.local.hostFor(first.host), port: transport.local.port };
    const request = newRequest(app, first.transport, local);
    return this.#start(
      link,
      app.method,
      undefined,
      async (user) => new OutgoingRequest(this.#services, request, targets, user),
    );
  }

  /**
   * Sends a request within a dialog; an ACK goes out without a transaction.
   * @throws {Refusal} when there is no such dialog or the request can't be sent; {RangeError} as `send`.
   */
  async sendWithin(link: ApplicationLink, id: string, app: AppRequest): Promise<Sent> {
    if (app.method === 'ACK') return this.#acknowledge(link, id, app);
    const dialog = this.#dialogFor(id, app);
    if (dialog === undefined) throw new Refusal('Server error: unable to find dialog for dialog id provided');
    // Whoever speaks in a dialog owns it from now on: so an application that reconnects gets its calls back.
    dialog.link = link;
    if (app.method === 'BYE') this.#cancelReinvite(dialog);
    if (app.method === 'INVITE' && app.body.length > 0) {
      dialog.session = { body: app.body, contentType: appHeader(app, 'Content-Type') ?? 'application/sdp' };
    }
    return this.#start(link, app.method, dialog, (user) => this.#services.sender.prepare(dialog, app, user));
  }

  /**
   * Cancels an INVITE by its transaction id and returns the CANCEL (RFC 3261 §9.1).
   * @throws {Refusal} when there is no such INVITE or it has its final answer.
   */
  cancel(transactionId: string, headers: readonly HeaderField[]): Sent {
    const call = this.#invites.get(transactionId);
    if (call === undefined || !call.invite.isOpen) {
      throw new Refusal(`unable to cancel unknown transaction id: ${transactionId}`);
    }
    return sentAs(call.invite.cancel(requestExtras({ headers })), { transactionId: newId(), dialogId: '' });
  }

  /**
   * Takes up an INVITE of a process that died and cancels it, for nobody is left to talk: a 2xx that comes all the same
   * is acknowledged and hung up. Its application may cancel it once more, by the transaction id it knows it by.
   */
  withdrawLeft(transactionId: string, request: SipRequest, flow: Flow): void {
    const { journal, transactions } = this.#services;
    const invite: OutgoingInvite = new OutgoingInvite(this.#services, undefined, {
      onResponse: () => undefined,
      onFailure: () => undefined,
      isWanted: () => false,
      onFinal: () => journal.ringsNoMore(transactionId),
      onOver: () => this.#invites.delete(transactionId),
    });
    invite.takenUp(
      transactions.resumeInvite(request, flow, {
        onResponse: (received) => invite.receive(received),
        onFailure: (why) => invite.fail(why),
      }),
    );
    this.#invites.set(transactionId, { invite, link: LINK_GONE });
    invite.withdraw();
  }

  /** An application is gone: what it was calling is given up, for nobody is left to talk. */
  linkLost(link: ApplicationLink): void {
    for (const { invite, link: owner } of this.#invites.values()) {
      if (owner === link) invite.withdraw();
    }
  }

  /** Whether an INVITE of ours runs in a dialog, so that the peer's re-INVITE is glare (RFC 3261 §14.2). */
  hasOpenInvite(dialog: Dialog): boolean {
    return this.#latest.get(dialog.id)?.isOpen === true;
  }

  /**
   * The peer has hung up: a re-INVITE that is still out is of no use any more. One that is answered is kept until its
   * time is over, for its ACK is owed all the same: a callee may hang up before the application has got to it.
   */
  dialogEnded(dialog: Dialog): void {
    this.#cancelReinvite(dialog);
  }

  #start(link: ApplicationLink, method: string, within: Dialog | undefined, prepare: Prepare): Promise<Sent> {
    return method === 'INVITE'
      ? this.#startInvite(link, within, prepare)
      : this.#startPlain(link, method, within, prepare);
  }

  async #startPlain(
    link: ApplicationLink,
    method: string,
    within: Dialog | undefined,
    prepare: Prepare,
  ): Promise<Sent> {
    const transactionId = newId();
    const outgoing = await prepare(this.#plainUser(link, transactionId, within, method, () => left.request));
    const left = outgoing.start();
    return sentAs({ ...left, message: left.request }, { transactionId, dialogId: within?.id ?? '' });
  }

  async #startInvite(link: ApplicationLink, within: Dialog | undefined, prepare: Prepare): Promise<Sent> {
    const transactionId = newId();
    const invite = this.#openInvite(link, transactionId, within, () => left.request);
    const outgoing = await prepare({
      ...(within === undefined
        ? { onLeaving: (request, flow) => this.#services.journal.rings(transactionId, request, flow) }
        : {}),
      onResponse: (received) => invite.receive(received),
      onFailure: (why) => invite.fail(why),
    });
    const left = outgoing.start();
    invite.started(outgoing, left.request);
    this.#invites.set(transactionId, { invite, link });
    const dialogId = within?.id ?? idOf(left.request);
    this.#latest.set(dialogId, invite);
    // The application may have gone while a name was looked up.
    if (!link.open) invite.withdraw();
    return sentAs({ ...left, message: left.request }, { transactionId, dialogId });
  }

  #openInvite(
    link: ApplicationLink,
    transactionId: string,
    within: Dialog | undefined,
    request: () => SipRequest,
  ): OutgoingInvite {
    const id = (): string => within?.id ?? idOf(request());
    const invite: OutgoingInvite = new OutgoingInvite(this.#services, within, {
      onResponse: (received, dialog) => {
        if (dialog !== undefined) {
          dialog.link = link;
          if (received.response.status >= 200 && received.response.status < 300) {
            if (within === undefined) dialog.session = sessionOf(request());
            this.#user.onAnswered(dialog, received);
          }
        }
        tellResponse(link, received, { transactionId, dialogId: id() });
      },
      onFailure: (why) => tellFailure(link, why, request(), undefined, { transactionId, dialogId: id() }),
      isWanted: () => link.open,
      onFinal: () => this.#services.journal.ringsNoMore(transactionId),
      onOver: () => {
        this.#invites.delete(transactionId);
        if (this.#latest.get(id()) === invite) this.#latest.delete(id());
      },
    });
    return invite;
  }

  #plainUser(
    link: ApplicationLink,
    transactionId: string,
    within: Dialog | undefined,
    method: string,
    request: () => SipRequest,
  ): OutgoingRequestUser {
    const dialogId = within?.id ?? '';
    const finish = (status: number): void => {
      // A challenged BYE will come again with credentials; any other answer ends the dialog (RFC 3261 §15.1.1).
      if (method !== 'BYE' || within === undefined || status === 401 || status === 407) return;
      this.#services.dialogs.remove(within);
      this.#user.onEnded(within);
    };
    return {
      onResponse: (received) => {
        const { status } = received.response;
        if (status === 100) return;
        if (status >= 200) finish(status);
        if (within !== undefined && method === 'UPDATE' && status >= 200 && status < 300) {
          within.refreshTarget(received.response);
          this.#services.dialogs.confirm(within);
          this.#user.onAnswered(within, received);
        }
        tellResponse(link, received, { transactionId, dialogId });
      },
      onFailure: (why, peer) => {
        finish(408);
        tellFailure(link, why, request(), peer, { transactionId, dialogId });
      },
    };
  }

  async #acknowledge(link: ApplicationLink, id: string, app: AppRequest): Promise<Sent> {
    const invite = this.#latest.get(id);
    if (invite === undefined) {
      throw new Refusal('Server error: ACK for non-success final response is automatically generated by server');
    }
    const ack = await invite.acknowledge(app);
    if (ack === undefined)
      throw new Refusal(`Server error: unable to find route when sending request inside dialog for dialog id ${id}`);
    const dialog = this.#services.dialogs.byId(id);
    if (invite.isCancelled && dialog !== undefined) await this.#hangUpLate(link, dialog);
    const { request: message, flow } = ack;
    return sentAs({ message, transport: flow.transport, peer: flow.remote }, { transactionId: newId(), dialogId: id });
  }

  /** The 2xx crossed our CANCEL: the call is hung up, and the application told (RFC 3261 §9.1). */
  async #hangUpLate(link: ApplicationLink, dialog: Dialog): Promise<void> {
    const bye = await this.#services.sender.hangUp(dialog, 'ACK-BYE due to cancel race condition');
    tellHangUp(link, bye, dialog.id);
  }

  #dialogFor(id: string, app: AppRequest): Dialog | undefined {
    const dialog = this.#services.dialogs.byId(id);
    if (app.method !== 'PRACK') return dialog;
    const rack = parseRAck(appHeader(app, 'RAck') ?? '');
    return this.#latest.get(id)?.dialogFor(rack?.rseq) ?? dialog;
  }

  #cancelReinvite(dialog: Dialog): void {
    this.#latest.get(dialog.id)?.withdraw();
  }
}

/** The application of a process that died. */
const LINK_GONE: ApplicationLink = { open: false, busy: false, deliver: () => undefined };

const idOf = (request: SipMessage): string =>
  dialogId(
    getHeader(request, 'Call-ID') ?? '',
    parseNameAddr(getHeader(request, 'From') ?? '')?.params.get('tag') ?? '',
  );

const sessionOf = (request: SipRequest): Dialog['session'] =>
  request.body.length === 0
    ? undefined
    : { body: request.body, contentType: getHeader(request, 'Content-Type') ?? 'application/sdp' };
