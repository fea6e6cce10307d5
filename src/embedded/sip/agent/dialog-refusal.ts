import type { Dialog } from '../dialog/dialog.ts';
import type { HeaderField, SipRequest } from '../message/sip-message.ts';
import { minSessionExpiresS, sessionIntervalS } from './session-interval.ts';

/** A refusal the engine gives by itself. */
export interface DialogRefusal {
  readonly status: 422 | 491 | 500 | 501;
  readonly headers: readonly HeaderField[];
}

/** What else runs in the dialog. */
export interface DialogTraffic {
  /** An INVITE of ours waits for its answer. */
  readonly ourInviteIsOpen: boolean;
  /** An INVITE of the peer's waits for our answer. */
  readonly theirInviteIsOpen: boolean;
}

/** What has a meaning within a call; ACK and CANCEL are no matter of dialogs. */
const METHODS: ReadonlySet<string> = new Set([
  'BYE',
  'INFO',
  'INVITE',
  'MESSAGE',
  'NOTIFY',
  'OPTIONS',
  'PRACK',
  'PUBLISH',
  'REFER',
  'SUBSCRIBE',
  'UPDATE',
]);

/**
 * Whether a request may run in its dialog now: not when its method has no meaning there (an application could take
 * `B%59E` for a BYE, while for us the call went on), when it is older than the last one (RFC 3261 §12.2.2), asks for a
 * session interval too small (RFC 4028 §9), crosses an INVITE of ours, or overtakes one of the peer's own (§14.2).
 */
export function dialogRefusal(
  request: SipRequest,
  seq: number,
  dialog: Dialog,
  { ourInviteIsOpen, theirInviteIsOpen }: DialogTraffic,
): DialogRefusal | undefined {
  if (!METHODS.has(request.method)) return { status: 501, headers: [] };
  if (dialog.remoteSeq !== undefined && seq < dialog.remoteSeq) return { status: 500, headers: [] };
  if (request.method !== 'INVITE' && request.method !== 'UPDATE') return undefined;
  const intervalS = sessionIntervalS(request);
  if (intervalS !== undefined && intervalS < minSessionExpiresS) {
    return { status: 422, headers: [{ name: 'Min-SE', value: String(minSessionExpiresS) }] };
  }
  if (request.method === 'UPDATE') return undefined;
  if (ourInviteIsOpen) return { status: 491, headers: [] };
  if (!theirInviteIsOpen) return undefined;
  return { status: 500, headers: [{ name: 'Retry-After', value: String(Math.floor(Math.random() * 11)) }] };
}
