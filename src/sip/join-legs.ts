import { outgoingHeaders } from './outgoing-headers.ts';
import { sendableStatus } from './drachtio.ts';
import type { SendOptions, SipDialog, SipRequest, SipResponse } from './drachtio.ts';

/** A re-INVITE or UPDATE the other side doesn't answer is given up on, so that it can't hold up the next. */
const REINVITE_LIMIT_MS = 10_000;

/** How a leg's refused re-INVITE reads where the other side said nothing. */
const REQUEST_TIMEOUT = 408;

/** An answered leg to carry requests to: `request` answers challenges where the leg's trunk has credentials. */
export interface JoinedLeg {
  readonly dialog: SipDialog;
  readonly request: SipDialog['request'];
}

/**
 * Carries in-dialog requests across two answered legs with direct media: re-INVITE and UPDATE with their SDP, INFO
 * with its body. Offers never overlap: while one is out, another is answered 491 (RFC 3261 §14.2, RFC 3311 §5.2).
 * Unhandled, the library would answer all of these 200 with stale SDP by itself.
 */
export function joinDialogs(caller: JoinedLeg, buyer: JoinedLeg, onFault: FaultListener): void {
  const exchange = new OfferExchange();
  carry(caller.dialog, buyer, exchange, onFault);
  carry(buyer.dialog, caller, exchange, onFault);
}

/** Hears of a defect in carrying a request; the request has been answered 500 where it still could be. */
export type FaultListener = (error: unknown, sipCallId: string) => void;

/** At most one offer at a time across both legs: an answer to one could not be told from an answer to the other. */
class OfferExchange {
  #busy = false;

  begin(): boolean {
    if (this.#busy) return false;
    this.#busy = true;
    return true;
  }

  end(): void {
    this.#busy = false;
  }
}

function carry(from: SipDialog, to: JoinedLeg, exchange: OfferExchange, onFault: FaultListener): void {
  /** A bug ends one request with a 500: thrown into the library it would end the process. */
  const guarded = (response: SipResponse, act: () => void): void => {
    try {
      act();
    } catch (error) {
      onFault(error, from.sip.callId);
      if (!response.finalResponseSent) response.send(500);
    }
  };
  const on = (event: string, answer: (request: SipRequest, response: SipResponse) => void): void => {
    from.on(event, (request: SipRequest, response: SipResponse) => guarded(response, () => answer(request, response)));
  };

  const offer = (request: SipRequest, response: SipResponse): void => {
    if (!exchange.begin()) {
      response.send(491);
      return;
    }
    let waiting = true;
    const conclude = (status: number, body: string): void => {
      if (!waiting) return;
      waiting = false;
      clearTimeout(limit);
      exchange.end();
      const headers = outgoingHeaders({ contact: from.local.contact, contentType: body ? 'application/sdp' : null });
      response.send(sendableStatus(status), body ? { headers, body } : { headers });
    };
    const limit = setTimeout(() => guarded(response, () => conclude(REQUEST_TIMEOUT, '')), REINVITE_LIMIT_MS);
    limit.unref();
    const { method, body } = request;
    const headers = outgoingHeaders({ contact: to.dialog.local.contact, contentType: body ? 'application/sdp' : null });
    // Not `modify()`: after one refused re-INVITE it never settles again.
    to.request({ method, headers, ...(body ? { body } : { noAck: true }) }, (error, answer, acknowledge) => {
      if (answer && answer.status < 200) return;
      guarded(response, () => {
        if (acknowledge) carryLateAnswer(from, acknowledge);
        if (error || !answer) conclude(REQUEST_TIMEOUT, '');
        else conclude(answer.status, answer.status < 300 ? answer.body : '');
      });
    });
  };
  on('modify', offer);
  on('update', offer);
  on('info', (request, response) => {
    const contentType = request.has('Content-Type') ? request.get('Content-Type') : null;
    to.request({ method: 'INFO', headers: outgoingHeaders({ contentType }), body: request.body }, (error, answer) => {
      guarded(response, () => response.send(error || !answer ? REQUEST_TIMEOUT : sendableStatus(answer.status)));
    });
  });
  // We transfer no calls: where a call goes is configuration's to say (RFC 3515 §2.4.2).
  on('refer', (_request, response) => response.send(603));
  for (const method of ['message', 'notify', 'publish']) on(method, (_request, response) => response.send(405));
}

/** A re-INVITE without an offer is answered with one, whose answer comes with the ACK (RFC 3261 §14.1, RFC 3264 §4). */
function carryLateAnswer(from: SipDialog, acknowledge: (ack: SendOptions) => void): void {
  from.once('ack', ({ body }: SipRequest) => {
    acknowledge(body ? { body, headers: outgoingHeaders({ contentType: 'application/sdp' }) } : {});
  });
}
