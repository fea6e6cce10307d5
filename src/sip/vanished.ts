import type { Vanished } from '../calls/ports/a-leg.ts';
import type { SipRequest } from './drachtio.ts';
import { causeOf } from './reason-header.ts';
import type { SessionTimer } from './session-timer.ts';

/**
 * What the end of a dialog means: its other side hung up, or the SIP server ended it by itself because nothing was heard
 * from there any more. The server tells us so by a BYE of its own.
 */
export function vanishedOrHungUp(
  request: SipRequest | undefined,
  session: SessionTimer,
): Vanished | { readonly type: 'hungUp'; readonly cause: string | null } {
  if (request?.source !== 'application') return { type: 'hungUp', cause: causeOf(request) };
  return { type: 'vanished', cause: 'session-expired', unseenMs: session.unseenMs };
}
