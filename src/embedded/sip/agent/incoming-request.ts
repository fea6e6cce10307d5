import type { Dialog } from '../dialog/dialog.ts';
import type { SipResponse } from '../message/sip-message.ts';
import { patienceMs, type SipTimers } from '../timers.ts';
import type { ReceivedRequest, ServerTransaction } from '../transaction/server-transaction.ts';
import type { AppResponse } from './app-message.ts';
import { responseExtras, contentType, appHeader } from './app-message.ts';
import type { ApplicationLink } from './application-link.ts';
import { buildResponse, REASONS } from './build-response.ts';
import { newTag } from './identifiers.ts';

/** What an incoming request tells the user agent that keeps it. */
export interface IncomingRequestUser {
  /** It has its final response: the application can answer it no more. */
  onAnswered(status: number): void;
}

/** A request that an application is to answer, other than an INVITE. */
export class IncomingRequest {
  readonly link: ApplicationLink;
  readonly transaction: ServerTransaction;
  /** The dialog it came in; undefined outside any. */
  readonly dialog: Dialog | undefined;
  readonly #user: IncomingRequestUser;
  readonly #localTag: string;
  readonly #deadline: NodeJS.Timeout;

  constructor(
    link: ApplicationLink,
    transaction: ServerTransaction,
    dialog: Dialog | undefined,
    timers: SipTimers,
    user: IncomingRequestUser,
  ) {
    this.link = link;
    this.transaction = transaction;
    this.dialog = dialog;
    this.#user = user;
    this.#localTag = dialog?.localTag ?? newTag();
    // By then the client's own transaction has timed out (timer F); the answer only lets ours end (RFC 4320 §4.1).
    this.#deadline = setTimeout(() => this.refuse(500), patienceMs(timers));
  }

  get received(): ReceivedRequest {
    return this.transaction.received;
  }

  /**
   * Sends the application's answer and returns it as it stands on the wire.
   * @throws {RangeError} when a header holds a line break.
   */
  respond(app: AppResponse): SipResponse {
    const response = answer(this.received, app, this.#localTag, []);
    this.transaction.respond(response);
    if (response.status >= 200) this.#finish(response.status);
    return response;
  }

  /** Answers it in the application's stead. */
  refuse(status: 481 | 487 | 500 | 503): void {
    if (this.transaction.finalStatus !== undefined) return;
    this.transaction.respond(
      buildResponse(this.received.request, { status, reason: REASONS[status], toTag: this.#localTag }),
    );
    this.#finish(status);
  }

  #finish(status: number): void {
    clearTimeout(this.#deadline);
    this.#user.onAnswered(status);
  }
}

/** The response the application wrote, completed; `extra` are headers that go before the application's own. */
export function answer(
  { request }: ReceivedRequest,
  app: AppResponse,
  toTag: string,
  extra: readonly { readonly name: string; readonly value: string }[],
): SipResponse {
  const type = contentType(app);
  const own = responseExtras(app).filter(({ name }) => name !== 'Content-Type');
  return buildResponse(request, {
    status: app.status,
    reason: app.reason,
    toTag,
    headers: [
      ...extra.filter(({ name }) => appHeader(app, name) === undefined),
      ...own,
      ...(type === undefined ? [] : [{ name: 'Content-Type', value: type }]),
    ],
    body: app.body,
  });
}
