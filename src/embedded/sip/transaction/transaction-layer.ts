import { serializeMessage } from '../message/serialize-message.ts';
import type { SipRequest } from '../message/sip-message.ts';
import type { SipTimers } from '../timers.ts';
import type { Flow } from '../transport/flow.ts';
import type { Network } from '../transport/transport.ts';
import { ClientTransaction, type ClientTransactionUser, type ReceivedResponse } from './client-transaction.ts';
import { readEssentials } from './essentials.ts';
import { clientKey, mergeKey, serverKey } from './keys.ts';
import type { ReceivedRequest, ServerTransaction } from './server-transaction.ts';
import { ServerTransactions } from './server-transactions.ts';

/** What the transaction layer hands to the user agent above it. */
export interface TransactionLayerUser {
  /** A request that begins a transaction. `merged`: the same request is already here by another way (§8.2.2.2). */
  onRequest(transaction: ServerTransaction, merged: boolean): void;
  /** A CANCEL, with the INVITE it means if there is one (§9.2). */
  onCancel(cancel: ServerTransaction, invite: ServerTransaction | undefined): void;
  /** An ACK that belongs to no transaction: that of a 2xx (§13.3.1.4), or a stray one. */
  onAck(ack: ReceivedRequest): void;
  /** No room for another transaction: the request is to be refused without one. */
  onOverload(received: ReceivedRequest): void;
}

/** Every transaction there is, found by what its messages carry (RFC 3261 §17.1.3, §17.2.3). */
export class TransactionLayer {
  readonly #timers: SipTimers;
  readonly #user: TransactionLayerUser;
  readonly #servers: ServerTransactions;
  readonly #clients = new Map<string, ClientTransaction>();

  constructor(transport: Network, timers: SipTimers, user: TransactionLayerUser) {
    this.#timers = timers;
    this.#user = user;
    this.#servers = new ServerTransactions(transport, timers);
  }

  /** How many transactions are alive, for tests and gauges. */
  get size(): number {
    return this.#servers.size + this.#clients.size;
  }

  /** A request whose syntax is in order and whose Via is stamped. */
  receiveRequest(received: ReceivedRequest): void {
    const { request, essentials } = received;
    const key = serverKey(request, essentials);
    const known = this.#servers.get(key);
    if (known !== undefined) {
      known.receive(received);
      return;
    }
    if (request.method === 'ACK') {
      this.#user.onAck(received);
      return;
    }
    const isCancel = request.method === 'CANCEL';
    const merge = isCancel ? undefined : mergeKey(essentials);
    const merged = this.#servers.hasMerged(merge);
    const transaction = this.#servers.open(key, received, merged ? undefined : merge);
    if (transaction === undefined) this.#user.onOverload(received);
    else if (!isCancel) this.#user.onRequest(transaction, merged);
    else this.#user.onCancel(transaction, this.#servers.get(serverKey(request, essentials, 'INVITE')));
  }

  /** A response; one that no transaction waits for is dropped (RFC 3261 §18.1.2 leaves it to the UA, which wants none). */
  receiveResponse(received: ReceivedResponse): void {
    this.#clients.get(clientKey(received.essentials))?.receive(received);
  }

  /**
   * Sends a request in a transaction of its own. Its topmost Via must carry a fresh branch.
   * @throws {RangeError} when a header holds a line break.
   */
  request(request: SipRequest, flow: Flow, user: ClientTransactionUser): ClientTransaction {
    const bytes = serializeMessage(request);
    const transaction = this.#keep(request, flow, user, false);
    transaction.start(bytes);
    return transaction;
  }

  /** Waits on for the answer to an INVITE that a process before this one has sent. */
  resumeInvite(request: SipRequest, flow: Flow, user: ClientTransactionUser): ClientTransaction {
    return this.#keep(request, flow, user, true);
  }

  #keep(request: SipRequest, flow: Flow, user: ClientTransactionUser, isUnderWay: boolean): ClientTransaction {
    const essentials = readEssentials(request);
    if (essentials === undefined)
      throw new RangeError('a request needs Via, From, To, Call-ID and CSeq that can be read');
    const key = clientKey(essentials);
    const transaction = new ClientTransaction({ request, flow, isUnderWay }, this.#timers, user, () =>
      this.#clients.delete(key),
    );
    this.#clients.set(key, transaction);
    return transaction;
  }
}
