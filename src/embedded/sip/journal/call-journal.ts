import type { Dialog, DialogBirth } from '../dialog/dialog.ts';
import type { SipRequest } from '../message/sip-message.ts';
import type { Flow, SocketAddress, TransportName } from '../transport/flow.ts';
import { forgetful, type Journal, type Keeper } from './journal.ts';

/** A request and the way it came or went, without its body. */
export interface KeptRequest {
  readonly method: string;
  readonly uri: string;
  readonly headers: SipRequest['headers'];
  readonly transport: TransportName;
  readonly peer: SocketAddress;
}

/** A dialog, by what it takes to say something in it. */
export type KeptDialog = Omit<DialogBirth, 'flow'> & Pick<KeptRequest, 'transport' | 'peer'>;

/** What a process that died has left. */
export interface LeftBehind {
  /** Callers' INVITEs nobody has answered, by transaction id. */
  readonly callers: readonly (readonly [transactionId: string, KeptRequest])[];
  /** INVITEs of ours that nobody has answered, likewise. */
  readonly ringing: readonly (readonly [transactionId: string, KeptRequest])[];
  readonly dialogs: readonly KeptDialog[];
}

/** The first letter of a key says what is kept by it. */
const CALLER = 'c';
const RINGING = 'r';
const DIALOG = 'd';

/** Puts down what becomes of calls, in the words of the user agent. Each is on file before anything is sent by it. */
export class CallJournal {
  readonly #keeper: Keeper;

  constructor(keeper: Keeper = forgetful) {
    this.#keeper = keeper;
  }

  /** A caller's INVITE waits for an answer. */
  callerWaits(transactionId: string, request: SipRequest, flow: Flow): void {
    this.#keeper.put(CALLER + transactionId, kept(request, flow));
  }

  callerAnswered(transactionId: string): void {
    this.#keeper.drop(CALLER + transactionId);
  }

  /** An INVITE of ours goes out; again where it goes to another server. */
  rings(transactionId: string, request: SipRequest, flow: Flow): void {
    this.#keeper.put(RINGING + transactionId, kept(request, flow));
  }

  /** It has its final response, or will never have one. */
  ringsNoMore(transactionId: string): void {
    this.#keeper.drop(RINGING + transactionId);
  }

  /** A dialog is confirmed, or has moved. */
  dialogIsUp(dialog: Dialog): void {
    const { flow, ...rest } = dialog.birth();
    const record: KeptDialog = { ...rest, transport: flow.transport, peer: flow.remote };
    this.#keeper.put(dialogKey(dialog), record);
  }

  dialogIsOver(dialog: Dialog): void {
    this.#keeper.drop(dialogKey(dialog));
  }
}

/** What the journal of a process before this one holds. */
export function leftBehind(journal: Journal): LeftBehind {
  const left = {
    callers: [] as [string, KeptRequest][],
    ringing: [] as [string, KeptRequest][],
    dialogs: [] as KeptDialog[],
  };
  for (const [key, value] of journal.entries()) {
    // Nobody but this file writes it, in a folder of our own: what has the key has the form.
    if (key.startsWith(CALLER)) left.callers.push([key.slice(CALLER.length), value as KeptRequest]);
    else if (key.startsWith(RINGING)) left.ringing.push([key.slice(RINGING.length), value as KeptRequest]);
    else if (key.startsWith(DIALOG)) left.dialogs.push(value as KeptDialog);
  }
  return left;
}

const dialogKey = ({ callId, localTag, remoteTag }: Dialog): string =>
  DIALOG + [callId, localTag, remoteTag].join('\0');

const kept = ({ method, uri, headers }: SipRequest, { transport, remote: peer }: Flow): KeptRequest => ({
  method,
  uri,
  headers,
  transport,
  peer,
});
