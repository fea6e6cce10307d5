import type { BLeg, BLegEvent, DialOrder } from '../calls/ports/b-leg.ts';
import type { AttemptReason } from '../domain/call/attempt.ts';
import { bye, causeOf } from './caller-leg.ts';
import { dialogIdOf } from './dialog-id.ts';
import type { DrachtioClient, SipDialog, SipRequest, SipResponse, UacOptions } from './drachtio.ts';
import { formatCaller, outgoingHeaders, passedOn, reasonHeaders } from './outgoing-headers.ts';
import type { PendingLegs } from './pending-legs.ts';

/**
 * How a destination's leg stands.
 *
 *     sending ──request out──▶ inviting ──2xx──▶ open ──BYE either way──▶ closed
 *        │ cancel()               │ cancel()
 *        ▼                        ▼
 *     sending, to be cancelled ▶ cancelling ──final──▶ closed     (a 2xx that crosses opens it: its owner hangs up)
 */
type LegState =
  | { readonly kind: 'sending'; readonly cancelFor: AttemptReason | null }
  | { readonly kind: 'inviting'; readonly request: SipRequest }
  | { readonly kind: 'cancelling'; readonly reason: AttemptReason }
  | { readonly kind: 'open'; readonly dialog: SipDialog }
  | { readonly kind: 'closed' };

/** us ↔ destination: one INVITE and, if it is answered, its dialog. */
export class BuyerLeg implements BLeg {
  readonly #report: (event: BLegEvent) => void;
  readonly #pending: PendingLegs;
  #state: LegState = { kind: 'sending', cancelFor: null };
  #dialog: SipDialog | null = null;

  constructor(srf: DrachtioClient, order: DialOrder, pending: PendingLegs, report: (event: BLegEvent) => void) {
    this.#report = report;
    this.#pending = pending;
    pending.add(this, () => this.#failed({ sipStatus: null, cause: null, reason: 'link-lost' }));
    try {
      srf.createUAC(
        order.address.uri,
        uacOptions(order),
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
    bye(dialog, cause, () => this.#report({ type: 'hungUp', cause: null }));
  }

  #sent(request: SipRequest): void {
    if (this.#state.kind !== 'sending') return;
    const { cancelFor } = this.#state;
    this.#state = { kind: 'inviting', request };
    this.#tellSent(request);
    // Credentials make a second INVITE of it, with a transaction of its own: that is the one to cancel from then on, and
    // at once where a CANCEL of the first has crossed the challenge. It would ring on otherwise.
    request.on('authenticate', (again: SipRequest) => {
      this.#tellSent(again);
      if (this.#state.kind === 'inviting') this.#state = { kind: 'inviting', request: again };
      else if (this.#state.kind === 'cancelling') this.#sendCancel(again, this.#state.reason);
    });
    if (cancelFor !== null) this.#sendCancel(request, cancelFor);
  }

  #tellSent(request: SipRequest): void {
    this.#report({ type: 'sent', transactionId: request.stackTxnId, dialogId: dialogIdOf(request) });
  }

  #sendCancel(request: SipRequest, reason: AttemptReason): void {
    this.#state = { kind: 'cancelling', reason };
    request.cancel({ headers: reasonHeaders(reason) });
  }

  #progress(response: SipResponse): void {
    if (this.#state.kind !== 'inviting' || response.status <= 100) return;
    const sdp = response.body ? response.body : null;
    this.#report({ type: 'progress', status: response.status === 183 ? 183 : 180, sdp });
  }

  #answered(dialog: SipDialog): void {
    this.#pending.remove(this);
    this.#dialog = dialog;
    this.#state = { kind: 'open', dialog };
    dialog.once('destroy', (request?: SipRequest) => {
      if (this.#state.kind !== 'open') return;
      this.#state = { kind: 'closed' };
      this.#report({ type: 'hungUp', cause: causeOf(request) });
    });
    this.#report({ type: 'answered', sdp: dialog.remote.sdp });
  }

  #refused(error: unknown): void {
    const { status, res } = error as { status?: number; res?: SipResponse };
    this.#failed({ sipStatus: status ?? null, cause: causeOf(res) });
  }

  /** The request never left: a name that doesn't resolve, a port that refuses, a link that is down. */
  #notSent(error: unknown): void {
    const cause = error instanceof Error ? error.message : String(error);
    this.#failed({ sipStatus: null, cause: `not-sent: ${cause}` });
  }

  #failed(failure: Omit<Extract<BLegEvent, { type: 'failed' }>, 'type'>): void {
    this.#pending.remove(this);
    if (this.#state.kind === 'open' || this.#state.kind === 'closed') return;
    this.#state = { kind: 'closed' };
    this.#report({ type: 'failed', ...failure });
  }
}

function uacOptions(order: DialOrder): UacOptions {
  const { address, caller } = order;
  return {
    localSdp: order.sdp,
    headers: outgoingHeaders({
      from: formatCaller(caller.user, caller.displayName),
      maxForwards: order.maxForwards,
      callId: order.callId,
      contentType: 'application/sdp',
      ...passedOn(order.passOn),
    }),
    ...(address.nextHop === null ? {} : { proxy: address.nextHop }),
    ...(address.digest === null ? {} : { auth: address.digest }),
  };
}
