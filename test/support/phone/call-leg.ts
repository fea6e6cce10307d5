import { buildResponse, sdpBody, sdpOf, type MessageExtras } from './build-message.ts';
import { isAwaited, type Awaited, type Happening, type Milestone, type Reply } from './call-events.ts';
import { giveUpMs } from './client-transaction.ts';
import type { Dialog } from './dialog.ts';
import { History, type WaitOptions } from './history.ts';
import type { LegHost, LegReceiver } from './leg-host.ts';
import { Negotiation } from './negotiation.ts';
import type { RtpStream } from './rtp-stream.ts';
import type { Direction } from './sdp.ts';
import type { ServerTransaction } from './server-transaction.ts';
import { cseqOf, firstLine, type SipMessage, type SipRequest, type SipResponse } from './sip-wire.ts';
import type { Hop } from './sip-socket.ts';

/** One side of a call: its dialog, its audio, and everything that happened to it. */
export abstract class CallLeg implements LegReceiver {
  readonly callId: string;
  /** Answers requests inside the call in its own way; what it leaves undefined is answered as a phone would. */
  onRequest: (request: SipRequest) => Reply | undefined = () => undefined;
  protected readonly host: LegHost;
  protected readonly negotiation: Negotiation;
  protected dialog: Dialog | null = null;
  readonly #history: History<Happening>;
  readonly #tags: string[] = [];
  readonly #hooks: { readonly milestone: Milestone; readonly act: () => void }[] = [];
  readonly #awaitingAck = new Map<number, ServerTransaction>();

  protected constructor(host: LegHost, callId: string, audio: RtpStream | null) {
    this.host = host;
    this.callId = callId;
    this.negotiation = new Negotiation(host.address.host, audio);
    this.#history = new History(host.timers);
  }

  protected abstract readonly transport: Hop['transport'];

  /** Where the other side wants its audio, and what it wants to do; null before its first SDP. */
  get theirSession(): Negotiation['theirs'] {
    return this.negotiation.theirs;
  }

  /** Whether the call has come to a milestone. */
  has(milestone: Milestone): boolean {
    return this.#history.items.some((item) => item.kind === milestone);
  }

  /** Runs `act` once when the call comes to a milestone. Hooks are for scripts; tests wait instead. */
  when(milestone: Milestone, act: () => void): void {
    this.#hooks.push({ milestone, act });
  }

  /** Requests that came inside the call, the first INVITE left out, in order. */
  get requests(): readonly SipRequest[] {
    return this.#history.items.flatMap(({ kind, message }) =>
      kind === 'received' && message.kind === 'request' ? [message] : [],
    );
  }

  /** Responses that came to the INVITE and to requests inside the call, in order, retransmissions included. */
  get responses(): readonly SipResponse[] {
    return this.#history.items.flatMap(({ kind, message }) =>
      kind === 'received' && message.kind === 'response' ? [message] : [],
    );
  }

  /**
   * Resolves to the message that brought what is awaited, at once where it already came. With `count: 2` it waits for
   * the second of them.
   */
  waitFor(what: Awaited, options: WaitOptions = {}): Promise<SipMessage> {
    const explain = (): string => {
      const came = this.#history.items.map(({ kind, message }) => `${kind} ${firstLine(message)}`);
      return `${this.host.name} waited for ${what} of call ${this.callId}; it had ${came.join(', ') || 'nothing'}\n${this.host.drawLadder()}`;
    };
    return this.#history.waitFor((item) => isAwaited(item, what), explain, options).then(({ message }) => message);
  }

  /** Sends a request inside the call and resolves to its final response. */
  request(method: string, extras: MessageExtras = {}): Promise<SipResponse> {
    const dialog = this.#establishedDialog(method);
    const contact = ['INVITE', 'UPDATE', 'SUBSCRIBE'].includes(method) ? this.host.contact(this.transport) : null;
    const request = dialog.request(method, { ...extras, contact });
    let ack: SipRequest | null = null;
    const final = new Promise<SipResponse>((resolve, reject) => {
      this.host.startRequest(request, dialog.hop, {
        onResponse: (response) => {
          this.recordReceived(response);
          if (response.status < 200) return;
          if (method === 'INVITE' && response.status < 300) {
            dialog.retarget(response);
            ack ??= dialog.request('ACK', {
              contact: null,
              cseq: cseqOf(request).number,
              ...this.#lateAnswer(request, response),
            });
            this.host.send(ack, dialog.hop);
          }
          resolve(response);
        },
        onTimeout: () => reject(new Error(`nobody answered ${firstLine(request)}\n${this.host.drawLadder()}`)),
      });
    });
    // Not every test awaits every answer; those that do still see the failure.
    final.catch(() => undefined);
    return final;
  }

  /** Hangs up. Resolves to the answer. */
  bye(extras: MessageExtras = {}): Promise<SipResponse> {
    const answered = this.request('BYE', extras);
    const over = (): void => this.reach('ended', this.#lastMessage());
    answered.then(over, over);
    return answered;
  }

  /** Offers the session anew, with SDP of the test's own where it is given (null for an INVITE without). */
  async reinvite(options: MessageExtras & { direction?: Direction; sdp?: string | null } = {}): Promise<SipResponse> {
    const { direction, sdp = this.negotiation.offer(direction), ...extras } = options;
    const response = await this.request('INVITE', { ...sdpBody(sdp), ...extras });
    const answer = sdpOf(response);
    if (response.status < 300 && answer !== null && sdp !== null) this.negotiation.accept(answer);
    return response;
  }

  /** Puts the other side on hold (RFC 3264 §8.4). */
  hold(): Promise<SipResponse> {
    return this.reinvite({ direction: 'sendonly' });
  }

  /** Takes the other side back. */
  resume(): Promise<SipResponse> {
    return this.reinvite({ direction: 'sendrecv' });
  }

  /** Sends DTMF or whatever else in an INFO. */
  info(type: string, text: string): Promise<SipResponse> {
    return this.request('INFO', { body: { type, text } });
  }

  /** Answers a request inside the call. Called by the phone. */
  receiveRequest(transaction: ServerTransaction): void {
    const { request } = transaction;
    this.recordReceived(request);
    const reply = this.onRequest(request) ?? this.#usualReply(request);
    if (reply === 'silence') return;
    const { status, ...extras } = reply;
    this.respond(transaction, status, extras);
    if (request.method === 'BYE') this.reach('ended', request);
  }

  /** Takes the ACK of a 2xx, first or not. Called by the phone. */
  receiveAck(ack: SipRequest): void {
    this.recordReceived(ack);
    const { number } = cseqOf(ack);
    const transaction = this.#awaitingAck.get(number);
    if (!transaction) return;
    this.#awaitingAck.delete(number);
    transaction.acknowledge();
    const answer = sdpOf(ack);
    if (answer !== null) this.negotiation.accept(answer);
    this.onAck(ack);
  }

  /** Fails whoever waits. Called by the phone. */
  close(): void {
    this.#history.close(`${this.host.name} was closed`);
  }

  protected onAck(_ack: SipRequest): void {}

  protected respond(
    transaction: ServerTransaction,
    status: number,
    extras: MessageExtras & { toTag?: string; reason?: string } = {},
  ): void {
    const { request, source } = transaction;
    const carriesContact = (request.method === 'INVITE' || request.method === 'UPDATE') && status > 100 && status < 300;
    if (request.method === 'INVITE' && status >= 200 && status < 300) {
      this.#awaitingAck.set(cseqOf(request).number, transaction);
    }
    const contact = carriesContact ? { contact: this.host.contact(this.transport) } : {};
    const response = buildResponse(request, { status, source, ...contact, ...extras });
    this.#history.record({ kind: 'sent', message: response });
    transaction.respond(response);
  }

  protected recordReceived(message: SipMessage): void {
    this.#history.record({ kind: 'received', message });
  }

  /** Comes to a milestone, the first time it is reached. */
  protected reach(milestone: Milestone, message: SipMessage): void {
    if (this.has(milestone)) return;
    this.#history.record({ kind: milestone, message });
    for (const hook of this.#hooks) if (hook.milestone === milestone) hook.act();
    if (milestone !== 'ended') return;
    // Late retransmissions still belong to the call; when they can't come any more the phone forgets it.
    this.host.timers.after(giveUpMs(this.host), () => {
      for (const tag of this.#tags) this.host.removeLeg(this.callId, tag);
    });
  }

  /** Listens for requests to a tag of ours. */
  protected own(tag: string): void {
    this.#tags.push(tag);
    this.host.addLeg(this.callId, tag, this);
  }

  /** An INVITE without an offer is answered with one, and the ACK answers that (RFC 3261 §13.2.1). */
  #lateAnswer(request: SipRequest, response: SipResponse): MessageExtras {
    const offer = sdpOf(response);
    return sdpOf(request) !== null || offer === null ? {} : sdpBody(this.negotiation.answer(offer));
  }

  #usualReply(request: SipRequest): Reply {
    const offer = sdpOf(request);
    if (request.method !== 'INVITE' && request.method !== 'UPDATE') return { status: 200 };
    this.dialog?.retarget(request);
    if (offer === null)
      return { status: 200, ...sdpBody(request.method === 'INVITE' ? this.negotiation.offer() : null) };
    const answer = this.negotiation.answer(offer);
    return answer === null ? { status: 488 } : { status: 200, ...sdpBody(answer) };
  }

  #establishedDialog(method: string): Dialog {
    if (!this.dialog) throw new Error(`${this.host.name} can't send ${method}: the call has no dialog yet`);
    return this.dialog;
  }

  #lastMessage(): SipMessage {
    const last = this.#history.items.at(-1);
    if (!last) throw new Error('a call begins with a message');
    return last.message;
  }
}
