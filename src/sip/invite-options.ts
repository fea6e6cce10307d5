import { isIP } from 'node:net';
import type { DialOrder } from '../calls/ports/b-leg.ts';
import type { ChallengeAnswer } from './digest/challenge-answers.ts';
import type { SipRequest, SipResponse, UacOptions } from './drachtio.ts';
import { formatAsserted, formatCaller, outgoingHeaders, passedOn } from './outgoing-headers.ts';
import { askForSession, SESSION_S } from './session-timer.ts';

/** The INVITE that an order makes, with the session interval it asks for in seconds. */
export function inviteFirst(order: DialOrder, sessionS = SESSION_S): UacOptions {
  const { address, caller, asserted, sdp } = order;
  return {
    ...(sdp === null ? { noAck: true } : { localSdp: sdp }),
    headers: {
      ...askForSession(sessionS),
      ...outgoingHeaders({
        from: formatCaller(caller.user, caller.displayName),
        maxForwards: order.maxForwards,
        callId: order.callId,
        // A reliable answer to no offer would be an offer itself, which only the caller could answer, and can't yet.
        supported: sdp === null ? 'timer' : 'timer, 100rel',
        contentType: sdp === null ? null : 'application/sdp',
        assertedIdentity: asserted && formatAsserted(asserted.user, asserted.displayName, asserted.attestation),
        privacy: order.wantsPrivacy ? 'id' : null,
        ...passedOn(order.passOn),
      }),
    },
    ...(address.nextHop === null ? {} : { proxy: address.nextHop }),
  };
}

/** What makes a second INVITE of one that was refused. */
export interface Amendment {
  /** The session interval to ask for, in seconds. */
  readonly sessionS: number;
  /** The answer to a challenge. */
  readonly credentials: Extract<ChallengeAnswer, { answered: true }> | null;
}

/**
 * The same INVITE with the answer to its challenge, or with the session interval that was asked for: same Call-ID, same
 * From with its tag, CSeq one higher (RFC 3261 §22.2, RFC 4028 §7.3). It goes to the very server that refused the first,
 * which alone may know its nonce: the name may have several.
 */
export function inviteAgain(
  order: DialOrder,
  refused: SipRequest,
  response: SipResponse,
  { sessionS, credentials }: Amendment,
): UacOptions {
  const first = inviteFirst(order, sessionS);
  const seq = Number.parseInt(refused.get('CSeq'), 10) + 1;
  const hop = order.address.nextHop ?? order.address.uri;
  return {
    ...first,
    headers: {
      ...first.headers,
      ...outgoingHeaders({
        sipCallId: refused.get('Call-ID'),
        from: refused.get('From'),
        cseq: `${seq} INVITE`,
        ...(credentials ? { [credentials.header]: credentials.value } : {}),
      }),
    },
    ...(isAddress(hop) ? {} : { proxy: sourceOf(response) }),
  };
}

function isAddress(uri: string): boolean {
  const host = /^sips?:(?:[^@]*@)?(\[[^\]]+\]|[^:;?]+)/i.exec(uri)?.[1] ?? '';
  return isIP(host.replace(/^\[|\]$/g, '')) !== 0;
}

function sourceOf({ source_address: address, source_port: port, protocol }: SipResponse): string {
  return `sip:${isIP(address) === 6 ? `[${address}]` : address}:${port};transport=${protocol}`;
}
