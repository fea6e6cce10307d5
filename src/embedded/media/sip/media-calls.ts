import type { AppRequest, AppResponse } from '../../sip/agent/app-message.ts';
import { Refusal, type ApplicationLink, type Applications, type Delivery } from '../../sip/agent/application-link.ts';
import type { UserAgent } from '../../sip/agent/user-agent.ts';
import type { SipRequest } from '../../sip/message/sip-message.ts';
import { reasonHeader, type HangupCause } from '../channel/hangup-cause.ts';
import { readApplicationAddress } from './application-address.ts';
import { MediaCall, type CallSignalling, type MediaCallServices } from './media-call.ts';
import { CallRefusal, okay } from './refusal.ts';

/** What the callee of all calls needs around it. */
export interface MediaCallsServices extends MediaCallServices {
  /** The host applications may be at, besides loopback. */
  readonly host: string;
  /** Whether there is room for one more call than so many. */
  admit(calls: number): boolean;
  /** Hears of what is amiss with one call. */
  readonly onTrouble: (error: Error) => void;
}

/** The one application above the media engine's user agent: takes every call, and everything said within it. */
export class MediaCalls implements ApplicationLink, Applications {
  readonly open = true;
  readonly busy = false;
  readonly #services: MediaCallsServices;
  readonly #byDialog = new Map<string, MediaCall>();
  /** Calls that aren't answered yet, by the transaction of their INVITE. */
  readonly #opening = new Map<string, MediaCall>();
  /** Resolves what waits for the answer to a BYE, by dialog. */
  readonly #leaving = new Map<string, () => void>();
  readonly #onAllHungUp: (() => void)[] = [];
  #agent: UserAgent | undefined;

  constructor(services: MediaCallsServices) {
    this.#services = services;
  }

  /** Says which agent its calls are signalled by. */
  attach(agent: UserAgent): void {
    this.#agent = agent;
  }

  /** Resolves when every BYE that was sent is answered, or will never be. */
  async allHungUp(): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    if (this.#leaving.size === 0) resolve();
    else this.#onAllHungUp.push(resolve);
    await promise;
  }

  pick(): ApplicationLink {
    return this;
  }

  deliver(delivery: Delivery): void {
    const { message, transactionId, dialogId } = delivery;
    if (message.kind === 'response') {
      // To a BYE of ours: the call is over whatever it says.
      if (message.status >= 200) this.#leaving.get(dialogId)?.();
      return;
    }
    try {
      this.#take(message, delivery);
    } catch (error) {
      this.#refuse(transactionId, error);
    }
  }

  #take(request: SipRequest, delivery: Delivery): void {
    const { transactionId, dialogId, source } = delivery;
    const call = this.#byDialog.get(dialogId);
    switch (request.method) {
      case 'INVITE':
        if (dialogId === '') void this.#begin(request, delivery);
        else this.#known(call).renegotiate(request, transactionId);
        return;
      case 'UPDATE':
        this.#known(call).renegotiate(request, transactionId);
        return;
      case 'ACK':
        call?.acknowledged(request);
        return;
      case 'CANCEL':
        this.#opening.get(transactionId)?.cancelled();
        return;
      case 'BYE':
        this.#byDialog.delete(dialogId);
        // Where the agent itself hung up, for want of an ACK or a refresh, there is nobody to answer.
        if (source === 'network') this.#respond(transactionId, okay());
        call?.ended(request);
        return;
      case 'OPTIONS':
      case 'INFO':
        this.#respond(transactionId, okay());
        return;
      default:
        throw new CallRefusal(405, `${request.method} is not taken here`);
    }
  }

  async #begin(request: SipRequest, { transactionId, peer, transport }: Delivery): Promise<void> {
    try {
      const application = readApplicationAddress(request, this.#services.host);
      if (!this.#services.admit(this.#byDialog.size + this.#opening.size))
        throw new CallRefusal(503, 'as many calls as there may be are up');
      let dialogId: string | undefined;
      const signalling: CallSignalling = {
        respond: (id, response) => {
          const answered = this.#respond(id, response);
          // The first answer makes the dialog: from here on requests in it are this call's.
          if (dialogId === undefined && answered !== undefined) this.#byDialog.set((dialogId = answered), call);
          return answered !== undefined;
        },
        bye: (cause) => {
          if (dialogId !== undefined) void this.#hangUp(dialogId, cause);
        },
      };
      const call: MediaCall = new MediaCall({ request, peer, transport }, application, signalling, this.#services);
      this.#opening.set(transactionId, call);
      await call.begin(transactionId);
    } catch (error) {
      this.#refuse(transactionId, error);
    } finally {
      this.#opening.delete(transactionId);
    }
  }

  #known(call: MediaCall | undefined): MediaCall {
    if (call === undefined) throw new CallRefusal(500, 'the call is over');
    return call;
  }

  #refuse(transactionId: string, error: unknown): void {
    const isRefusal = error instanceof CallRefusal;
    if (!isRefusal) this.#services.onTrouble(error instanceof Error ? error : new Error(String(error)));
    this.#respond(transactionId, (isRefusal ? error : new CallRefusal(500, 'Server Internal Error')).response);
  }

  /** Answers a request, and with what dialog; undefined where the answer came too late, or made none. */
  #respond(transactionId: string, response: AppResponse): string | undefined {
    try {
      const { dialogId } = this.#signalledBy().answering.respond(transactionId, response);
      return dialogId === '' ? undefined : dialogId;
    } catch (error) {
      // Too late: the caller has given up, and was answered.
      if (!(error instanceof Refusal)) throw error;
      return undefined;
    }
  }

  async #hangUp(dialogId: string, cause: HangupCause): Promise<void> {
    this.#byDialog.delete(dialogId);
    const headers = [{ name: 'Reason', value: reasonHeader(cause) }];
    const bye: AppRequest = { kind: 'request', method: 'BYE', uri: 'sip:placeholder', headers, body: Buffer.alloc(0) };
    const answered = Promise.withResolvers<void>();
    this.#leaving.set(dialogId, answered.resolve);
    try {
      await this.#signalledBy().calling.sendWithin(this, dialogId, bye);
      await answered.promise;
    } catch (error) {
      // The peer's own BYE was faster.
      if (!(error instanceof Refusal)) this.#services.onTrouble(error as Error);
    } finally {
      this.#leaving.delete(dialogId);
      if (this.#leaving.size === 0) for (const resolve of this.#onAllHungUp.splice(0)) resolve();
    }
  }

  #signalledBy(): UserAgent {
    if (this.#agent === undefined) throw new Error('calls are taken only once there is a user agent');
    return this.#agent;
  }
}
