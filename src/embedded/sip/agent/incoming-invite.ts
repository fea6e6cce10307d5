import { contactUri, uasDialog, type Dialog } from '../dialog/dialog.ts';
import type { DialogStore } from '../dialog/dialog-store.ts';
import { listValues } from '../message/header-fields.ts';
import { parseNameAddr } from '../message/name-addr.ts';
import type { RAck } from '../message/rack.ts';
import type { HeaderField, SipResponse } from '../message/sip-message.ts';
import type { SipTimers } from '../timers.ts';
import type { ReceivedRequest, ServerTransaction } from '../transaction/server-transaction.ts';
import { AnswerRepeater } from './answer-repeater.ts';
import { appHeader, type AppResponse } from './app-message.ts';
import { Refusal, type ApplicationLink } from './application-link.ts';
import { buildResponse, REASONS } from './build-response.ts';
import { newTag } from './identifiers.ts';
import { answer } from './incoming-request.ts';
import { ReliableResponses } from './reliable-responses.ts';
import { minSessionExpiresS, sessionExpires } from './session-interval.ts';

/** How long an application may leave an INVITE without a final answer, counted from its last provisional one. */
const ANSWER_LIMIT_MS = 180_000;

/** What an INVITE needs around it. */
export interface IncomingInviteServices {
  readonly timers: SipTimers;
  readonly dialogs: DialogStore;
  /** Our Contact towards the peer of a request. */
  contact(received: ReceivedRequest): string;
}

/** What an incoming INVITE tells the user agent that keeps it. */
export interface IncomingInviteUser {
  /** It has its final response. */
  onAnswered(status: number, response: SipResponse): void;
  /** Its first answer made a dialog. */
  onDialog(dialog: Dialog): void;
  /** Its 2xx was never acknowledged (RFC 3261 §13.3.1.4); it may be one that made no dialog. */
  onUnacknowledged(dialog: Dialog | undefined): void;
}

/**
 * An INVITE that an application is to answer, initial or within a dialog (RFC 3261 §13.3, §14.2): its early dialog,
 * its reliable provisional responses, and its 2xx until the ACK.
 */
export class IncomingInvite {
  readonly link: ApplicationLink;
  readonly transaction: ServerTransaction;
  /** The dialog once there is one: from the start for a re-INVITE, from the first answer above 100 otherwise. */
  dialog: Dialog | undefined;
  readonly #services: IncomingInviteServices;
  readonly #user: IncomingInviteUser;
  readonly #isInitial: boolean;
  readonly #reliable: ReliableResponses;
  #localTag: string;
  #repeater: AnswerRepeater | undefined;
  #isClosed = false;
  #deadline: NodeJS.Timeout | undefined;

  constructor(
    link: ApplicationLink,
    transaction: ServerTransaction,
    within: Dialog | undefined,
    services: IncomingInviteServices,
    user: IncomingInviteUser,
  ) {
    this.link = link;
    this.transaction = transaction;
    this.dialog = within;
    this.#isInitial = within === undefined;
    this.#services = services;
    this.#user = user;
    this.#localTag = within?.localTag ?? newTag();
    this.#reliable = new ReliableResponses(services.timers, {
      send: (response) => transaction.respond(response),
      onUnacknowledged: () => this.#refuseWith(504),
    });
    this.#awaitAnswer();
  }

  get received(): ReceivedRequest {
    return this.transaction.received;
  }

  /** True until the final response is decided. */
  get isOpen(): boolean {
    return !this.#isClosed;
  }

  /** True while a 2xx waits for its ACK. */
  get awaitsAck(): boolean {
    return this.#repeater?.isRepeating === true;
  }

  get localTag(): string {
    return this.#localTag;
  }

  /**
   * Sends the application's answer and returns it as it stands on the wire.
   * @throws {Refusal} when it comes too late or can't be sent; {RangeError} when a header holds a line break.
   */
  respond(app: AppResponse): SipResponse {
    if (this.#isClosed) throw new Refusal('Response not sent due to unknown transaction');
    this.#adoptTag(app);
    const isReliable = app.status > 100 && app.status < 200 && wantsReliable(app);
    if (isReliable && !this.#peerSupportsReliable()) throw new Refusal('Remote endpoint does not support 100rel');
    const needsContact = app.status >= 200 ? app.status < 300 : isReliable || app.status > 100;
    const contact = this.dialog?.localContact ?? appHeader(app, 'Contact') ?? this.#services.contact(this.received);
    const response = answer(this.received, app, this.#localTag, [
      ...(needsContact ? [{ name: 'Contact', value: contact }] : []),
      ...(app.status === 200 ? this.#agreedSession() : []),
    ]);
    if (app.status >= 300) return this.#sendRefusal(response);
    if (app.status > 100) this.#openDialog(contact, app);
    if (app.status >= 200) return this.#sendSuccess(response);
    this.#awaitAnswer();
    if (isReliable) return this.#reliable.send(response);
    this.transaction.respond(response);
    return response;
  }

  /** Answers it in the application's stead. */
  refuse(status: 408 | 487 | 503): void {
    if (!this.#isClosed) this.#refuseWith(status);
  }

  /** A PRACK within its early dialog; true when it acknowledges a response of ours. */
  acknowledgeProvisional(rack: RAck): boolean {
    return this.#reliable.acknowledge(rack, this.received.essentials.cseq.seq);
  }

  /** The ACK of its 2xx; true when it was still waited for. */
  acknowledge(): boolean {
    const wasAwaited = this.awaitsAck;
    this.#repeater?.stop();
    return wasAwaited;
  }

  /** The dialog is over: nothing is repeated any more. */
  stop(): void {
    clearTimeout(this.#deadline);
    this.#reliable.stop();
    this.#repeater?.stop();
  }

  #openDialog(contact: string, app: AppResponse): void {
    if (this.dialog === undefined) {
      const { request, flow } = this.received;
      // Without a Contact there is nowhere to send requests to: such an INVITE makes no dialog (RFC 3261 §12.1.1).
      if (contactUri(request) === undefined) return;
      this.dialog = uasDialog(request, flow, this.#localTag, contact);
      this.dialog.link = this.link;
      this.#services.dialogs.add(this.dialog);
      this.#user.onDialog(this.dialog);
    }
    if (app.body.length > 0) {
      this.dialog.session = { body: app.body, contentType: appHeader(app, 'Content-Type') ?? 'application/sdp' };
    }
  }

  #sendSuccess(response: SipResponse): SipResponse {
    this.#close();
    if (this.dialog !== undefined) this.#services.dialogs.confirm(this.dialog);
    const send = (): void => this.transaction.respond(response);
    // RFC 3262 §3: the 2xx waits for the PRACKs that are out.
    this.#reliable.whenAcknowledged(() => {
      send();
      this.#repeater = new AnswerRepeater(this.#services.timers, send, () => this.#user.onUnacknowledged(this.dialog));
      this.#user.onAnswered(response.status, response);
    });
    return response;
  }

  #sendRefusal(response: SipResponse): SipResponse {
    this.transaction.respond(response);
    this.#close();
    this.#reliable.stop();
    if (this.#isInitial && this.dialog !== undefined) this.#services.dialogs.remove(this.dialog);
    this.#user.onAnswered(response.status, response);
    return response;
  }

  /** RFC 3262 §3: even a 2xx that the application has sent, where it was held back for a PRACK that never came. */
  #refuseWith(status: 408 | 487 | 503 | 504): void {
    this.#sendRefusal(buildResponse(this.received.request, { status, reason: REASONS[status], toTag: this.#localTag }));
  }

  #close(): void {
    this.#isClosed = true;
    clearTimeout(this.#deadline);
  }

  #awaitAnswer(): void {
    clearTimeout(this.#deadline);
    this.#deadline = setTimeout(() => this.refuse(408), ANSWER_LIMIT_MS);
  }

  /** The application may choose the tag of To with its first answer. */
  #adoptTag(app: AppResponse): void {
    const tag = parseNameAddr(appHeader(app, 'To') ?? '')?.params.get('tag');
    if (this.dialog === undefined && tag !== undefined) this.#localTag = tag;
  }

  /** RFC 4028 §9: an interval whose refresher the caller named is agreed to, unless the application says otherwise. */
  #agreedSession(): HeaderField[] {
    const wanted = sessionExpires(this.received.request);
    if (wanted?.refresher === undefined) return [];
    const intervalS = Math.max(wanted.intervalS, minSessionExpiresS);
    return [{ name: 'Session-Expires', value: `${intervalS};refresher=${wanted.refresher}` }];
  }

  #peerSupportsReliable(): boolean {
    const { request } = this.received;
    return [...listValues(request, 'Supported'), ...listValues(request, 'Require')].some(is100rel);
  }
}

const is100rel = (tag: string): boolean => tag.toLowerCase() === '100rel';

const wantsReliable = (app: AppResponse): boolean => listValues(app, 'Require').some(is100rel);
