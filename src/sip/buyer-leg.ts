import type { BLeg, BLegEvent, DialOrder } from '../calls/ports/b-leg.ts';
import type { AttemptReason } from '../domain/call/attempt.ts';
import { causeOf } from './caller-leg.ts';
import { dialogIdOf } from './dialog-id.ts';
import { ChallengeAnswers, isChallenge } from './digest/challenge-answers.ts';
import type { NonceCounts } from './digest/nonce-counts.ts';
import type { DrachtioClient, SipDialog, SipRequest, SipResponse, UacOptions } from './drachtio.ts';
import { inviteAgain, inviteFirst } from './invite-options.ts';
import { reasonHeaders } from './outgoing-headers.ts';
import type { OpenDialogs } from './open-dialogs.ts';
import type { OrphanLegs } from './orphan-legs.ts';
import type { PendingLegs } from './pending-legs.ts';
import { requestWithin } from './request-within.ts';

/**
 * How a destination's leg stands.
 *
 *        ┌──────401, 407──────────┐
 *        ▼                         │
 *     sending ──request out──▶ inviting ──2xx──▶ open ──BYE either way──▶ closed
 *        │ cancel()               │ cancel()
 *        ▼                        ▼
 *     sending, to be cancelled ▶ cancelling ──final──▶ closed     (a 2xx that crosses opens it: its owner hangs up)
 *
 * A challenge that we have the answer to makes a second INVITE of the same call, with a transaction of its own: that is
 * the one to cancel from then on. One that crosses our CANCEL is the end: it would ring on otherwise.
 */
type LegState =
  | { readonly kind: 'sending'; readonly cancelFor: AttemptReason | null }
  | { readonly kind: 'inviting'; readonly request: SipRequest }
  | { readonly kind: 'cancelling'; readonly request: SipRequest }
  | { readonly kind: 'open'; readonly dialog: SipDialog }
  | { readonly kind: 'closed' };

/** What all legs share. */
export interface BuyerLegWorld {
  readonly srf: DrachtioClient;
  readonly pending: PendingLegs;
  readonly nonceCounts: NonceCounts;
  readonly orphans: Pick<OrphanLegs, 'hangUp' | 'cancel' | 'isLinked'>;
  readonly dialogs: OpenDialogs;
}

/** us ↔ destination: one INVITE, sent again where it is challenged, and, if it is answered, its dialog. */
export class BuyerLeg implements BLeg {
  readonly #world: BuyerLegWorld;
  readonly #order: DialOrder;
  readonly #report: (event: BLegEvent) => void;
  readonly #answers: ChallengeAnswers;
  #state: LegState = { kind: 'sending', cancelFor: null };
  #dialog: SipDialog | null = null;

  constructor(world: BuyerLegWorld, order: DialOrder, report: (event: BLegEvent) => void) {
    this.#world = world;
    this.#order = order;
    this.#report = report;
    this.#answers = this.#newAnswers();
    world.pending.add(this, () => this.#lost());
    this.#invite(inviteFirst(order));
  }

  get dialogId(): string | null {
    return this.#dialog?.id ?? null;
  }

  /** The destination's dialog, once it has answered. */
  get dialog(): SipDialog | null {
    return this.#dialog;
  }

  cancel(reason: AttemptReason): void {
    if (this.#state.kind === 'sending') this.#state = { kind: 'sending', cancelFor: reason };
    else if (this.#state.kind === 'inviting') this.#sendCancel(this.#state.request, reason);
  }

  hangUp(cause: string): void {
    if (this.#state.kind !== 'open') return;
    const { dialog } = this.#state;
    this.#state = { kind: 'closed' };
    const bye = { method: 'BYE', headers: reasonHeaders(cause) };
    const send = (sent: (error: unknown) => void): void => {
      requestWithin(dialog, this.#newAnswers(), bye, (error) => sent(error));
    };
    this.#world.dialogs.hangUp(dialog, cause, send, () => this.#report({ type: 'hungUp', cause: null }));
  }

  /** Sends a request within the destination's dialog, with credentials where they are asked for. */
  request: SipDialog['request'] = (options, callback) => {
    if (this.#dialog) requestWithin(this.#dialog, this.#newAnswers(), options, callback);
  };

  #newAnswers(): ChallengeAnswers {
    return new ChallengeAnswers(this.#order.address.digest, this.#world.nonceCounts);
  }

  #invite(options: UacOptions): void {
    try {
      this.#world.srf.createUAC(
        this.#order.address.uri,
        options,
        {
          cbRequest: (error, request) => (request ? this.#sent(request) : this.#notSent(error)),
          cbProvisional: (response) => this.#progress(response),
        },
        (error, dialog) => (dialog ? this.#answered(dialog) : this.#refused(error)),
      );
    } catch (error) {
      // Thrown where there is no link at all. Reported later: the owner has no leg yet to hear it for.
      queueMicrotask(() => this.#notSent(error));
    }
  }

  #sent(request: SipRequest): void {
    if (this.#state.kind !== 'sending') return;
    const { cancelFor } = this.#state;
    this.#state = { kind: 'inviting', request };
    this.#report({ type: 'sent', transactionId: request.stackTxnId, dialogId: dialogIdOf(request) });
    if (cancelFor !== null) this.#sendCancel(request, cancelFor);
  }

  #sendCancel(request: SipRequest, reason: AttemptReason): void {
    this.#state = { kind: 'cancelling', request };
    if (this.#world.orphans.isLinked) request.cancel({ headers: reasonHeaders(reason) });
    else void this.#world.orphans.cancel(request.stackTxnId, reason);
  }

  #progress(response: SipResponse): void {
    if (this.#state.kind !== 'inviting' || response.status <= 100) return;
    const sdp = response.body ? response.body : null;
    this.#report({ type: 'progress', status: response.status === 183 ? 183 : 180, sdp });
  }

  #answered(dialog: SipDialog): void {
    this.#world.pending.remove(this);
    this.#dialog = dialog;
    this.#state = { kind: 'open', dialog };
    const hungUp = (request?: SipRequest): void => {
      this.#world.dialogs.remove(dialog);
      if (this.#state.kind !== 'open') return;
      this.#state = { kind: 'closed' };
      this.#report({ type: 'hungUp', cause: causeOf(request) });
    };
    dialog.once('destroy', hungUp);
    this.#world.dialogs.add(dialog, hungUp);
    this.#report({ type: 'answered', sdp: dialog.remote.sdp });
  }

  /** The link broke before its answer came: for us it has failed, and it is taken down as soon as there is a link. */
  #lost(): void {
    const { orphans } = this.#world;
    const state = this.#state;
    if (state.kind === 'inviting') void orphans.cancel(state.request.stackTxnId, 'link-lost');
    if (state.kind === 'inviting' || state.kind === 'cancelling') {
      void orphans.hangUp(dialogIdOf(state.request), 'link-lost');
    }
    this.#failed({ sipStatus: null, cause: null, reason: 'link-lost' });
  }

  #refused(error: unknown): void {
    const { status, res } = error as { status?: number; res?: SipResponse };
    const state = this.#state;
    const isInviting = state.kind === 'inviting' || state.kind === 'cancelling';
    if (isInviting && (res === undefined || res.status < 300)) this.#unusable(state.request);
    else if (res && isChallenge(res.status) && state.kind === 'inviting') this.#challenged(state.request, res);
    else this.#failed({ sipStatus: status ?? null, cause: causeOf(res) });
  }

  /**
   * It has answered, but so that the library made no dialog of it: no Contact, or a 2xx that isn't 200. For the
   * destination the call is up: it is hung up by the name the server knows it by.
   */
  #unusable(request: SipRequest): void {
    void this.#world.orphans.hangUp(dialogIdOf(request), 'unusable-answer');
    this.#failed({ sipStatus: null, cause: 'unusable-answer' });
  }

  #challenged(request: SipRequest, response: SipResponse): void {
    const answer = this.#answers.answer(response, request);
    if (!answer.answered) {
      this.#failed({ sipStatus: response.status, cause: causeOf(response) ?? answer.why });
      return;
    }
    this.#state = { kind: 'sending', cancelFor: null };
    this.#invite(inviteAgain(this.#order, request, response, answer));
  }

  /** The request never left: a name that doesn't resolve, a port that refuses, a link that is down. */
  #notSent(error: unknown): void {
    const cause = error instanceof Error ? error.message : String(error);
    this.#failed({ sipStatus: null, cause: `not-sent: ${cause}` });
  }

  #failed(failure: Omit<Extract<BLegEvent, { type: 'failed' }>, 'type'>): void {
    this.#world.pending.remove(this);
    if (this.#state.kind === 'open' || this.#state.kind === 'closed') return;
    this.#state = { kind: 'closed' };
    this.#report({ type: 'failed', ...failure });
  }
}
