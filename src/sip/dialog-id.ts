import type { SipMessageView } from './drachtio.ts';

/**
 * The name the SIP server gives the dialog that an INVITE makes when it is answered: its Call-ID and the caller's tag.
 * Known as soon as the INVITE is, so that what a crash leaves behind can be hung up however it was answered.
 */
export function dialogIdOf(invite: SipMessageView): string {
  const tag = /;\s*tag=([^;>\s]+)/i.exec(invite.get('From').replace(/^.*>/, ''))?.[1] ?? '';
  return `${invite.get('Call-ID')};from-tag=${tag}`;
}
