import { buildResponse, newTag } from './build-message.ts';
import { paramOf, writeHostPort, type HostPort } from './addresses.ts';
import type { Reply } from './call-events.ts';
import { ClientTransaction, type ClientTransactionHabits } from './client-transaction.ts';
import { IncomingCall } from './incoming-call.ts';
import { drawLadder, type Ladder, type Remark } from './ladder.ts';
import type { LegHost, LegReceiver } from './leg-host.ts';
import { ServerTransaction } from './server-transaction.ts';
import type { Hop, SipSocket } from './sip-socket.ts';
import { cseqOf, headerValue, readMessage, requiredHeader, writeMessage } from './sip-wire.ts';
import type { SipMessage, SipRequest, SipResponse } from './sip-wire.ts';
import { Timers } from './timers.ts';

export interface SwitchboardOptions {
  readonly name: string;
  readonly t1Ms: number;
  /** Null writes nothing down. */
  readonly ladder: Ladder | null;
  /** An INVITE that begins a call. */
  readonly onCall: (call: IncomingCall) => void | Promise<void>;
  /** Any other request outside calls. */
  readonly onRequest: (request: SipRequest) => Reply;
  readonly onMessage: (message: SipMessage) => void;
}

/** The inside of a phone: brings each message to the transaction and the call that it belongs to. */
export class Switchboard implements LegHost {
  readonly name: string;
  readonly t1Ms: number;
  readonly timers = new Timers();
  readonly #options: SwitchboardOptions;
  readonly #socket: SipSocket;
  readonly #clients = new Map<string, ClientTransaction>();
  readonly #servers = new Map<string, ServerTransaction>();
  readonly #incoming = new Map<ServerTransaction, IncomingCall>();
  readonly #legs = new Map<string, LegReceiver>();
  #closed = false;

  constructor(socket: SipSocket, options: SwitchboardOptions) {
    this.#socket = socket;
    this.#options = options;
    this.name = options.name;
    this.t1Ms = options.t1Ms;
    socket.onBytes = (bytes, from) => this.#receiveBytes(bytes, from);
    options.ladder?.name(writeHostPort(socket.address), options.name);
  }

  get address(): HostPort {
    return this.#socket.address;
  }

  contact(transport: Hop['transport']): string {
    return `<sip:${this.name}@${writeHostPort(this.address)}${transport === 'tcp' ? ';transport=tcp' : ''}>`;
  }

  drawLadder(): string {
    return this.#options.ladder ? drawLadder(this.#options.ladder) : '';
  }

  send(message: SipMessage, to: Hop): void {
    if (this.#closed) return;
    this.#log('sent', writeHostPort(to), message);
    this.#socket.send(writeMessage(message), to);
  }

  sendRaw(bytes: Buffer, to: Hop): void {
    this.#log('sent', writeHostPort(to), { kind: 'remark', text: `${bytes.length} raw bytes` });
    this.#socket.send(bytes, to);
  }

  startRequest(
    request: SipRequest,
    hop: Hop,
    events: { onResponse: (response: SipResponse) => void; onTimeout: () => void },
    habits?: ClientTransactionHabits,
  ): ClientTransaction {
    const key = clientKey(request);
    const onOver = (): boolean => this.#clients.delete(key);
    const transaction = new ClientTransaction(this, request, hop, { ...events, onOver }, habits);
    this.#clients.set(key, transaction);
    return transaction;
  }

  addLeg(callId: string, tag: string, leg: LegReceiver): void {
    this.#legs.set(`${callId} ${tag}`, leg);
  }

  removeLeg(callId: string, tag: string): void {
    this.#legs.delete(`${callId} ${tag}`);
  }

  /** Stops every timer, fails every wait and closes the port. */
  async close(): Promise<void> {
    this.#closed = true;
    for (const leg of [...this.#legs.values(), ...this.#incoming.values()]) leg.close();
    this.timers.close();
    await this.#socket.close();
  }

  /** Takes one datagram, or one message of a stream. */
  #receiveBytes(bytes: Buffer, from: Hop): void {
    try {
      const message = readMessage(bytes);
      this.#log('received', spokenAddress(message, from), message);
      this.#options.onMessage(message);
      if (message.kind === 'response') this.#clients.get(clientKey(message))?.receive(message);
      else this.#receiveRequest(message, from);
    } catch (error) {
      // A phone lives through nonsense; the ladder shows it, and the test that waits for sense fails with it.
      this.#log('received', writeHostPort(from), { kind: 'remark', text: `?? ${(error as Error).message}` });
    }
  }

  #receiveRequest(request: SipRequest, from: Hop): void {
    const repeated = this.#servers.get(serverKey(request, request.method));
    const toTag = paramOf(requiredHeader(request, 'To'), 'tag');
    const leg = this.#legs.get(`${requiredHeader(request, 'Call-ID')} ${toTag}`);
    if (request.method === 'ACK') this.#receiveAck(request, leg);
    else if (repeated) repeated.repeat();
    else {
      const transaction = this.#startServer(request, from);
      if (request.method === 'CANCEL') this.#receiveCancel(transaction);
      else if (leg) leg.receiveRequest(transaction);
      else if (toTag !== undefined) this.#respond(transaction, { status: 481 });
      else if (request.method === 'INVITE') this.#receiveCall(transaction);
      else this.#respond(transaction, this.#options.onRequest(request));
    }
  }

  /** The ACK of a failure has the INVITE's branch; that of a 2xx is a transaction of its own (RFC 3261 §17.1.1.3). */
  #receiveAck(ack: SipRequest, leg: LegReceiver | undefined): void {
    const failed = this.#servers.get(serverKey(ack, 'INVITE'));
    const call = failed && this.#incoming.get(failed);
    if (call) call.receiveFailureAck(ack);
    else if (failed) failed.acknowledge();
    else leg?.receiveAck(ack);
  }

  #startServer(request: SipRequest, from: Hop): ServerTransaction {
    const key = serverKey(request, request.method);
    const transaction = new ServerTransaction(this, request, from, {
      onNoAck: () => this.#incoming.get(transaction)?.giveUpOnAck(),
      onOver: () => {
        this.#servers.delete(key);
        this.#incoming.delete(transaction);
      },
    });
    this.#servers.set(key, transaction);
    return transaction;
  }

  #receiveCancel(transaction: ServerTransaction): void {
    const invite = this.#servers.get(serverKey(transaction.request, 'INVITE'));
    const call = invite && this.#incoming.get(invite);
    if (call) call.receiveCancel(transaction);
    else this.#respond(transaction, { status: 481 });
  }

  #receiveCall(transaction: ServerTransaction): void {
    const call = new IncomingCall(this, transaction);
    this.#incoming.set(transaction, call);
    const behave = async (): Promise<void> => this.#options.onCall(call);
    behave().catch((error: unknown) => {
      this.#log('received', writeHostPort(transaction.source), { kind: 'remark', text: `!! ${String(error)}` });
    });
  }

  #respond(transaction: ServerTransaction, reply: Reply): void {
    if (reply === 'silence') return;
    const { request, source } = transaction;
    transaction.respond(buildResponse(request, { ...reply, source, toTag: newTag() }));
  }

  #log(direction: 'sent' | 'received', peer: string, message: SipMessage | Remark): void {
    this.#options.ladder?.add({ atMs: performance.now(), phone: this.name, direction, peer, message });
  }
}

/** Whose address a message speaks for: over TCP a request comes from a passing port, and its Via says whose it is. */
function spokenAddress(message: SipMessage, from: Hop): string {
  const via = message.kind === 'request' && from.transport === 'tcp' ? headerValue(message, 'Via') : undefined;
  return /^\S+\s+([^;\s]+)/.exec(via ?? '')?.[1] ?? writeHostPort(from);
}

/** A response finds its request by the branch and the method (RFC 3261 §17.1.3). */
function clientKey(message: SipMessage): string {
  return `${paramOf(requiredHeader(message, 'Via'), 'branch')} ${cseqOf(message).method}`;
}

/** A request finds its transaction by the branch, who sent it, and the method (§17.2.3). */
function serverKey(request: SipRequest, method: string): string {
  const via = requiredHeader(request, 'Via');
  return `${via.split(';')[0]} ${paramOf(via, 'branch')} ${method}`;
}
