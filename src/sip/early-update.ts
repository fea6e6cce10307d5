import type { SipRequest, SipResponse } from './drachtio.ts';
import { outgoingHeaders } from './outgoing-headers.ts';

/** When to try an offer again that can't be answered yet, in seconds: the call is answered by then, or over. */
const RETRY_AFTER_S = 5;

/**
 * Answers an UPDATE in an early dialog (RFC 3311 §5.2). An offer in it can't be taken while the one of the INVITE is still
 * without an answer: `refusal` is 491 where that one was ours, 500 where it was theirs. Without an offer there is nothing
 * to refuse.
 */
export function answerEarlyUpdate(refusal: 491 | 500): (request: SipRequest, response: SipResponse) => void {
  return ({ body }, response) => {
    if (!body) response.send(200);
    else response.send(refusal, { headers: outgoingHeaders({ retryAfter: RETRY_AFTER_S }) });
  };
}
