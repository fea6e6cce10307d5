import type { SipRequest, SipResponse } from '../message/sip-message.ts';
import { serializeMessage } from '../message/serialize-message.ts';
import type { SipTimers } from '../timers.ts';
import type { Flow } from '../transport/flow.ts';
import { responseAddress } from '../transport/stamp-via.ts';
import type { Network } from '../transport/transport.ts';
import type { Essentials } from './essentials.ts';
import { inviteServer, inviteServerStart, type InviteServerEvent, type InviteServerState } from './invite-server.ts';
import { MachineRunner, type EventMessage } from './machine-runner.ts';
import { nonInviteServer, nonInviteServerStart } from './non-invite-server.ts';

/** A request as it came in: parsed, its Via stamped, with the flow it came by. */
export interface ReceivedRequest {
  readonly request: SipRequest;
  readonly essentials: Essentials;
  readonly flow: Flow;
  /** Size on the wire. */
  readonly bytes: number;
}

/** What a server transaction tells its user. Each is optional, for most users care for few. */
export interface ServerTransactionUser {
  /** An ACK for our 2xx that carries the INVITE's branch, as RFC 2543 clients send it. */
  onAck?(ack: ReceivedRequest): void;
  /** The response could not be delivered, or was never acknowledged. */
  onFailure?(why: 'timeout' | 'transport'): void;
}

/** Who keeps a server transaction. */
export interface ServerTransactionKeeper {
  /** It has its last word: any final response, but for the 2xx of an INVITE, which begins a call. */
  onLastWord(): void;
  /** It is over. */
  onEnd(): void;
}

type SharedEvent =
  { readonly on: 'request' } | { readonly on: 'respond'; readonly status: number } | { readonly on: 'transport-error' };

interface Machine {
  readonly state: string;
  handle(event: SharedEvent, carried?: EventMessage<ReceivedRequest>): void;
  stop(): void;
}

/** One server transaction (RFC 3261 §17.2): a request and the answers to it. */
export class ServerTransaction {
  readonly received: ReceivedRequest;
  user: ServerTransactionUser = {};
  readonly #transport: Network;
  readonly #keeper: ServerTransactionKeeper;
  readonly #machine: Machine;
  readonly #invite: MachineRunner<InviteServerState, InviteServerEvent, ReceivedRequest> | undefined;
  #finalStatus: number | undefined;

  constructor(received: ReceivedRequest, transport: Network, timers: SipTimers, keeper: ServerTransactionKeeper) {
    this.received = received;
    this.#transport = transport;
    this.#keeper = keeper;
    const context = { timers, reliable: received.flow.transport === 'tcp' };
    const host = {
      send: (bytes: Buffer) => this.#send(bytes),
      deliver: (ack: ReceivedRequest) => this.user.onAck?.(ack),
      acknowledge: () => undefined,
      fail: (why: 'timeout' | 'transport') => this.user.onFailure?.(why),
      end: () => keeper.onEnd(),
    };
    if (received.request.method === 'INVITE') {
      this.#invite = new MachineRunner<InviteServerState, InviteServerEvent, ReceivedRequest>(
        inviteServerStart,
        inviteServer,
        context,
        host,
      );
      this.#machine = this.#invite;
    } else {
      this.#machine = new MachineRunner(nonInviteServerStart, nonInviteServer, context, host);
    }
  }

  /** The status of the final response given; undefined before. */
  get finalStatus(): number | undefined {
    return this.#finalStatus;
  }

  /** Sends a response; one that comes too late is dropped by the machine. */
  respond(response: SipResponse): void {
    const bytes = serializeMessage(response);
    if (response.status >= 200) this.#finalStatus ??= response.status;
    this.#machine.handle({ on: 'respond', status: response.status }, { bytes });
    const beginsCall = this.received.request.method === 'INVITE' && response.status < 300;
    if (response.status >= 200 && !beginsCall) this.#keeper.onLastWord();
  }

  /** Forgets it before its time: nothing is repeated any more. */
  stop(): void {
    this.#machine.stop();
  }

  /** The same request once more, or the ACK that belongs to it. */
  receive(again: ReceivedRequest): void {
    if (again.request.method === 'ACK') this.#invite?.handle({ on: 'ack' }, { message: again });
    else this.#machine.handle({ on: 'request' });
  }

  /**
   * RFC 3261 §18.2.2: back along the flow; where that is a connection closed since, over a new one to the sender. Over
   * UDP the sender is where the request came from, as if it had asked for `rport`, for that is what passes NATs.
   */
  #send(bytes: Buffer): void {
    const { flow, essentials } = this.received;
    const path = flow.open ? flow : this.#transport.flowTo('tcp', responseAddress(essentials.via, flow.remote));
    path.send(bytes, () => this.#machine.handle({ on: 'transport-error' }));
  }
}
