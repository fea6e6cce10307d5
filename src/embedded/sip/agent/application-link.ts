import type { SipMessage } from '../message/sip-message.ts';
import type { SocketAddress, TransportName } from '../transport/flow.ts';

/** A message on its way to the application, with what the application is told about it. */
export interface Delivery {
  readonly message: SipMessage;
  /** `application` marks what the engine itself sent on the application's behalf, such as the BYE of a lost ACK. */
  readonly source: 'network' | 'application';
  readonly transport: TransportName;
  /** The other end. */
  readonly peer: SocketAddress;
  /** Size on the wire. */
  readonly bytes: number;
  /** Names the transaction towards the application; `unsolicited` where there is nothing to answer. */
  readonly transactionId: string;
  /** Empty outside a dialog. */
  readonly dialogId: string;
  /** The address of ours it came to; only on requests that begin something. */
  readonly receivedOn?: SocketAddress;
}

/** One connected application, as the user agent sees it. */
export interface ApplicationLink {
  /** False once the connection is gone; nothing delivered then arrives. */
  readonly open: boolean;
  /** True while it is so far behind that nothing new should be begun with it. */
  readonly busy: boolean;
  deliver(delivery: Delivery): void;
}

/** The connected applications. */
export interface Applications {
  /** The next one, in turn, that asked for requests of a method; undefined when none did. */
  pick(method: string): ApplicationLink | undefined;
}

/** What was sent for the application: echoed to it, for it wants to see the headers the engine added. */
export interface Sent {
  readonly message: SipMessage;
  readonly transport: TransportName;
  readonly peer: SocketAddress;
  readonly bytes: number;
  readonly transactionId: string;
  readonly dialogId: string;
}

/** Something the application asked for that can't be done. Its message goes to the application as it is. */
export class Refusal extends Error {
  override readonly name = 'Refusal';
}
