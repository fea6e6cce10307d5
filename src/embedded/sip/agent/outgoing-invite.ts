import { uacDialog, type Dialog } from '../dialog/dialog.ts';
import type { DialogStore } from '../dialog/dialog-store.ts';
import { parseCSeq } from '../message/cseq.ts';
import { getHeader, listValues } from '../message/header-fields.ts';
import { parseRSeq } from '../message/rack.ts';
import type { HeaderField, SipRequest } from '../message/sip-message.ts';
import { patienceMs, type SipTimers } from '../timers.ts';
import { cancelFor, type ReceivedResponse } from '../transaction/client-transaction.ts';
import type { SocketAddress, TransportName } from '../transport/flow.ts';
import type { AppRequest } from './app-message.ts';
import { Refusal } from './application-link.ts';
import { bareAck, type DialogSender, type SentAck } from './dialog-sender.ts';
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
  /** Nothing can follow: the invite may be forgotten. */
  onOver(): void;
}

/** One callee that answers: all those that share an INVITE differ by their tag. */
interface Fork {
  readonly dialog: Dialog;
  /** Number of the last reliable provisional response. */
  rseq: number | undefined;
  ack: SentAck | undefined;
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
  /** By the peer's tag. */
  readonly #forks = new Map<string, Fork>();
  #outgoing: OutgoingRequest | undefined;
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
  cancel(extra: readonly HeaderField[]): { request: SipRequest; transport: TransportName; peer: SocketAddress } {
    const transaction = this.#outgoing?.transaction;
    if (this.#stage !== 'open' || transaction === undefined) throw new Refusal('the INVITE has its final response');
    this.#cancel ??= cancelFor(transaction.request, extra);
    this.#outgoing?.stop();
    if (this.#heardProvisional) this.#sendCancel();
    return { request: this.#cancel, transport: transaction.flow.transport, peer: transaction.flow.remote };
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
    const fork = this.#answered === undefined ? undefined : this.#forks.get(this.#answered);
    if (fork === undefined)
      throw new Refusal('Server error: ACK for non-success final response is automatically generated by server');
    fork.ack = await this.#services.sender.acknowledge(fork.dialog, app, this.#seq());
    return fork.ack;
  }

  /** The dialog of the fork whose reliable response a PRACK means; the latest where none matches. */
  forkOf(rseq: number | undefined): Dialog | undefined {
    const forks = [...this.#forks.values()];
    return (forks.find((fork) => fork.rseq === rseq && rseq !== undefined) ?? forks.at(-1))?.dialog;
  }

  #onProvisional(received: ReceivedResponse): void {
    if (this.#stage !== 'open') return;
    this.#heardProvisional = true;
    if (this.#cancel !== undefined) this.#sendCancel();
    if (received.response.status === 100) return;
    if (this.#cancel === undefined) this.#limit(RING_LIMIT_MS, () => this.#giveUp());
    const fork = this.#fork(received);
    if (isReliable(received)) {
      const rseq = parseRSeq(getHeader(received.response, 'RSeq') ?? '');
      // RFC 3262 §4: the first sets the count; a repeated one, or one after a gap, is not for the application.
      const isNext = fork === undefined || fork.rseq === undefined || rseq === fork.rseq + 1;
      if (rseq === undefined || !isNext) return;
      if (fork !== undefined) {
        fork.rseq = rseq;
        this.#services.dialogs.promote(fork.dialog);
      }
    }
    this.#user.onResponse(received, fork?.dialog);
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
    confirm(fork.dialog, received);
    this.#dropEarlyDialogsBut(tag);
    this.#services.dialogs.promote(fork.dialog);
    this.#limit(patienceMs(this.#services.timers), () => this.#end());
    if (this.#user.isWanted()) this.#user.onResponse(received, fork.dialog);
    else void this.#acknowledgeAndHangUp(tag, 'the application is gone');
  }

  /** Another 2xx: the same once more wants its ACK again; that of another fork is one call too many (§13.2.2.4). */
  #onFurtherSuccess(received: ReceivedResponse): void {
    const tag = received.essentials.toTag;
    const ack = this.#forks.get(tag)?.ack;
    if (ack !== undefined) this.#services.sender.repeat(ack);
    else if (tag !== this.#answered && this.#within === undefined) {
      const fork = this.#fork(received);
      if (fork === undefined || fork.dialog.state === 'ended') return;
      confirm(fork.dialog, received);
      void this.#acknowledgeAndHangUp(tag, 'Call completed elsewhere');
    }
  }

  async #acknowledgeAndHangUp(tag: string, reason: string): Promise<void> {
    const fork = this.#forks.get(tag);
    if (fork === undefined) return;
    fork.ack = await this.#services.sender.acknowledge(fork.dialog, bareAck, this.#seq());
    await this.#services.sender.hangUp(fork.dialog, reason);
  }

  #onRefused(received: ReceivedResponse): void {
    if (this.#stage !== 'open') return;
    this.#end();
    this.#user.onResponse(received, this.#within);
  }

  /** The fork a response belongs to; a new one makes a dialog (§12.1.2). Undefined where its To has no tag. */
  #fork(received: ReceivedResponse): Fork | undefined {
    const tag = received.essentials.toTag;
    const known = this.#forks.get(tag);
    if (known !== undefined) return known;
    const transaction = this.#outgoing?.transaction;
    if (transaction === undefined || (tag === '' && received.response.status < 200)) return undefined;
    const dialog = this.#within ?? uacDialog(transaction.request, received.response, transaction.flow, received.flow);
    if (this.#within === undefined) this.#services.dialogs.add(dialog);
    const fork: Fork = { dialog, rseq: undefined, ack: undefined };
    this.#forks.set(tag, fork);
    return fork;
  }

  #dropEarlyDialogsBut(tag: string): void {
    for (const [other, { dialog }] of this.#forks) {
      if (other !== tag && dialog.state === 'early') this.#services.dialogs.remove(dialog);
    }
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
    this.#stage = 'over';
    this.#dropEarlyDialogsBut(this.#answered ?? '');
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

/** A dialog becomes confirmed by a 2xx, which sets its route set anew (RFC 3261 §13.2.2.4) unless it was so before. */
function confirm(dialog: Dialog, { response }: ReceivedResponse): void {
  if (dialog.state === 'early') dialog.routeSet = listValues(response, 'Record-Route').reverse();
  if (dialog.state !== 'ended') dialog.state = 'confirmed';
  dialog.refreshTarget(response);
}

const isReliable = ({ response }: ReceivedResponse): boolean =>
  listValues(response, 'Require').some((tag) => tag.toLowerCase() === '100rel') &&
  getHeader(response, 'RSeq') !== undefined;
