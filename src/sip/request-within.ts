import type { ChallengeAnswers } from './digest/challenge-answers.ts';
import { isChallenge } from './digest/challenge-answers.ts';
import type { SipDialog } from './drachtio.ts';
import { outgoingHeaders } from './outgoing-headers.ts';

/**
 * Sends a request within a dialog, and again with credentials where the other side asks for them (RFC 3261 §22.2); the
 * callback hears what came of the last one. The SIP server numbers them.
 */
export function requestWithin(
  dialog: SipDialog,
  answers: ChallengeAnswers,
  options: Parameters<SipDialog['request']>[0],
  callback: Parameters<SipDialog['request']>[1],
): void {
  dialog.request(options, (error, response, acknowledge) => {
    const answer = response && isChallenge(response.status) ? answers.answer(response, response.req) : null;
    if (!answer?.answered) {
      callback(error, response, acknowledge);
      return;
    }
    const headers = { ...options.headers, ...outgoingHeaders({ [answer.header]: answer.value }) };
    requestWithin(dialog, answers, { ...options, headers }, callback);
  });
}
