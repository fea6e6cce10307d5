import type { AttemptReason } from '../../domain/call/attempt.ts';
import type { BLeg, BLegEvent, Dialer, DialOrder } from '../ports/b-leg.ts';

/** What a destination is offered: the media server's SDP, or where there is none to be had, the caller's own. */
export type Offer = Promise<string | null>;

/**
 * A destination that is dialled as soon as there is something to offer it.
 *
 *     waiting ──offer──▶ dialled          waiting ──cancel(), no offer──▶ over
 */
type State =
  { readonly kind: 'waiting' } | { readonly kind: 'dialled'; readonly leg: BLeg } | { readonly kind: 'over' };

/** A bLeg whose INVITE waits for an offer that is being made. */
export class AnchoredDial implements BLeg {
  #state: State = { kind: 'waiting' };
  readonly #report: (event: BLegEvent) => void;

  constructor(
    dialer: Pick<Dialer, 'dial'>,
    order: Omit<DialOrder, 'sdp'>,
    offer: Offer,
    report: (event: BLegEvent) => void,
  ) {
    this.#report = report;
    void this.#dial(dialer, order, offer);
  }

  get dialogId(): string | null {
    return this.#state.kind === 'dialled' ? this.#state.leg.dialogId : null;
  }

  /** The leg itself; null while there is none. */
  get leg(): BLeg | null {
    return this.#state.kind === 'dialled' ? this.#state.leg : null;
  }

  cancel(reason: AttemptReason): void {
    if (this.#state.kind === 'dialled') this.#state.leg.cancel(reason);
    // It was never called: there is nothing to wait for.
    else if (this.#state.kind === 'waiting') {
      this.#state = { kind: 'over' };
      queueMicrotask(() => this.#report({ type: 'failed', sipStatus: null, cause: null, reason }));
    }
  }

  hangUp(cause: string): void {
    if (this.#state.kind === 'dialled') this.#state.leg.hangUp(cause);
  }

  async #dial(dialer: Pick<Dialer, 'dial'>, order: Omit<DialOrder, 'sdp'>, offer: Offer): Promise<void> {
    try {
      const sdp = await offer;
      if (this.#state.kind !== 'waiting') return;
      this.#state = { kind: 'dialled', leg: dialer.dial({ ...order, sdp }, this.#report) };
    } catch (error) {
      this.#fail(`media: ${error instanceof Error ? error.message : String(error)}`);
    }
  }

  /** Ours to fail, and no gateway's. */
  #fail(cause: string): void {
    if (this.#state.kind !== 'waiting') return;
    this.#state = { kind: 'over' };
    this.#report({ type: 'failed', sipStatus: null, cause, reason: 'failed' });
  }
}
