import type { AttemptReason } from '../domain/call/attempt.ts';
import type { SipDialog, SipRequest } from './drachtio.ts';
import type { WaitingOffer } from './late-offer.ts';

/**
 * How a destination's leg stands.
 *
 *        ┌──401, 407, 422─────────┐
 *        ▼                         │
 *     sending ──request out──▶ inviting ──2xx──▶ open ──BYE either way──▶ closed
 *        │ cancel()               │ └─2xx with an offer─▶ offering ──complete()──▶ open
 *        │                        │ cancel()
 *        ▼                        ▼
 *     sending, to be cancelled ▶ cancelling ──final──▶ closed     (a 2xx that crosses opens it: its owner hangs up)
 *
 * A challenge that we have the answer to makes a second INVITE of the same call, with a transaction of its own: that is
 * the one to cancel from then on. One that crosses our CANCEL is the end: it would ring on otherwise. So does a session
 * interval too small for it (RFC 4028 §7.3).
 */
export type LegState =
  | { readonly kind: 'sending'; readonly cancelFor: AttemptReason | null }
  | { readonly kind: 'inviting'; readonly request: SipRequest }
  | { readonly kind: 'cancelling'; readonly request: SipRequest }
  /** The 2xx makes the offer, and waits for the caller's answer with its ACK. */
  | { readonly kind: 'offering'; readonly offer: WaitingOffer }
  | { readonly kind: 'open'; readonly dialog: SipDialog }
  | { readonly kind: 'closed' };
