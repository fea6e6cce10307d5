import type { Millis } from '../time.ts';
import { elapsedMs, toIso } from '../time.ts';
import type { Attempt } from './attempt.ts';
import { addressOf } from './attempt.ts';
import type { CallFacts } from './call-facts.ts';
import type { EndedCall } from './call-effect.ts';
import type { Conversation } from './call-state.ts';
import type { Cdr, CdrAttempt } from './cdr.ts';
import type { DialAddress } from './dial-target.ts';
import type { Moment } from './moment.ts';

/** The CDR of a call that has ended, its verdicts still to be judged. */
export function cdrOfEndedCall(ended: EndedCall): Cdr {
  const { facts, termination, talk, endedAt } = ended;
  const conversation = talk.kind === 'confirmed' ? talk.conversation : null;
  return {
    ...cdrOfOpenCall(facts, conversation),
    endedAt: toIso(endedAt.wall),
    ringMs: ringMs(facts, conversation?.connectedAt ?? endedAt),
    ivrMs: facts.inquiry && elapsedMs(facts.inquiry.startedAt.mono, (facts.inquiry.endedAt ?? endedAt).mono),
    talkMs: conversation ? elapsedMs(conversation.connectedAt.mono, endedAt.mono) : 0,
    outcome: termination.outcome,
    sipStatus: termination.sipStatus,
    hangupBy: termination.hangupBy,
    hangupCause: termination.cause,
  };
}

/** The CDR of a call in progress: nulls for what has not happened. It is what a crash would leave. */
export function cdrOfOpenCall(facts: CallFacts, conversation: Conversation | null): Cdr {
  const { origin, attempts } = facts;
  const winner = conversation ? attempts.find((a) => a.attemptId === conversation.attemptId) : undefined;
  const telling = winner ?? attempts[0];
  const connectedAt = conversation ? toIso(conversation.connectedAt.wall) : null;
  return {
    id: origin.callId,
    did: origin.did,
    dnis: origin.dnis,
    ani: origin.ani,
    callerName: origin.callerName,
    trunkId: origin.trunkId,
    campaignId: origin.campaignId,
    publisherId: origin.publisherId,
    receivedAt: toIso(origin.receivedAt.wall),
    screenedAt: facts.screenedAt ? toIso(facts.screenedAt.wall) : null,
    answeredAt: facts.answeredAt ? toIso(facts.answeredAt.wall) : connectedAt,
    connectedAt,
    endedAt: null,
    setupMs: attempts[0] ? elapsedMs(origin.receivedAt.mono, attempts[0].startedAt.mono) : null,
    pddMs: telling ? postDialDelayMs(telling) : null,
    ringMs: conversation ? ringMs(facts, conversation.connectedAt) : null,
    ivrMs: facts.inquiry?.endedAt ? elapsedMs(facts.inquiry.startedAt.mono, facts.inquiry.endedAt.mono) : null,
    talkMs: 0,
    outcome: null,
    sipStatus: null,
    hangupBy: null,
    hangupCause: null,
    buyerId: winner?.target.buyerId ?? null,
    destinationId: winner?.target.destinationId ?? null,
    routeId: winner?.target.routeId ?? null,
    location: facts.inquiry?.location ?? origin.location,
    attestation: origin.attestation,
    terms: (winner ?? attempts.at(-1))?.target.terms ?? null,
    buyerVerdict: null,
    publisherVerdict: null,
    estimated: false,
    recordingId: facts.recordingId,
    attempts: attempts.map(cdrAttempt),
    decision: facts.decision,
  };
}

function cdrAttempt(attempt: Attempt): CdrAttempt {
  const end = attempt.phase === 'closed' ? attempt.end : null;
  const answeredAt = 'answeredAt' in attempt ? attempt.answeredAt : null;
  return {
    seq: attempt.seq,
    routeId: attempt.target.routeId,
    destinationId: attempt.target.destinationId,
    gateway: gatewayOf(addressOf(attempt)),
    startedAt: toIso(attempt.startedAt.wall),
    ringingAt: attempt.ringingAt ? toIso(attempt.ringingAt.wall) : null,
    answeredAt: answeredAt ? toIso(answeredAt.wall) : null,
    endedAt: end ? toIso(end.at.wall) : null,
    pddMs: postDialDelayMs(attempt),
    sipStatus: end ? end.sipStatus : answeredAt ? 200 : null,
    hangupCause: end?.cause ?? null,
    reason: end?.reason ?? null,
  };
}

/** INVITE to the first 18x or final response; null where the destination said nothing. */
function postDialDelayMs(attempt: Attempt): Millis | null {
  if (attempt.ringingAt) return elapsedMs(attempt.startedAt.mono, attempt.ringingAt.mono);
  if (attempt.phase === 'answered' || attempt.phase === 'accepting')
    return elapsedMs(attempt.startedAt.mono, attempt.answeredAt.mono);
  if (attempt.phase !== 'closed') return null;
  if (attempt.answeredAt) return elapsedMs(attempt.startedAt.mono, attempt.answeredAt.mono);
  return attempt.end.sipStatus === null ? null : elapsedMs(attempt.startedAt.mono, attempt.end.at.mono);
}

/** How long the caller heard ringing: from the first 18x of any attempt. */
function ringMs(facts: CallFacts, until: Moment): Millis | null {
  const first = facts.attempts.flatMap((attempt) => attempt.ringingAt ?? []).sort((a, b) => a.mono - b.mono)[0];
  return first ? elapsedMs(first.mono, until.mono) : null;
}

/** `host:port` the INVITE was sent to, as configured. */
function gatewayOf(address: DialAddress): string {
  const uri = address.nextHop ?? address.uri;
  return uri
    .replace(/^sips?:/, '')
    .replace(/^[^@]*@/, '')
    .replace(/[;?].*$/, '');
}
