import { isIP } from 'node:net';
import type { DialOrder } from '../calls/ports/b-leg.ts';
import type { ChallengeAnswer } from './digest/challenge-answers.ts';
import type { SipRequest, SipResponse, UacOptions } from './drachtio.ts';
import { formatAsserted, formatCaller, outgoingHeaders, passedOn } from './outgoing-headers.ts';

/** The INVITE that an order makes. */
export function inviteFirst(order: DialOrder): UacOptions {
  const { address, caller, asserted } = order;
  return {
    localSdp: order.sdp,
    headers: outgoingHeaders({
      from: formatCaller(caller.user, caller.displayName),
      maxForwards: order.maxForwards,
      callId: order.callId,
      contentType: 'application/sdp',
      assertedIdentity: asserted && formatAsserted(asserted.user, asserted.displayName, asserted.attestation),
      privacy: order.wantsPrivacy ? 'id' : null,
      ...passedOn(order.passOn),
    }),
    ...(address.nextHop === null ? {} : { proxy: address.nextHop }),
  };
}

/**
 * The same INVITE with the answer to its challenge: same Call-ID, same From with its tag, CSeq one higher (RFC 3261
 * §22.2). It goes to the very server that challenged, which alone may know its nonce: the name may have several.
 */
export function inviteAgain(
  order: DialOrder,
  challenged: SipRequest,
  response: SipResponse,
  answer: Extract<ChallengeAnswer, { answered: true }>,
): UacOptions {
  const first = inviteFirst(order);
  const seq = Number.parseInt(challenged.get('CSeq'), 10) + 1;
  const hop = order.address.nextHop ?? order.address.uri;
  return {
    ...first,
    headers: {
      ...first.headers,
      ...outgoingHeaders({
        sipCallId: challenged.get('Call-ID'),
        from: challenged.get('From'),
        cseq: `${seq} INVITE`,
        [answer.header]: answer.value,
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
