import { drawLadder, type Ladder, type Rung } from '../support/phone/ladder.ts';
import { cseqOf, headerValue, type SipMessage } from '../support/phone/sip-wire.ts';

/**
 * What one phone sent (`→ INVITE`) and received (`← 180`, `← 200 BYE`), in order. A message that was repeated, on the
 * wire or by the test, is listed where it first was.
 */
export function wireLabels(ladder: Ladder, phone: string): string[] {
  const seen = new Set<string>();
  return ladder.rungs.flatMap((rung) => {
    if (rung.phone !== phone || rung.message.kind === 'remark') return [];
    const label = `${rung.direction === 'sent' ? '→' : '←'} ${labelOf(rung.message)}`;
    const identity = [label, headerValue(rung.message, 'Via'), headerValue(rung.message, 'CSeq')].join(' ');
    if (seen.has(identity)) return [];
    seen.add(identity);
    return [label];
  });
}

/** How often a phone sent or received a message of this label, its repetitions included. */
export function timesOnWire(ladder: Ladder, phone: string, label: string): number {
  return messagesOnWire(ladder, phone, label).length;
}

/** The first of them; an error where there is none. */
export function messageOnWire(ladder: Ladder, phone: string, label: string): SipMessage {
  const [first] = messagesOnWire(ladder, phone, label);
  if (!first) throw new Error(`${phone} has seen no ${label}\n${drawLadder(ladder)}`);
  return first;
}

function messagesOnWire(ladder: Ladder, phone: string, label: string): SipMessage[] {
  return ladder.rungs.flatMap(({ phone: by, direction, message }) =>
    by === phone && message.kind !== 'remark' && `${direction === 'sent' ? '→' : '←'} ${labelOf(message)}` === label
      ? [message]
      : [],
  );
}

/** `INVITE`, `180`, `200 BYE`: a response names its method where it isn't INVITE. */
function labelOf(message: SipMessage): string {
  if (message.kind === 'request') return message.method;
  const { method } = cseqOf(message);
  return method === 'INVITE' ? String(message.status) : `${message.status} ${method}`;
}

/** The instants of one call as its two phones saw them. */
export class CallSteps {
  readonly #caller: readonly Rung[];
  readonly #buyer: readonly Rung[];

  constructor(caller: readonly Rung[], buyer: readonly Rung[]) {
    this.#caller = caller;
    this.#buyer = buyer;
  }

  /**
   * The limits of any honest measurement of the talk: it began after the buyer sent its 200 and before the caller had
   * one, and ended after someone sent BYE and before the other side had it.
   */
  talk(): { readonly shortestMs: number; readonly longestMs: number } {
    const byes = [...this.#caller, ...this.#buyer].filter(({ message }) => labelOf(message as SipMessage) === 'BYE');
    const byeSent = earliest(byes.filter(({ direction }) => direction === 'sent'));
    const byeReceived = earliest(byes.filter(({ direction }) => direction === 'received'));
    const answerSent = earliest(this.#buyer.filter(isThe('sent', '200')));
    const answerReceived = earliest(this.#caller.filter(isThe('received', '200')));
    return { shortestMs: byeSent - answerReceived, longestMs: byeReceived - answerSent };
  }
}

/** Reads a call's instants from the ladder, by the Call-ID of either leg. */
export function stepsOf(ladder: Ladder, callerCallId: string, buyerCallId: string): CallSteps {
  const rungsOf = (callId: string): Rung[] =>
    ladder.rungs.filter(({ message }) => message.kind !== 'remark' && headerValue(message, 'Call-ID') === callId);
  return new CallSteps(rungsOf(callerCallId), rungsOf(buyerCallId));
}

function isThe(direction: Rung['direction'], label: string): (rung: Rung) => boolean {
  return (rung) => rung.direction === direction && labelOf(rung.message as SipMessage) === label;
}

function earliest(rungs: readonly Rung[]): number {
  return Math.min(...rungs.map((rung) => rung.atMs));
}
