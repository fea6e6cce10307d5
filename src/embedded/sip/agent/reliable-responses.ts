import { randomInt } from 'node:crypto';
import { withHeader } from '../message/header-fields.ts';
import type { RAck } from '../message/rack.ts';
import type { SipResponse } from '../message/sip-message.ts';
import { patienceMs, type SipTimers } from '../timers.ts';

/** What reliable responses need of the INVITE they answer. */
export interface ReliableResponsesUser {
  send(response: SipResponse): void;
  /** A response was never acknowledged: the INVITE is to be refused with a 5xx (RFC 3262 §3). */
  onUnacknowledged(): void;
}

/**
 * The provisional responses to one INVITE that are sent reliably (RFC 3262 §3): numbered, one at a time, each repeated
 * until its PRACK. A final response waits until all of them are acknowledged.
 */
export class ReliableResponses {
  readonly #timers: SipTimers;
  readonly #user: ReliableResponsesUser;
  /** Numbers begin between 1 and 2³¹−1 and go up by one (§3). */
  #rseq = randomInt(1, 2 ** 31 - 1000);
  #current: SipResponse | undefined;
  readonly #waiting: SipResponse[] = [];
  #final: (() => void) | undefined;
  #repeat: NodeJS.Timeout | undefined;
  #deadline: NodeJS.Timeout | undefined;

  constructor(timers: SipTimers, user: ReliableResponsesUser) {
    this.#timers = timers;
    this.#user = user;
  }

  /** Sends a provisional response reliably, now or after those before it, and returns it as it will stand on the wire. */
  send(response: SipResponse): SipResponse {
    const numbered = withHeader(response, 'RSeq', String(this.#rseq + this.#waiting.length + (this.#current ? 1 : 0)));
    this.#waiting.push(numbered);
    this.#sendNext();
    return numbered;
  }

  /** Does `act` once nothing is unacknowledged any more: at once where that is so. */
  whenAcknowledged(act: () => void): void {
    if (this.#current === undefined) act();
    else this.#final = act;
  }

  /** A PRACK: true when it acknowledges the response that is out (§3, §7.2). `seq` is the INVITE's CSeq number. */
  acknowledge(rack: RAck, seq: number): boolean {
    const isOurs =
      this.#current !== undefined && rack.rseq === this.#rseq && rack.cseq.seq === seq && rack.cseq.method === 'INVITE';
    if (!isOurs) return false;
    this.#clearTimers();
    this.#current = undefined;
    this.#rseq++;
    this.#sendNext();
    if (this.#current === undefined) this.#final?.();
    return true;
  }

  /** The INVITE has its final response by another way; nothing is repeated any more. */
  stop(): void {
    this.#clearTimers();
    this.#current = undefined;
    this.#waiting.length = 0;
    this.#final = undefined;
  }

  #sendNext(): void {
    if (this.#current !== undefined) return;
    const response = this.#waiting.shift();
    if (response === undefined) return;
    this.#current = response;
    this.#user.send(response);
    this.#repeatAfter(response, this.#timers.t1Ms);
    this.#deadline = setTimeout(() => {
      this.stop();
      this.#user.onUnacknowledged();
    }, patienceMs(this.#timers));
  }

  /** The interval doubles without a ceiling (§3). */
  #repeatAfter(response: SipResponse, intervalMs: number): void {
    this.#repeat = setTimeout(() => {
      this.#user.send(response);
      this.#repeatAfter(response, 2 * intervalMs);
    }, intervalMs);
  }

  #clearTimers(): void {
    clearTimeout(this.#repeat);
    clearTimeout(this.#deadline);
  }
}
