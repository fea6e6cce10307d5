import type { MessageExtras } from './build-message.ts';
import { requiredHeader, type SipMessage } from './sip-wire.ts';

/**
 * What a call comes to, each at most once: `ringing` (18x), `answered` (2xx), `confirmed` (the ACK of the 2xx),
 * `cancelled` (the caller's CANCEL came), `failed` (a final failure, or no answer at all), `ended` (failed or hung up).
 */
export type Milestone = 'ringing' | 'answered' | 'confirmed' | 'cancelled' | 'failed' | 'ended';

/** One entry of a call's history. */
export type Happening =
  | { readonly kind: Milestone; readonly message: SipMessage }
  | { readonly kind: 'sent' | 'received'; readonly message: SipMessage };

/** A milestone, the status of a response to our INVITE, or the method of a request that comes to us. */
export type Awaited = Milestone | number | Uppercase<string>;

/** How a scripted phone answers a request inside a call; `silence` not at all. */
export type Reply = (MessageExtras & { readonly status: number }) | 'silence';

/** Whether an entry is what somebody waits for. */
export function isAwaited({ kind, message }: Happening, what: Awaited): boolean {
  if (kind === what) return true;
  if (kind !== 'received') return false;
  if (typeof what === 'string') return message.kind === 'request' && message.method === what;
  const answersInvite = requiredHeader(message, 'CSeq').endsWith('INVITE');
  return message.kind === 'response' && message.status === what && answersInvite;
}
