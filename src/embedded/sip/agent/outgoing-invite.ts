import type { Dialog } from '../dialog/dialog.ts';
import type { DialogStore } from '../dialog/dialog-store.ts';
import { parseCSeq } from '../message/cseq.ts';
import { getHeader } from '../message/header-fields.ts';
import type { HeaderField, SipRequest } from '../message/sip-message.ts';
import { patienceMs, type SipTimers } from '../timers.ts';
import { cancelFor, type ClientTransaction, type ReceivedResponse } from '../transaction/client-transaction.ts';
import type { AppRequest } from './app-message.ts';
import { Refusal } from './application-link.ts';
import { Forks, type Fork } from './forks.ts';
import { bareAck, type DialogSender, type SentAck } from './dialog-sender.ts';
import type { Left } from './tell-application.ts';
import type { OutgoingRequest, SendingServices } from './outgoing-request.ts';

/** How long an INVITE may ring without a final answer: timer C (RFC 3261 §16.6 step 11), as the production server has it. */
const RING_LIMIT_MS = 180_000;

/** What an INVITE of ours needs around it. */
export interface InviteServices extends SendingServices {
  readonly timers: SipTimers;
  readonly dialogs: DialogStore;
  readonly sender: DialogSender;
}

/** What an INVITE of ours tells whoever sent it. */
export interface OutgoingInviteUser {
  /** A response to hand on: 101-199 in order, the first 2xx, or the one other final response. */
  onResponse(received: ReceivedResponse, dialog: Dialog | undefined): void;
  onFailure(why: 'timeout' | 'transport'): void;
  /** A 2xx that nobody wants any more: it is acknowledged and hung up here. */
  isWanted(): boolean;
  /** It has its first final response, or will have none. */
  onFinal(): void;
  /** Nothing can follow: the invite may be forgotten. */
  onOver(): void;
}

/** `open` until the final response; `answered` while its ACK may be wanted (again). */
type Stage = 'open' | 'answered' | 'over';

/**
 * An INVITE of ours, initial or within a dialog (RFC 3261 §13.2, §14.1): its early dialogs and forks, its CANCEL, its
 * ACK, and the order of reliable provisional responses (RFC 3262 §4).
 */
export class OutgoingInvite {
  readonly #services: InviteServices;
  readonly #user: OutgoingInviteUser;
  /** The dialog a re-INVITE runs in; undefined for an initial INVITE. */
  readonly #within: Dialog | undefined;
  readonly #forks: Forks;
  #outgoing: Pick<OutgoingRequest, 'transaction' | 'stop'> | undefined;
  #request: SipRequest | undefined;
  #stage: Stage = 'open';
  #answered: string | undefined;
  #heardProvisional = false;
  #cancel: SipRequest | undefined;
  #cancelSent = false;
  #deadline: NodeJS.Timeout | undefined;

  constructor(services: InviteServices, within: Dialog | undefined, user: OutgoingInviteUser) {
    this.#services = services;
    this.#within = within;
    this.#forks = new Forks(services.dialogs, within);
    this.#user = user;
  }

  get isOpen(): boolean {
    return this.#stage === 'open';
  }

  get isCancelled(): boolean {
    return this.#cancel !== undefined;
  }

  /** Takes up the request once it has left. */
  started(outgoing: OutgoingRequest, request: SipRequest): void {
    this.#outgoing = outgoing;
    this.#request = request;
    this.#limit(RING_LIMIT_MS, () => this.#giveUp());
  }

  /**
   * Takes up an INVITE that a process before this one has sent. Nothing of what came back to it is known; it has had the
   * time for a provisional response, so that its CANCEL need not wait for one.
   */
  takenUp(transaction: ClientTransaction): void {
    this.#outgoing = { transaction, stop: () => undefined };
    this.#request = transaction.request;
    this.#heardProvisional = true;
  }

  /** Any response to it. */
  receive(received: ReceivedResponse): void {
    const { status } = received.response;
    if (status < 200) this.#onProvisional(received);
    else if (status < 300) this.#onSuccess(received);
    else this.#onRefused(received);
  }

  /** Nobody answered it, at any target. */
  fail(why: 'timeout' | 'transport'): void {
    if (this.#stage !== 'open') return;
    this.#end();
    this.#user.onFailure(why);
  }

  /**
   * Cancels it and returns the CANCEL, which waits for the first provisional response where there was none (RFC 3261
   * §9.1). After 64·T1 without a final response the call counts as gone.
   * @throws {Refusal} when it has its final response already.
   */
  cancel(extra: readonly HeaderField[]): Left {
    const transaction = this.#outgoing?.transaction;
    if (this.#stage !== 'open' || transaction === undefined) throw new Refusal('the INVITE has its final response');
    this.#cancel ??= cancelFor(transaction.request, extra);
    this.#outgoing?.stop();
    if (this.#heardProvisional) this.#sendCancel();
    return { message: this.#cancel, transport: transaction.flow.transport, peer: transaction.flow.remote };
  }

  /** Cancels it where that is still of use: nobody wants it any more. */
  withdraw(): void {
    if (this.#stage === 'open' && this.#cancel === undefined && this.#outgoing?.transaction !== undefined)
      this.cancel([]);
  }

  /**
   * Acknowledges the 2xx that was handed on. Undefined when there is no way to the peer.
   * @throws {Refusal} when there is no 2xx to acknowledge.
   */
  async acknowledge(app: AppRequest): Promise<SentAck | undefined> {
    const fork = this.#answered === undefined ? undefined : this.#forks.byTag(this.#answered);
    if (fork === undefined)
      throw new Refusal('Server error: ACK for non-success final response is automatically generated by server');
    fork.ack = await this.#services.sender.acknowledge(fork.dialog, app, this.#seq());
    return fork.ack;
  }

  /** The dialog of the fork whose reliable response a PRACK means; the latest where none matches. */
  dialogFor(rseq: number | undefined): Dialog | undefined {
    return this.#forks.dialogFor(rseq);
  }

  #onProvisional(received: ReceivedResponse): void {
    if (this.#stage !== 'open') return;
    this.#heardProvisional = true;
    if (this.#cancel !== undefined) this.#sendCancel();
    if (received.response.status === 100) return;
    if (this.#cancel === undefined) this.#limit(RING_LIMIT_MS, () => this.#giveUp());
    const fork = this.#fork(received);
    if (this.#forks.isNext(fork, received)) this.#user.onResponse(received, fork?.dialog);
  }

  #onSuccess(received: ReceivedResponse): void {
    const tag = received.essentials.toTag;
    if (this.#stage === 'over') return;
    if (this.#stage === 'answered') {
      this.#onFurtherSuccess(received);
      return;
    }
    this.#stage = 'answered';
    this.#answered = tag;
    const fork = this.#fork(received);
    if (fork === undefined) return;
    this.#forks.confirm(fork, received);
    this.#forks.choose(tag);
    this.#user.onFinal();
    this.#limit(patienceMs(this.#services.timers), () => this.#end());
    if (this.#user.isWanted()) this.#user.onResponse(received, fork.dialog);
    else void this.#acknowledgeAndHangUp(tag, 'the application is gone');
  }

  /** Another 2xx: the same once more wants its ACK again; that of another fork is one call too many (§13.2.2.4). */
  #onFurtherSuccess(received: ReceivedResponse): void {
    const tag = received.essentials.toTag;
    const ack = this.#forks.byTag(tag)?.ack;
    if (ack !== undefined) this.#services.sender.repeat(ack);
    else if (tag !== this.#answered && this.#within === undefined) {
      const fork = this.#fork(received);
      if (fork === undefined || fork.dialog.state === 'ended') return;
      this.#forks.confirm(fork, received);
      void this.#acknowledgeAndHangUp(tag, 'Call completed elsewhere');
    }
  }

  async #acknowledgeAndHangUp(tag: string, reason: string): Promise<void> {
    const fork = this.#forks.byTag(tag);
    if (fork === undefined) return;
    fork.ack = await this.#services.sender.acknowledge(fork.dialog, bareAck, this.#seq());
    await this.#services.sender.hangUp(fork.dialog, reason);
  }

  #onRefused(received: ReceivedResponse): void {
    if (this.#stage !== 'open') return;
    this.#end();
    this.#user.onResponse(received, this.#within);
  }

  #fork(received: ReceivedResponse): Fork | undefined {
    const transaction = this.#outgoing?.transaction;
    return transaction === undefined ? undefined : this.#forks.of(received, transaction);
  }

  #sendCancel(): void {
    const transaction = this.#outgoing?.transaction;
    if (this.#cancelSent || this.#cancel === undefined || transaction === undefined) return;
    this.#cancelSent = true;
    this.#services.transactions.request(this.#cancel, transaction.flow, {
      onResponse: () => undefined,
      onFailure: () => undefined,
    });
    this.#limit(patienceMs(this.#services.timers), () => transaction.abandon());
  }

  /** Timer C: it has rung long enough. */
  #giveUp(): void {
    if (this.#stage !== 'open') return;
    if (this.#heardProvisional) this.withdraw();
    else this.#outgoing?.transaction?.abandon();
  }

  #end(): void {
    clearTimeout(this.#deadline);
    if (this.#stage === 'open') this.#user.onFinal();
    this.#stage = 'over';
    this.#forks.dropEarly(this.#answered);
    this.#user.onOver();
  }

  #limit(afterMs: number, act: () => void): void {
    clearTimeout(this.#deadline);
    this.#deadline = setTimeout(act, afterMs);
  }

  #seq(): number {
    return parseCSeq(getHeader(this.#request ?? { headers: [] }, 'CSeq') ?? '')?.seq ?? 0;
  }
}
