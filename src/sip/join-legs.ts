import { sendableStatus } from './drachtio.ts';
import type { SendOptions, SipDialog, SipRequest, SipResponse } from './drachtio.ts';
import { type FaultListener, type JoinedLeg, keepSession, listenInDialog } from './in-dialog.ts';
import { outgoingHeaders } from './outgoing-headers.ts';

/** A request the other side doesn't answer is given up on, so that it can't hold up the next. */
export const CARRY_LIMIT_MS = 10_000;

/** Where the other side said nothing in time. Not 408: within a dialog that asks to end the call (RFC 3261 §12.2.1.2). */
const NO_ANSWER = 504;

/**
 * Carries in-dialog requests across two answered legs with direct media: re-INVITE and UPDATE with their SDP, INFO
 * with its body. Offers never overlap: while one is out, another is answered 491 (RFC 3261 §14.2, RFC 3311 §5.2). `callerAcked` says whether the caller
 * has ACKed its answer: until then what is to be sent to it waits (RFC 3261 §14.1).
 */
export function joinDialogs(caller: JoinedLeg, buyer: JoinedLeg, onFault: FaultListener, callerAcked = false): void {
  const exchange = new OfferExchange();
  carry(caller, buyer, exchange, atOnce, onFault);
  carry(buyer, caller, exchange, callerAcked ? atOnce : afterAck(caller.dialog), onFault);
}

/** Does something as soon as it can be done. */
type When = (act: () => void) => void;

const atOnce: When = (act) => act();

/** Once the caller's ACK is here: until then no INVITE may be sent to it (RFC 3261 §14.1). */
function afterAck(dialog: SipDialog): When {
  let waiting: (() => void)[] | null = [];
  dialog.once('ack', () => {
    const acts = waiting ?? [];
    waiting = null;
    for (const act of acts) act();
  });
  return (act) => (waiting ? waiting.push(act) : act());
}

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

function carry(from: JoinedLeg, to: JoinedLeg, exchange: OfferExchange, when: When, onFault: FaultListener): void {
  const { dialog } = from;
  const { on, guarded } = listenInDialog(from, onFault);
  /** Sends a request on, and concludes exactly once: with its answer, or without where none comes in time. */
  const pass = (
    response: SipResponse,
    options: Parameters<SipDialog['request']>[0],
    conclude: (answer: SipResponse | null, acknowledge?: (ack: SendOptions) => void) => void,
  ): void => {
    let waiting = true;
    const once: typeof conclude = (answer, acknowledge) => {
      if (!waiting) return;
      waiting = false;
      clearTimeout(limit);
      guarded(response, () => conclude(answer, acknowledge));
    };
    const limit = setTimeout(() => once(null), CARRY_LIMIT_MS);
    limit.unref();
    const send = (): void =>
      to.request(options, (error, answer, acknowledge) => {
        if (answer && answer.status < 200) return;
        if (!answer || error) {
          once(null);
          return;
        }
        if (!isOfTheServer(answer)) to.heard();
        // What comes too late was still an answer: it is owed its ACK.
        if (!waiting) acknowledge?.({});
        once(answer, acknowledge);
      });
    when(() => waiting && guarded(response, send));
  };

  const offer = (request: SipRequest, response: SipResponse): void => {
    if (!exchange.begin()) {
      response.send(491);
      return;
    }
    const { method, body } = request;
    const headers = {
      ...outgoingHeaders({ contact: to.dialog.local.contact, contentType: body ? 'application/sdp' : null }),
      ...to.session.keptBy(),
    };
    // Not `modify()`: after one refused re-INVITE it never settles again.
    pass(response, { method, headers, ...(body ? { body } : { noAck: true }) }, (answer, acknowledge) => {
      exchange.end();
      if (acknowledge) carryLateAnswer(dialog, acknowledge);
      if (!answer || answer.status >= 300) {
        response.send(answer ? statusOf(answer) : NO_ANSWER, { headers: answer ? why(answer) : {} });
        return;
      }
      to.session.agreed(answer);
      const agreement = from.session.agreeTo(request, null);
      const contact = outgoingHeaders({ contact: dialog.local.contact });
      const type = outgoingHeaders({ contentType: answer.body ? 'application/sdp' : null });
      const options = { headers: { ...contact, ...type, ...agreement } };
      response.send(statusOf(answer), answer.body ? { ...options, body: answer.body } : options);
    });
  };

  on('modify', offer);
  on('update', (request, response) => {
    if (request.body) offer(request, response);
    else keepSession(from, request, response);
  });
  on('info', (request, response) => {
    const headers = outgoingHeaders({
      contentType: request.has('Content-Type') ? request.get('Content-Type') : null,
      infoPackage: request.has('Info-Package') ? request.get('Info-Package') : null,
    });
    pass(response, { method: 'INFO', headers, body: request.body }, (answer) =>
      response.send(answer ? statusOf(answer) : NO_ANSWER, { headers: answer ? why(answer) : {} }),
    );
  });
}

/**
 * Keeps offers on a leg that is not joined yet, for there is no one to answer them. Returns what ends that: to be called
 * as the leg is joined, so that they are carried then.
 */
export function keepOffers(dialog: SipDialog): () => void {
  const kept: (() => void)[] = [];
  const keepers = ['modify', 'update'].map((event) => {
    const keep = (request: SipRequest, response: SipResponse): void => {
      kept.push(() => dialog.emit(event, request, response));
    };
    dialog.on(event, keep);
    return () => dialog.off(event, keep);
  });
  return () => {
    for (const stop of keepers) stop();
    queueMicrotask(() => kept.splice(0).forEach((offer) => offer()));
  };
}

/** A re-INVITE without an offer is answered with one, whose answer comes with the ACK (RFC 3261 §14.1, RFC 3264 §4). */
function carryLateAnswer(from: SipDialog, acknowledge: (ack: SendOptions) => void): void {
  from.once('ack', ({ body }: SipRequest) => {
    acknowledge(body ? { body, headers: outgoingHeaders({ contentType: 'application/sdp' }) } : {});
  });
}

/** Answers that the SIP server makes up itself where the other side gave none (RFC 3261 §8.1.3.1). */
function isOfTheServer({ status }: SipResponse): boolean {
  return status === 408 || status === 503;
}

/** The status to carry on. A 408 would end the call of who asked (RFC 3261 §12.2.1.2), for which there is no reason. */
function statusOf({ status }: SipResponse): number {
  return status === 408 ? NO_ANSWER : sendableStatus(status);
}

/** What a refusal says beside its status: why, and when to try again. */
function why(answer: SipResponse): Record<string, string> {
  const value = (name: string): string | null => (answer.has(name) ? answer.get(name) : null);
  return outgoingHeaders({
    reason: value('Reason'),
    warning: value('Warning'),
    retryAfter: value('Retry-After'),
    accept: value('Accept'),
  });
}
