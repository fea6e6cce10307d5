import type { HostPort } from './addresses.ts';
import type {
  ClientTransaction,
  ClientTransactionEvents,
  ClientTransactionHabits,
  Wire,
} from './client-transaction.ts';
import type { ServerTransaction } from './server-transaction.ts';
import type { Hop } from './sip-socket.ts';
import type { SipRequest } from './sip-wire.ts';

/** What a phone brings to a call. */
export interface LegReceiver {
  receiveRequest(transaction: ServerTransaction): void;
  receiveAck(ack: SipRequest): void;
  close(): void;
}

/** What calls need of their phone. */
export interface LegHost extends Wire {
  readonly name: string;
  readonly address: HostPort;
  contact(transport: Hop['transport']): string;
  startRequest(
    request: SipRequest,
    hop: Hop,
    events: Pick<ClientTransactionEvents, 'onResponse' | 'onTimeout'>,
    habits?: ClientTransactionHabits,
  ): ClientTransaction;
  /** Routes in-dialog requests with this Call-ID and tag of ours to the leg. */
  addLeg(callId: string, tag: string, leg: LegReceiver): void;
  removeLeg(callId: string, tag: string): void;
  drawLadder(): string;
}
