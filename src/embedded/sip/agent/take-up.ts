import { Dialog } from '../dialog/dialog.ts';
import type { CallJournal, KeptDialog, KeptRequest, LeftBehind } from '../journal/call-journal.ts';
import type { SipRequest } from '../message/sip-message.ts';
import { readEssentials } from '../transaction/essentials.ts';
import type { TransactionLayer } from '../transaction/transaction-layer.ts';
import type { Flow } from '../transport/flow.ts';
import type { Network } from '../transport/transport.ts';

/**
 * What a restored dialog's CSeq numbers leap by, past any that were used after it was put down: a gap is no error (RFC
 * 3261 §12.2.2), a repetition is.
 */
const SEQ_LEAP = 10_000;

/**
 * Lets callers' INVITEs come in once more. While there is no application they are refused 503 as any other, and the
 * refusal is repeated until its ACK: the carrier learns at once that it may try elsewhere.
 */
export function takeUpCallers(
  { callers }: LeftBehind,
  { transactions, transport, journal }: { transactions: TransactionLayer; transport: Network; journal: CallJournal },
): void {
  for (const [transactionId, kept] of callers) {
    const request = requestOf(kept);
    const essentials = readEssentials(request);
    if (essentials !== undefined) {
      transactions.receiveRequest({ request, essentials, flow: flowBack(kept, transport), bytes: 0 });
    }
    journal.callerAnswered(transactionId);
  }
}

/** An INVITE of ours and the way its CANCEL goes, over TCP by a connection of its own. */
export const asSent = (kept: KeptRequest, transport: Network): { request: SipRequest; flow: Flow } => ({
  request: requestOf(kept),
  flow: transport.flowTo(kept.transport, kept.peer),
});

/** A dialog as it was. */
export function asDialog({ transport: name, peer, ...birth }: KeptDialog, transport: Network): Dialog {
  const flow = flowBack({ transport: name, peer }, transport);
  return new Dialog({
    ...birth,
    remoteSeq: birth.remoteSeq,
    natHop: birth.natHop,
    localSeq: birth.localSeq + SEQ_LEAP,
    flow,
  });
}

const requestOf = ({ method, uri, headers }: KeptRequest): SipRequest => ({
  kind: 'request',
  method,
  uri,
  headers,
  body: Buffer.alloc(0),
});

/** The way a peer came: a TCP connection went with the process that had it. */
function flowBack({ transport: name, peer }: Pick<KeptRequest, 'transport' | 'peer'>, transport: Network): Flow {
  if (name === 'udp') return transport.flowTo(name, peer);
  const send = (_bytes: Buffer, onError: (error: Error) => void): void => {
    setImmediate(onError, new Error('the connection went with the process that had it'));
  };
  return { transport: name, remote: peer, open: false, send };
}
