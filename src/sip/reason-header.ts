import type { SipMessageView } from './drachtio.ts';

/** Our own causes as Reason values (RFC 3326): a SIP status or a Q.850 cause that says the same. */
const OWN_CAUSES: Readonly<Record<string, string>> = {
  'answered-elsewhere': 'SIP;cause=200;text="Call completed elsewhere"',
  'answered-too-late': 'SIP;cause=487;text="Answered after the call was given up"',
  cancelled: 'SIP;cause=487;text="Caller gave up"',
  'caller-cancelled': 'SIP;cause=487;text="Caller gave up"',
  'no-answer': 'SIP;cause=408;text="No answer in time"',
  'setup-budget': 'SIP;cause=408;text="No answer in time"',
  'caller-never-acked': 'SIP;cause=408;text="No ACK from the caller"',
  'session-expired': 'SIP;cause=408;text="Session expired"',
  'no-session': 'SIP;cause=488;text="No answer to the offer"',
  'max-call': 'Q.850;cause=16;text="Longest call time reached"',
  'unusable-answer': 'SIP;cause=500;text="The answer made no dialog"',
  normal: 'Q.850;cause=16;text="Normal call clearing"',
  operator: 'Q.850;cause=16;text="Ended by the operator"',
  drain: 'SIP;cause=503;text="Shutting down"',
  interrupted: 'SIP;cause=503;text="Restarted"',
  'link-lost': 'SIP;cause=503;text="Connection to the SIP server lost"',
  defect: 'SIP;cause=500;text="Internal error"',
};

/** A Reason header value is `protocol *(;param)` (RFC 3326 §2); ours and theirs are told apart by its cause. */
const REASON_VALUE = /^[A-Za-z0-9.]+\s*;.*cause=\d/;

/** A message's Reason value (RFC 3326), or null. */
export function causeOf(message: SipMessageView | undefined): string | null {
  return message?.has('Reason') ? message.get('Reason') : null;
}

/** The Reason header to send for a cause: the other side's own value carried across, or ours in its form. */
export function reasonFor(cause: string | null): string | null {
  if (cause === null) return null;
  if (REASON_VALUE.test(cause)) return cause;
  return OWN_CAUSES[cause] ?? null;
}
