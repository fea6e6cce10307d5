import { buildHopRequest, buildRequest, newBranch, newTag, sdpBody, sdpOf } from './build-message.ts';
import type { ExtraHeaders, MessageExtras } from './build-message.ts';
import { paramOf, readHostPort, readUri } from './addresses.ts';
import { CallLeg } from './call-leg.ts';
import { giveUpMs, type ClientTransaction } from './client-transaction.ts';
import { Dialog } from './dialog.ts';
import { authorize, type Credentials } from './digest.ts';
import type { LegHost } from './leg-host.ts';
import type { RtpStream } from './rtp-stream.ts';
import type { Hop } from './sip-socket.ts';
import { cseqOf, headerValue, requiredHeader, type SipRequest, type SipResponse } from './sip-wire.ts';

/** A call to be made. */
export interface CallOptions {
  /** Request-URI, and the To header's: `sip:+18005550100@127.0.0.1:5060`. */
  readonly to: string;
  /** From as a URI or with a display name, without tag; the phone's own address unless given. */
  readonly from?: string;
  /** `host:port` the INVITE is sent to where that isn't the Request-URI's. */
  readonly via?: string;
  readonly transport?: 'udp' | 'tcp';
  readonly headers?: ExtraHeaders;
  /** SDP of the test's own; null makes a late offer, whose answer goes with the ACK. */
  readonly sdp?: string | null;
  readonly audio?: RtpStream;
  /** False never ACKs, neither an answer nor a failure; `sendAck` does it by hand. */
  readonly acks?: boolean;
  /** So many first 2xx are treated as lost on the way. */
  readonly dropAnswers?: number;
  /** False sends the INVITE once; `sendInviteAgain` does it by hand. */
  readonly retransmits?: boolean;
  /** Answers a 401 or 407. */
  readonly credentials?: Credentials;
}

/** A call this phone makes. */
export class OutgoingCall extends CallLeg {
  protected readonly transport: Hop['transport'];
  readonly #options: CallOptions;
  readonly #from: string;
  readonly #hop: Hop;
  #invite: ClientTransaction;
  #cancel: 'none' | 'wanted' | 'sent' = 'none';
  #provisional = false;
  #answersToDrop: number;
  #challenged = false;
  #ack: SipRequest | null = null;
  #ackBody: MessageExtras = {};
  #lastRSeq = 0;

  /** Sends the INVITE at once. Made by `Phone.call`. */
  constructor(host: LegHost, options: CallOptions) {
    super(host, `${crypto.randomUUID()}@${host.address.host}`, options.audio ?? null);
    const { to, from = `sip:${host.name}@${host.address.host}:${host.address.port}`, via, dropAnswers = 0 } = options;
    const { transport, ...target } = readUri(to);
    this.#options = options;
    this.transport = options.transport ?? transport;
    const { host: toHost, port } = via === undefined ? target : readHostPort(via);
    this.#hop = { host: toHost, port, transport: this.transport };
    this.#answersToDrop = dropAnswers;
    const tag = newTag();
    this.#from = `${from.includes('<') ? from : `<${from}>`};tag=${tag}`;
    this.own(tag);
    const { sdp = this.negotiation.offer() } = options;
    this.#invite = this.#sendInvite(1, { ...sdpBody(sdp), headers: options.headers ?? {} });
  }

  /** The INVITE as it was last sent. */
  get invite(): SipRequest {
    return this.#invite.request;
  }

  /** Retransmits the INVITE by hand. */
  sendInviteAgain(): void {
    this.#invite.sendAgain();
  }

  /**
   * Gives up. The CANCEL waits for a provisional response, as it must (RFC 3261 §9.1), unless it is to go out at once.
   * An answer that crosses it is ACKed and hung up.
   */
  cancel({ atOnce = false, headers = {} }: { atOnce?: boolean; headers?: ExtraHeaders } = {}): void {
    if (this.#cancel === 'sent' || this.has('answered') || this.has('ended')) return;
    this.#cancel = 'wanted';
    if (this.#provisional || atOnce) this.#sendCancel(headers);
  }

  /** ACKs the 2xx, for calls that don't do it by themselves. */
  sendAck(): void {
    if (!this.dialog || !this.has('answered')) throw new Error('there is no answer to ACK yet');
    const { number } = cseqOf(this.#invite.request);
    this.#ack ??= this.dialog.request('ACK', { contact: null, cseq: number, ...this.#ackBody });
    this.host.send(this.#ack, this.dialog.hop);
    this.reach('confirmed', this.#ack);
  }

  #sendInvite(cseq: number, extras: MessageExtras): ClientTransaction {
    const { to, retransmits = true, acks = true } = this.#options;
    const request = buildRequest({
      method: 'INVITE',
      uri: to,
      sentBy: this.host.address,
      transport: this.transport,
      branch: newBranch(),
      routes: [],
      from: this.#from,
      to: `<${to}>`,
      callId: this.callId,
      cseq,
      contact: this.host.contact(this.transport),
      ...extras,
    });
    const events = {
      onResponse: (response: SipResponse) => this.#receive(response),
      onTimeout: () => this.#fail(request),
    };
    return this.host.startRequest(request, this.#hop, events, { retransmits, acksFailures: acks });
  }

  #receive(response: SipResponse): void {
    if (response.status >= 200 && response.status < 300 && this.#answersToDrop > 0) {
      this.#answersToDrop -= 1;
      return;
    }
    this.recordReceived(response);
    if (response.status < 200) this.#progress(response);
    else if (response.status < 300) this.#answered(response);
    else if (!this.#answerChallenge(response)) this.#fail(response);
  }

  #progress(response: SipResponse): void {
    this.#provisional = true;
    if (this.#cancel === 'wanted') this.#sendCancel({});
    if (response.status === 100) return;
    this.reach('ringing', response);
    const sdp = sdpOf(response);
    if (sdp !== null && this.#options.sdp !== null) this.negotiation.accept(sdp);
    this.#acknowledgeReliably(response);
  }

  /** PRACK for a provisional response that asks for it (RFC 3262 §4). */
  #acknowledgeReliably(response: SipResponse): void {
    const rseq = Number(headerValue(response, 'RSeq') ?? 0);
    if (rseq <= this.#lastRSeq) return;
    this.#lastRSeq = rseq;
    this.dialog ??= this.#dialogWith(response);
    void this.request('PRACK', { headers: { RAck: `${rseq} ${requiredHeader(response, 'CSeq')}` } });
  }

  #answered(response: SipResponse): void {
    const established = this.has('answered') ? this.dialog : null;
    if (established && established.remoteTag !== paramOf(requiredHeader(response, 'To'), 'tag')) {
      this.#refuseFork(response);
      return;
    }
    if (!established) {
      // A PRACKed early dialog with this tag goes on counting; any other ends with the answer.
      const dialog = this.#dialogWith(response);
      if (this.dialog?.remoteTag !== dialog.remoteTag) this.dialog = dialog;
      this.dialog?.retarget(response);
      this.#describeInAck(response);
      this.reach('answered', response);
    }
    if (this.#options.acks ?? true) this.sendAck();
    if (!established && this.#cancel !== 'none') void this.bye();
  }

  /** An answer to our offer is acted upon; an offer, where we made none, is answered in the ACK. */
  #describeInAck(response: SipResponse): void {
    const sdp = sdpOf(response);
    if (sdp === null) return;
    if (this.#options.sdp === null) this.#ackBody = sdpBody(this.negotiation.answer(sdp));
    else this.negotiation.accept(sdp);
  }

  /** A second phone answered the same INVITE: it is ACKed and hung up (§13.2.2.4). */
  #refuseFork(response: SipResponse): void {
    const fork = this.#dialogWith(response);
    this.host.send(fork.request('ACK', { contact: null, cseq: cseqOf(response).number }), fork.hop);
    const nothing = { onResponse: () => undefined, onTimeout: () => undefined };
    this.host.startRequest(fork.request('BYE', { contact: null }), fork.hop, nothing);
  }

  #dialogWith(response: SipResponse): Dialog {
    const at = { sentBy: this.host.address, transport: this.transport };
    return Dialog.ofCaller(this.#invite.request, response, at);
  }

  #answerChallenge(response: SipResponse): boolean {
    const { credentials, headers, sdp = this.negotiation.offer() } = this.#options;
    if (!credentials || this.#challenged || (response.status !== 401 && response.status !== 407)) return false;
    this.#challenged = true;
    this.#provisional = false;
    const proof = authorize(response, { method: 'INVITE', uri: this.#options.to }, credentials);
    const next = cseqOf(this.#invite.request).number + 1;
    this.#invite = this.#sendInvite(next, { ...sdpBody(sdp), headers: { ...headers, ...proof } });
    return true;
  }

  #sendCancel(headers: ExtraHeaders): void {
    this.#cancel = 'sent';
    const { request } = this.#invite;
    const cancel = buildHopRequest('CANCEL', request, { to: requiredHeader(request, 'To'), headers });
    this.host.startRequest(cancel, this.#hop, { onResponse: () => undefined, onTimeout: () => undefined });
    // Where even the 487 doesn't come, the call is over all the same (§9.1).
    this.host.timers.after(giveUpMs(this.host), () => {
      if (!this.has('answered')) this.#fail(cancel);
    });
  }

  #fail(cause: SipRequest | SipResponse): void {
    this.reach('failed', cause);
    this.reach('ended', cause);
  }
}
