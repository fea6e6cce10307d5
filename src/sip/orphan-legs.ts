import type { DrachtioClient, SipResponse } from './drachtio.ts';
import { reasonHeaders } from './outgoing-headers.ts';

/** What became of a dialog, asked after by its id. */
export type DialogFate = 'up' | 'gone' | 'unknown';

/** How long an answer to a question within a dialog is waited for before it counts as no answer. */
const ANSWER_LIMIT_MS = 5_000;

/** By then the loss of a link has been told. */
const NOTICE_MS = 100;

/** The server no longer knows the dialog: the peer's BYE came when nobody was there to hear of it. */
const NO_DIALOG = 'ENODIALOG';

/**
 * Legs that are up, or ringing, at the SIP server and that no object of the library stands for any more: a process or a
 * link before this one left them. They are reached by the ids the server knows them by. Each command waits for the link
 * where it is down, and reports nothing: that the server knows no such leg is what it was meant to bring about.
 */
export class OrphanLegs {
  readonly #srf: DrachtioClient;
  #waiting: (() => void)[] = [];
  #link: 'up' | 'down' = 'down';
  /** Resolves when the link there is now is lost. */
  #lost = Promise.withResolvers<Error>();

  constructor(srf: DrachtioClient) {
    this.#srf = srf;
  }

  get isLinked(): boolean {
    return this.#link === 'up';
  }

  linkUp(): void {
    this.#link = 'up';
    this.#lost = Promise.withResolvers();
    for (const go of this.#waiting.splice(0)) go();
  }

  linkLost(): void {
    this.#link = 'down';
    this.#lost.resolve(new Error('the link to the SIP server was lost'));
  }

  /** BYE. Resolves when it is sent, or there is nothing to send it to. */
  async hangUp(dialogId: string, cause: string): Promise<void> {
    await this.#send({ method: 'BYE', stackDialogId: dialogId, headers: reasonHeaders(cause) });
  }

  /** CANCEL of an INVITE of ours; resolves as `hangUp` does. */
  async cancel(transactionId: string, cause: string): Promise<void> {
    await this.#send({ method: 'CANCEL', stackTxnId: transactionId, headers: reasonHeaders(cause) });
  }

  /** Refuses a caller's INVITE that is still without an answer, so that the carrier can try elsewhere. */
  async refuse(transactionId: string): Promise<void> {
    // The library answers only requests it has seen come in itself.
    const refusal = 'SIP/2.0 503 Service Unavailable\r\nRetry-After: 5\r\n\r\n';
    await this.#overLink(() => this.#srf.app.client.sendMessage(refusal, { stackTxnId: transactionId }));
  }

  /**
   * Asks the peer of a dialog with OPTIONS (RFC 3261 §11) whether it is still there. `unknown` where nobody says so in
   * five seconds: that alone is no proof of anything.
   */
  async ask(dialogId: string): Promise<DialogFate> {
    const { promise, resolve } = Promise.withResolvers<DialogFate>();
    const options = { method: 'OPTIONS', stackDialogId: dialogId };
    await this.#overLink(() => {
      const limit = setTimeout(() => resolve('unknown'), ANSWER_LIMIT_MS);
      limit.unref();
      this.#srf.request('sip:orphan', options, (error, request) => {
        if (!request) resolve((error as { code?: string } | null)?.code === NO_DIALOG ? 'gone' : 'unknown');
        request?.on('response', ({ status }: SipResponse) => {
          clearTimeout(limit);
          // RFC 3261 §12.2.1.2: the peer knows no such dialog. A 408 may be the server's own, of a peer that is slow.
          resolve(status === 481 ? 'gone' : status === 408 ? 'unknown' : 'up');
        });
      });
    });
    return promise;
  }

  /** Sent once; again where the link broke before the server could say what it made of it. */
  async #send(options: Parameters<DrachtioClient['request']>[1]): Promise<void> {
    for (;;) {
      const { promise, resolve } = Promise.withResolvers<unknown>();
      await this.#overLink(() => this.#srf.request('sip:orphan', options, (failure) => resolve(failure)));
      // With its link gone the library settles nothing.
      const error = await Promise.race([promise, this.#lost.promise]);
      if (!error || this.#link === 'up') return;
    }
  }

  /** Acts as soon as there is a link. Where the library finds that it is gone, before we were told, waits for the next. */
  async #overLink(act: () => void): Promise<void> {
    for (;;) {
      await this.#linked();
      try {
        act();
        return;
      } catch {
        await new Promise((resolve) => setTimeout(resolve, NOTICE_MS).unref());
      }
    }
  }

  #linked(): Promise<void> {
    if (this.#link === 'up') return Promise.resolve();
    return new Promise((resolve) => this.#waiting.push(resolve));
  }
}
