import type { BLeg, BLegEvent, DialOrder } from '../calls/ports/b-leg.ts';
import type { AttemptReason } from '../domain/call/attempt.ts';
import type { LegState } from './buyer-leg-state.ts';
import { dialogIdOf } from './dialog-id.ts';
import { answerEarlyUpdate } from './early-update.ts';
import { ChallengeAnswers, isChallenge } from './digest/challenge-answers.ts';
import type { NonceCounts } from './digest/nonce-counts.ts';
import type { DrachtioClient, LateOffer, SipDialog, SipRequest, SipResponse, UacOptions } from './drachtio.ts';
import type { Amendment } from './invite-options.ts';
import { inviteAgain, inviteFirst } from './invite-options.ts';
import type { JoinedLeg } from './in-dialog.ts';
import { keepOffers } from './join-legs.ts';
import { WaitingOffer } from './late-offer.ts';
import { reasonHeaders } from './outgoing-headers.ts';
import type { OpenDialogs } from './open-dialogs.ts';
import type { OrphanLegs } from './orphan-legs.ts';
import type { PendingLegs } from './pending-legs.ts';
import { causeOf } from './reason-header.ts';
import { requestWithin } from './request-within.ts';
import { longerSession, SESSION_S, SessionTimer } from './session-timer.ts';
import { vanishedOrHungUp } from './vanished.ts';

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
  #sessionS = SESSION_S;
  #joined: () => void = () => undefined;
  readonly #session = new SessionTimer();

  constructor(world: BuyerLegWorld, order: DialOrder, report: (event: BLegEvent) => void) {
    this.#world = world;
    this.#order = order;
    this.#report = report;
    this.#answers = this.#newAnswers();
    world.pending.add(this, () => this.#lost());
    this.#invite(inviteFirst(order));
  }

  get dialogId(): string | null {
    return this.#dialog?.id ?? (this.#state.kind === 'offering' ? this.#state.offer.dialogId : null);
  }

  /** True while its offer waits for an answer. */
  get isOffering(): boolean {
    return this.#state.kind === 'offering';
  }

  /** Gives the leg to whoever joins it with another; null where it isn't up. */
  join(): JoinedLeg | null {
    if (this.#state.kind !== 'open') return null;
    this.#joined();
    const heard = (): void => this.#report({ type: 'heard' });
    return { dialog: this.#state.dialog, request: this.request, session: this.#session, heard };
  }

  /** Answers its offer: see `WaitingOffer`. */
  complete(answer: string | null, then: () => void): void {
    if (this.#state.kind === 'offering') this.#state.offer.complete(answer, then);
  }

  cancel(reason: AttemptReason): void {
    if (this.#state.kind === 'sending') this.#state = { kind: 'sending', cancelFor: reason };
    else if (this.#state.kind === 'inviting') this.#sendCancel(this.#state.request, reason);
  }

  hangUp(cause: string): void {
    if (this.#state.kind === 'offering') this.#state.offer.hangUp(cause);
    if (this.#state.kind !== 'open') return;
    const { dialog } = this.#state;
    this.#state = { kind: 'closed' };
    this.#sendBye(dialog, cause, () => this.#report({ type: 'hungUp', cause: null }));
  }

  #sendBye(dialog: SipDialog, cause: string, done: () => void): void {
    const bye = { method: 'BYE', headers: reasonHeaders(cause) };
    const send = (sent: (error: unknown) => void): void => requestWithin(dialog, this.#newAnswers(), bye, sent);
    this.#world.dialogs.hangUp(dialog, cause, send, done);
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
        (error, answered) => (answered ? this.#answered(answered) : this.#refused(error)),
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
    // The library answers an UPDATE in the early dialog with our first offer by itself, once this turn is over.
    queueMicrotask(() => request.removeAllListeners('update').on('update', answerEarlyUpdate(491)));
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
    // To an INVITE without an offer, SDP now would be one, and there is nothing yet that could answer it.
    const sdp = response.body && this.#order.sdp !== null ? response.body : null;
    this.#report({ type: 'progress', status: response.status === 183 ? 183 : 180, sdp });
  }

  #answered(answered: SipDialog | LateOffer): void {
    this.#world.pending.remove(this);
    this.#session.agreed(answered.res);
    if (!('sip' in answered)) {
      this.#state = { kind: 'offering', offer: this.#waiting(answered) };
      this.#report({ type: 'answered', sdp: answered.sdp });
    } else if (answered.remote.sdp) {
      this.#open(answered);
      this.#report({ type: 'answered', sdp: answered.remote.sdp });
    } else {
      // Neither an answer nor an offer: there is no session to connect anyone to.
      this.#state = { kind: 'closed' };
      this.#sendBye(answered, 'no-session', () => undefined);
      this.#report({ type: 'failed', sipStatus: null, cause: 'no-session' });
    }
  }

  #waiting(offer: LateOffer): WaitingOffer {
    return new WaitingOffer(offer, {
      opened: (dialog) => this.#open(dialog),
      closed: () => (this.#state = { kind: 'closed' }),
      sendBye: (dialog, cause, done) => this.#sendBye(dialog, cause, done),
      report: this.#report,
    });
  }

  #open(dialog: SipDialog): void {
    this.#dialog = dialog;
    this.#state = { kind: 'open', dialog };
    this.#joined = keepOffers(dialog);
    const hungUp = (request?: SipRequest): void => {
      this.#world.dialogs.remove(dialog);
      if (this.#state.kind !== 'open') return;
      this.#state = { kind: 'closed' };
      this.#report(vanishedOrHungUp(request, this.#session));
    };
    dialog.once('destroy', hungUp);
    this.#world.dialogs.add(dialog, hungUp);
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
    else if (res?.status === 422 && state.kind === 'inviting') this.#askedForLonger(state.request, res);
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
    this.#again(request, response, answer);
  }

  #askedForLonger(request: SipRequest, response: SipResponse): void {
    const sessionS = longerSession(response, this.#sessionS);
    if (sessionS === null) {
      this.#failed({ sipStatus: response.status, cause: causeOf(response) });
      return;
    }
    this.#sessionS = sessionS;
    this.#again(request, response, null);
  }

  #again(request: SipRequest, response: SipResponse, credentials: Amendment['credentials']): void {
    this.#state = { kind: 'sending', cancelFor: null };
    this.#invite(inviteAgain(this.#order, request, response, { sessionS: this.#sessionS, credentials }));
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
