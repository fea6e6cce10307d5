import { newTag, sdpBody, sdpOf, type ExtraHeaders } from './build-message.ts';
import { CallLeg } from './call-leg.ts';
import { t2Ms } from './client-transaction.ts';
import { Dialog } from './dialog.ts';
import type { LegHost } from './leg-host.ts';
import type { RtpStream } from './rtp-stream.ts';
import type { ServerTransaction } from './server-transaction.ts';
import type { Hop } from './sip-socket.ts';
import { requiredHeader, type SipRequest } from './sip-wire.ts';
import type { StopTimer } from './timers.ts';

/** How a called phone shows itself. */
export interface ShowOptions {
  readonly headers?: ExtraHeaders;
  /** SDP of the test's own; null for none. */
  readonly sdp?: string | null;
  /** Which of several early dialogs speaks, as behind a forking proxy; 1 unless said. */
  readonly dialog?: number;
}

/** What a called phone does when the caller gives up: end as it should, answer as if the two had crossed, or nothing. */
export type OnCancel = 'terminate' | 'answer' | 'nothing';

/** A call that came to this phone. Nothing is answered by itself but CANCEL and what comes inside the call. */
export class IncomingCall extends CallLeg {
  protected readonly transport: Hop['transport'];
  onCancel: OnCancel = 'terminate';
  readonly #transaction: ServerTransaction;
  readonly #tags = new Map<number, string>();
  #reliable: { readonly rseq: number; readonly stop: StopTimer } | null = null;
  #rseq = 0;
  #dialogTag: string | null = null;

  /** Made by the phone for each INVITE that begins a call. */
  constructor(host: LegHost, transaction: ServerTransaction) {
    super(host, requiredHeader(transaction.request, 'Call-ID'), null);
    this.#transaction = transaction;
    this.transport = transaction.source.transport;
  }

  get invite(): SipRequest {
    return this.#transaction.request;
  }

  /** Gives the call a voice. */
  speakThrough(audio: RtpStream): void {
    this.negotiation.attach(audio);
  }

  /** Runs `act` after a while, unless the phone is closed before. */
  after(delayMs: number, act: () => void): StopTimer {
    return this.host.timers.after(delayMs, act);
  }

  /** Whether nothing final has been said yet. */
  get pending(): boolean {
    return !this.#transaction.answered;
  }

  trying(): void {
    if (this.pending) this.respond(this.#transaction, 100);
  }

  /**
   * Says 180, or another 18x; with `sdp`, early media. Reliably (RFC 3262) where asked: repeated until its PRACK.
   * Nothing where the call is already answered.
   */
  ring(options: ShowOptions & { status?: number; reliably?: boolean } = {}): void {
    if (!this.pending) return;
    const { status = 180, sdp = null, headers = {}, reliably = false, dialog = 1 } = options;
    const toTag = this.#tagOf(dialog);
    const extras = { toTag, ...sdpBody(sdp) };
    if (reliably) this.#establish(toTag);
    if (!reliably) this.respond(this.#transaction, status, { ...extras, headers });
    else {
      this.#rseq += 1;
      this.#reliable?.stop();
      const stop = this.host.timers.doubling(this.host.t1Ms, t2Ms(this.host), () => this.#transaction.repeat());
      this.#reliable = { rseq: this.#rseq, stop };
      const reliable = { Require: '100rel', RSeq: String(this.#rseq) };
      this.respond(this.#transaction, status, { ...extras, headers: { ...headers, ...reliable } });
    }
    this.reach('ringing', this.invite);
  }

  /** Rings with early media: 183 and the answer to the caller's offer. */
  playEarly(options: ShowOptions & { reliably?: boolean } = {}): void {
    this.ring({ status: 183, sdp: this.#describe(), ...options });
  }

  /** Answers with 200; 488 where no codec is common. Nothing where the call is already over. */
  answer({ sdp, headers = {}, dialog = 1 }: ShowOptions = {}): void {
    if (!this.pending) return;
    const described = sdp === undefined ? this.#describe() : sdp;
    if (sdp === undefined && described === null) {
      this.reject(488);
      return;
    }
    this.#reliable?.stop();
    const tag = this.#tagOf(dialog);
    this.#establish(tag);
    this.respond(this.#transaction, 200, { toTag: tag, headers, ...sdpBody(described) });
    this.reach('answered', this.invite);
  }

  /** Refuses with a status of 300 or more. Nothing where the call is already over. */
  reject(status: number, { headers = {}, reason }: { headers?: ExtraHeaders; reason?: string } = {}): void {
    if (!this.pending) return;
    this.#reliable?.stop();
    const phrase = reason === undefined ? {} : { reason };
    this.respond(this.#transaction, status, { toTag: this.#tagOf(1), headers, ...phrase });
    this.reach('failed', this.invite);
    this.reach('ended', this.invite);
  }

  /** Sends the caller elsewhere. */
  redirect(contactUri: string): void {
    this.reject(302, { headers: { Contact: `<${contactUri}>` } });
  }

  /** The caller gave up. Called by the phone. */
  receiveCancel(transaction: ServerTransaction): void {
    this.recordReceived(transaction.request);
    this.respond(transaction, 200, { toTag: this.#tagOf(1) });
    this.reach('cancelled', transaction.request);
    if (this.onCancel === 'terminate') this.reject(487);
    else if (this.onCancel === 'answer') this.answer();
  }

  /** The ACK of our failure came. Called by the phone. */
  receiveFailureAck(ack: SipRequest): void {
    this.recordReceived(ack);
    this.#transaction.acknowledge();
  }

  /** Nobody ACKed our final response: an answered call is hung up (RFC 3261 §13.3.1.4). Called by the phone. */
  giveUpOnAck(): void {
    if (this.has('answered') && !this.has('ended')) void this.bye();
  }

  override receiveRequest(transaction: ServerTransaction): void {
    const { request } = transaction;
    if (request.method === 'PRACK' && this.#reliable?.rseq === Number.parseInt(requiredHeader(request, 'RAck'), 10)) {
      this.#reliable.stop();
    }
    super.receiveRequest(transaction);
  }

  protected override onAck(ack: SipRequest): void {
    this.reach('confirmed', ack);
  }

  /** Our answer to the caller's offer, our own offer where it made none, null where nothing is common. */
  #describe(): string | null {
    const offer = sdpOf(this.invite);
    return offer === null ? this.negotiation.offer() : this.negotiation.answer(offer);
  }

  /** From a reliable response or an answer on, requests can be sent to the caller; other tags' dialogs are left. */
  #establish(tag: string): void {
    if (this.#dialogTag === tag) return;
    this.#dialogTag = tag;
    this.dialog = Dialog.ofCallee(this.invite, tag, { sentBy: this.host.address, transport: this.transport });
  }

  #tagOf(dialog: number): string {
    const known = this.#tags.get(dialog);
    if (known !== undefined) return known;
    const tag = newTag();
    this.#tags.set(dialog, tag);
    this.own(tag);
    return tag;
  }
}
