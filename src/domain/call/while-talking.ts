import type { AttemptId } from '../ids.ts';
import { closeAttempt } from './attempt.ts';
import { beginEnding } from './begin-ending.ts';
import type { CallEvent, LastProof } from './call-event.ts';
import type { CallFacts } from './call-facts.ts';
import { withAttempt } from './call-facts.ts';
import type { Answering, Connected, Talk } from './call-state.ts';
import type { Moment } from './moment.ts';
import { before, latest } from './moment.ts';
import { straySettled } from './stray-attempt.ts';
import { callerGaveUp, conversationOver, requestedEnd } from './termination.ts';
import type { CallStep } from './call-step.ts';

/** How long the caller's ACK to our 200 is waited for: 64·T1 (RFC 3261 §13.3.1.4). */
export const ACK_LIMIT_MS = 32_000;

/** The buyer has answered; the caller's ACK is awaited. Without it nothing was sold. */
export function whileAnswering(state: Answering, event: CallEvent, at: Moment): CallStep {
  const { facts, conversation } = state;
  const unconfirmed: Talk = { kind: 'unconfirmed', conversation };
  switch (event.type) {
    case 'callerAcked': {
      const connected: Connected = { kind: 'connected', facts, conversation, ackedAt: at };
      const elapsedMs = Math.max(0, at.mono - conversation.connectedAt.mono);
      return {
        state: connected,
        effects: [
          { type: 'stopTimer', timer: { kind: 'ack' } },
          { type: 'recordConnected', conversation },
          { type: 'startTimer', timer: { kind: 'max-call' }, delayMs: state.policy.maxCallS * 1_000 - elapsedMs },
        ],
      };
    }
    case 'callerHungUp': {
      // A BYE comes only in a confirmed dialog (RFC 3261 §15): the caller had our 200, though its ACK was lost.
      const talk: Talk = { kind: 'confirmed', conversation, ackedAt: at };
      return beginEnding(facts, conversationOver('caller', event.cause), { talk, callerLeg: 'closed', at });
    }
    case 'callerCancelled':
      // The CANCEL won against our 200: the caller never had an answer.
      return beginEnding(facts, callerGaveUp(event.cause), { callerLeg: 'closed', at });
    case 'callerAnswerFailed':
      return beginEnding(
        facts,
        { outcome: 'failed', hangupBy: 'system', sipStatus: null, cause: event.cause },
        { callerLeg: 'closed', at },
      );
    case 'attemptHungUp': {
      if (event.attemptId !== conversation.attemptId) break;
      const ended = closeWinner(facts, event.attemptId, event.cause, at);
      return beginEnding(ended, conversationOver('buyer', event.cause), {
        talk: unconfirmed,
        callerLeg: 'answered',
        at,
      });
    }
    case 'attemptVanished': {
      if (event.attemptId !== conversation.attemptId) break;
      const ended = closeWinner(facts, event.attemptId, event.cause, at);
      return beginEnding(ended, conversationOver('system', event.cause), {
        talk: unconfirmed,
        callerLeg: 'answered',
        at,
      });
    }
    case 'callerVanished':
      // The SIP server has given up on the ACK before our own timer did, and hung the caller up.
      return neverAcked(facts, 'closed', at);
    case 'timerFired':
      if (event.timer.kind !== 'ack') return { state, effects: [] };
      return neverAcked(facts, 'open', at);
    case 'mediaLost':
      return beginEnding(facts, conversationOver('system', event.cause), {
        talk: unconfirmed,
        callerLeg: 'answered',
        at,
      });
    case 'recordingStarted':
      return { state: { ...state, facts: { ...facts, recordingId: event.recordingId } }, effects: [] };
    case 'endRequested':
      return beginEnding(facts, requestedEnd(event.cause, true), { talk: unconfirmed, callerLeg: 'answered', at });
    default:
      break;
  }
  return clean(state, event, at);
}

/** Two people are talking. */
export function whileConnected(state: Connected, event: CallEvent, at: Moment): CallStep {
  const { facts, conversation, ackedAt } = state;
  const talk: Talk = { kind: 'confirmed', conversation, ackedAt };
  switch (event.type) {
    case 'callerHungUp':
      return beginEnding(facts, conversationOver('caller', event.cause), { talk, callerLeg: 'closed', at });
    case 'attemptHungUp': {
      if (event.attemptId !== conversation.attemptId) break;
      const ended = closeWinner(facts, event.attemptId, event.cause, at);
      return beginEnding(ended, conversationOver('buyer', event.cause), { talk, callerLeg: 'open', at });
    }
    case 'callerVanished': {
      const endedAt = lastProof(event, ackedAt, at);
      return beginEnding(facts, conversationOver('system', event.cause), { talk, callerLeg: 'closed', at, endedAt });
    }
    case 'attemptVanished': {
      if (event.attemptId !== conversation.attemptId) break;
      const endedAt = lastProof(event, conversation.connectedAt, at);
      const ended = closeWinner(facts, event.attemptId, event.cause, endedAt);
      return beginEnding(ended, conversationOver('system', event.cause), { talk, callerLeg: 'open', at, endedAt });
    }
    case 'timerFired':
      if (event.timer.kind !== 'max-call') return { state, effects: [] };
      return beginEnding(facts, conversationOver('system', 'max-call'), { talk, callerLeg: 'open', at });
    case 'mediaLost':
      return beginEnding(facts, conversationOver('system', event.cause), { talk, callerLeg: 'open', at });
    case 'mediaSilent': {
      // Nobody talked in that silence, and nobody pays for the time it took to notice.
      const endedAt = latest(conversation.connectedAt, before(at, event.silentMs));
      return beginEnding(facts, conversationOver('system', 'media-timeout'), { talk, callerLeg: 'open', at, endedAt });
    }
    case 'recordingStarted':
      // Once more, with its recording: what a crash leaves behind is to name it.
      return {
        state: { ...state, facts: { ...facts, recordingId: event.recordingId } },
        effects: [{ type: 'recordConnected', conversation }],
      };
    case 'endRequested':
      return beginEnding(facts, conversationOver('system', event.cause), { talk, callerLeg: 'open', at });
    default:
      break;
  }
  return clean(state, event, at);
}

/** No ACK in 64·T1: both legs are BYEd and there was no conversation to bill (RFC 3261 §13.3.1.4). */
function neverAcked(facts: CallFacts, callerLeg: 'open' | 'closed', at: Moment): CallStep {
  const termination = { outcome: 'failed', hangupBy: 'system', sipStatus: 200, cause: 'caller-never-acked' } as const;
  return beginEnding(facts, termination, { callerLeg, at });
}

/**
 * When a leg that is gone without a word was last there: nobody talked after that, and nobody pays for the time it took
 * to notice. Where the SIP server may have had answers since, the earliest that its last one can have been.
 */
function lastProof({ heardAt, unseenMs }: LastProof, since: Moment, at: Moment): Moment {
  return latest(since, heardAt, unseenMs === null ? null : before(at, unseenMs));
}

function closeWinner(facts: CallFacts, winnerId: AttemptId, cause: string | null, at: Moment): CallFacts {
  const winner = facts.attempts.find((attempt) => attempt.attemptId === winnerId);
  if (!winner) return facts;
  return withAttempt(facts, closeAttempt(winner, { at, sipStatus: 200, cause, reason: null }));
}

function clean(state: Answering | Connected, event: CallEvent, at: Moment): CallStep {
  const stray = straySettled(state.facts, event, at);
  return stray ? { state: { ...state, facts: stray.facts }, effects: stray.effects } : { state, effects: [] };
}
