import type { Dialog } from '../dialog/dialog.ts';
import type { SipRequest, SipResponse } from '../message/sip-message.ts';
import type { AppRequest } from './app-message.ts';
import { bareAck } from './dialog-sender.ts';
import { OutgoingInvite, type InviteServices } from './outgoing-invite.ts';
import { minSessionExpiresS, sessionExpires } from './session-interval.ts';

/** What session timers ask of the user agent. */
export interface SessionTimersUser {
  /** The session was not refreshed in time, or refused to be: the call is to be hung up. */
  onExpired(dialog: Dialog): void;
}

interface Running {
  readonly intervalS: number;
  readonly weRefresh: boolean;
  readonly timer: NodeJS.Timeout;
}

/**
 * Session timers (RFC 4028) as the production server runs them: where we are the refresher a re-INVITE with our last
 * session description goes out half-way, and where the peer is, its silence ends the call.
 */
export class SessionTimers {
  readonly #services: InviteServices;
  readonly #user: SessionTimersUser;
  readonly #running = new Map<Dialog, Running>();

  constructor(services: InviteServices, user: SessionTimersUser) {
    this.#services = services;
    this.#user = user;
  }

  /**
   * A 2xx we received: it says who refreshes, and means us where it doesn't; without an interval the session does not
   * expire any more (RFC 4028 §7.2).
   */
  onAnswerReceived(dialog: Dialog, response: SipResponse): void {
    const agreed = sessionExpires(response);
    if (agreed === undefined) this.stop(dialog);
    else this.#arm(dialog, agreed.intervalS, agreed.refresher !== 'uas');
  }

  /** A 2xx we sent: where it names nobody, the caller refreshes (RFC 4028 §9); where it names no interval, nobody does. */
  onAnswerSent(dialog: Dialog, request: SipRequest, response: SipResponse): void {
    const agreed = sessionExpires(response);
    if (agreed === undefined) this.stop(dialog);
    else this.#arm(dialog, agreed.intervalS, (agreed.refresher ?? sessionExpires(request)?.refresher) === 'uas');
  }

  /** The dialog is over. */
  stop(dialog: Dialog): void {
    clearTimeout(this.#running.get(dialog)?.timer);
    this.#running.delete(dialog);
  }

  #arm(dialog: Dialog, wantedS: number, weRefresh: boolean): void {
    this.stop(dialog);
    const intervalS = Math.max(wantedS, minSessionExpiresS);
    // RFC 4028 §10: refresh half-way; give up the smaller of 32 s and a third before the end.
    const afterS = weRefresh ? intervalS / 2 : intervalS - Math.min(32, intervalS / 3);
    const timer = setTimeout(() => {
      if (weRefresh) void this.#refresh(dialog, intervalS);
      else this.#expire(dialog);
    }, afterS * 1000);
    this.#running.set(dialog, { intervalS, weRefresh, timer });
  }

  async #refresh(dialog: Dialog, intervalS: number): Promise<void> {
    const invite: OutgoingInvite = new OutgoingInvite(this.#services, dialog, {
      onResponse: ({ response }) => {
        if (response.status < 200) return;
        if (response.status === 491) {
          this.#arm(dialog, intervalS, true);
        } else if (response.status >= 300) {
          this.#expire(dialog);
        } else {
          void invite.acknowledge(bareAck);
          this.onAnswerReceived(dialog, response);
        }
      },
      onFailure: () => this.#expire(dialog),
      isWanted: () => true,
      onFinal: () => undefined,
      onOver: () => undefined,
    });
    const outgoing = await this.#services.sender.prepare(dialog, refreshFor(dialog, intervalS), {
      onResponse: (received) => invite.receive(received),
      onFailure: (why) => invite.fail(why),
    });
    invite.started(outgoing, outgoing.start().request);
  }

  #expire(dialog: Dialog): void {
    this.stop(dialog);
    if (dialog.state === 'confirmed') this.#user.onExpired(dialog);
  }
}

function refreshFor(dialog: Dialog, intervalS: number): AppRequest {
  const { session } = dialog;
  return {
    kind: 'request',
    method: 'INVITE',
    uri: 'sip:placeholder',
    headers: [
      { name: 'Session-Expires', value: `${intervalS};refresher=uac` },
      { name: 'Min-SE', value: String(minSessionExpiresS) },
      ...(session === undefined ? [] : [{ name: 'Content-Type', value: session.contentType }]),
    ],
    body: session?.body ?? Buffer.alloc(0),
  };
}
