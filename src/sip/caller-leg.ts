import type { ALeg, ALegEvent, ALegListener } from '../calls/ports/a-leg.ts';
import { allowed } from './allowed-methods.ts';
import { dialogIdOf } from './dialog-id.ts';
import type { Authenticator } from './digest/authenticator.ts';
import type { DrachtioClient, SipDialog, SipRequest, SipResponse } from './drachtio.ts';
import { answerEarlyUpdate } from './early-update.ts';
import type { JoinedLeg } from './in-dialog.ts';
import { keepOffers } from './join-legs.ts';
import { challengeHeaders, outgoingHeaders, reasonHeaders } from './outgoing-headers.ts';
import type { OpenDialogs } from './open-dialogs.ts';
import type { OrphanLegs } from './orphan-legs.ts';
import type { PendingLegs } from './pending-legs.ts';
import { causeOf } from './reason-header.ts';
import { SESSION_S, SessionTimer } from './session-timer.ts';
import { vanishedOrHungUp } from './vanished.ts';

/**
 * How the caller's leg stands.
 *
 *     inviting ──answer()──▶ answering ──200 sent──▶ open ──BYE either way──▶ closed
 *        └─────CANCEL, reject(), lost──────▶ closed    (hangUp while answering: BYE as soon as the 200 is out)
 */
type LegState =
  | { readonly kind: 'inviting' }
  | { readonly kind: 'answering'; readonly hangUpFor: string | null }
  | { readonly kind: 'open'; readonly dialog: SipDialog }
  | { readonly kind: 'closed' };

/**
 * How the server says that it has answered an INVITE by itself: with 487, because its CANCEL was there before our 200.
 * That CANCEL is not reported to us any more: for the library, the call is answered once it has passed our 200 on.
 */
const TRANSACTION_GONE = /unknown transaction/i;

/** What all legs share. */
export interface CallerLegWorld {
  readonly srf: DrachtioClient;
  readonly pending: PendingLegs;
  readonly authenticator: Authenticator;
  readonly orphans: Pick<OrphanLegs, 'hangUp' | 'refuse'>;
  readonly dialogs: OpenDialogs;
}

/** caller ↔ us, over one server transaction and then its dialog. */
export class CallerLeg implements ALeg {
  readonly #srf: DrachtioClient;
  readonly #request: SipRequest;
  readonly #response: SipResponse;
  readonly #pending: PendingLegs;
  readonly #authenticator: Authenticator;
  readonly #orphans: CallerLegWorld['orphans'];
  readonly #dialogs: OpenDialogs;
  #listener: ALegListener = () => undefined;
  #state: LegState = { kind: 'inviting' };
  #onOpen: (dialog: SipDialog) => void = () => undefined;
  #joined: () => void = () => undefined;
  readonly #session = new SessionTimer();

  /** Must be made in the handler of the INVITE itself: a CANCEL that comes before anyone listens is lost. */
  constructor(world: CallerLegWorld, request: SipRequest, response: SipResponse) {
    const { srf, pending, authenticator, orphans, dialogs } = world;
    this.#srf = srf;
    this.#authenticator = authenticator;
    this.#orphans = orphans;
    this.#dialogs = dialogs;
    this.#request = request;
    this.#response = response;
    this.#pending = pending;
    request.on('cancel', (cancel?: SipRequest) => {
      if (this.#state.kind !== 'inviting' && this.#state.kind !== 'answering') return;
      this.#close({ type: 'cancelled', cause: causeOf(cancel) });
    });
    request.on('update', answerEarlyUpdate(500));
    pending.add(this, () => {
      if (this.#state.kind !== 'inviting' && this.#state.kind !== 'answering') return;
      // As soon as there is a link again: a refusal, or, should our 200 have made it, a BYE.
      void orphans.refuse(this.transactionId).then(() => orphans.hangUp(this.dialogId, 'link-lost'));
      this.#close({ type: 'lost' });
    });
  }

  /** Gives the leg its listener, in the same turn it was made. */
  listen(listener: ALegListener): void {
    this.#listener = listener;
  }

  get transactionId(): string {
    return this.#request.stackTxnId;
  }

  get dialogId(): string {
    return dialogIdOf(this.#request);
  }

  /** Calls `use` with the caller's dialog once there is one, at once if there already is. */
  whenOpen(use: (dialog: SipDialog) => void): void {
    if (this.#state.kind === 'open') use(this.#state.dialog);
    else this.#onOpen = use;
  }

  /** Gives the leg to whoever joins it with another; null where it isn't up. */
  join(): JoinedLeg | null {
    if (this.#state.kind !== 'open') return null;
    const { dialog } = this.#state;
    this.#joined();
    const heard = (): void => this.#listener({ type: 'heard' });
    return { dialog, request: (options, callback) => dialog.request(options, callback), session: this.#session, heard };
  }

  showProgress(status: 180 | 183, sdp: string | null): void {
    if (this.#state.kind !== 'inviting') return;
    const headers = outgoingHeaders({
      contentType: sdp === null ? null : 'application/sdp',
      // Reliably only where the caller insists on it (RFC 3262 §3); the SIP server repeats it until the PRACK.
      require: requires(this.#request, '100rel') ? '100rel' : null,
    });
    this.#response.send(status, sdp === null ? { headers } : { headers, body: sdp });
  }

  answer(sdp: string): void {
    if (this.#state.kind !== 'inviting') return;
    this.#state = { kind: 'answering', hangUpFor: null };
    const agreement = this.#session.agreeTo(this.#request, SESSION_S);
    const headers = { ...outgoingHeaders({ contentType: 'application/sdp' }), ...allowed(), ...agreement };
    const options = { localSdp: sdp, headers };
    // The callback form: with a promise, a BYE in the same read as the confirmation is emitted before `.then` runs.
    this.#srf.createUAS(this.#request, this.#response, options, (error, dialog) => {
      if (dialog) this.#opened(dialog);
      else this.#answerFailed(error);
    });
  }

  reject(status: number, options: { readonly cause: string | null; readonly retryAfterS?: number }): void {
    if (this.#state.kind !== 'inviting') return;
    this.#state = { kind: 'closed' };
    this.#pending.remove(this);
    this.#response.send(status, {
      headers: { ...reasonHeaders(options.cause), ...outgoingHeaders({ retryAfter: options.retryAfterS }) },
    });
  }

  challenge(realms: readonly string[], stale: boolean): void {
    if (this.#state.kind !== 'inviting') return;
    this.#state = { kind: 'closed' };
    this.#pending.remove(this);
    const values = this.#authenticator.challenges(realms, this.#request.source_address, stale);
    this.#response.send(401, { headers: challengeHeaders(values) });
  }

  hangUp(cause: string): void {
    const state = this.#state;
    if (state.kind === 'answering') this.#state = { kind: 'answering', hangUpFor: cause };
    if (state.kind !== 'open') return;
    this.#state = { kind: 'closed' };
    bye(this.#dialogs, state.dialog, cause, () => this.#listener({ type: 'closed' }));
  }

  #opened(dialog: SipDialog): void {
    this.#pending.remove(this);
    const state = this.#state;
    if (state.kind !== 'answering') {
      // The CANCEL was reported first: the caller's dialog must not outlive it.
      bye(this.#dialogs, dialog, 'cancelled', () => undefined);
      return;
    }
    dialog.once('ack', (ack?: SipRequest) => this.#listener({ type: 'acked', sdp: ack?.body || null }));
    const hungUp = (request?: SipRequest): void => {
      this.#dialogs.remove(dialog);
      if (this.#state.kind !== 'open') return;
      this.#state = { kind: 'closed' };
      this.#listener(vanishedOrHungUp(request, this.#session));
    };
    dialog.once('destroy', hungUp);
    this.#dialogs.add(dialog, hungUp);
    this.#state = { kind: 'open', dialog };
    this.#joined = keepOffers(dialog);
    this.#onOpen(dialog);
    if (state.hangUpFor !== null) this.hangUp(state.hangUpFor);
  }

  #answerFailed(error: unknown): void {
    if (this.#state.kind !== 'answering') return;
    const what = describe(error);
    if (TRANSACTION_GONE.test(what)) {
      this.#close({ type: 'cancelled', cause: null });
      return;
    }
    // Where the 200 left and only the library could make nothing of the dialog, for the caller the call is up.
    void this.#orphans.hangUp(this.dialogId, 'defect');
    this.#close({ type: 'answerFailed', cause: `answer-not-sent: ${what}` });
  }

  #close(event: ALegEvent): void {
    this.#state = { kind: 'closed' };
    this.#pending.remove(this);
    this.#listener(event);
  }
}

/** Sends BYE with a Reason; calls `done` when it was answered or can't be. */
function bye(dialogs: OpenDialogs, dialog: SipDialog, cause: string, done: () => void): void {
  dialogs.hangUp(dialog, cause, (sent) => dialog.destroy({ headers: reasonHeaders(cause) }, sent), done);
}

function requires(request: SipRequest, tag: string): boolean {
  return (
    request.has('Require') &&
    request
      .get('Require')
      .split(',')
      .some((t) => t.trim().toLowerCase() === tag)
  );
}

function describe(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
