import type { SipResponse } from './sip-message.ts';

/** Why a response must be dropped (it is never answered), or undefined when nothing is wrong with it. */
export function responseDefect(response: SipResponse): string | undefined {
  return response.status > 699 ? 'Status out of range' : undefined;
}
