import { attend } from './attend.ts';
import { beginEnding } from './begin-ending.ts';
import type { CallEvent } from './call-event.ts';
import type { Attended, CallerLeg } from './call-state.ts';
import type { CallStep } from './call-step.ts';
import type { Moment } from './moment.ts';
import { answersFirst, type ProgramResult } from './program.ts';
import type { Termination } from './termination.ts';
import { callerGaveUp, mediaFailure, requestedEnd } from './termination.ts';
import { ACK_LIMIT_MS } from './while-talking.ts';

/** The caller is with us alone. */
export function whileAttended(state: Attended, event: CallEvent, at: Moment): CallStep {
  const { facts, program, stage, callerLeg } = state;
  switch (event.type) {
    case 'mediaOpened': {
      if (stage !== 'opening') return { state, effects: [] };
      if (callerLeg === 'open' || !(answersFirst(program) || event.needsAnswer)) return run(state);
      return {
        state: { ...state, stage: 'answering', facts: { ...facts, answeredAt: at } },
        effects: [
          { type: 'answerCaller', sdp: null },
          { type: 'startTimer', timer: { kind: 'ack' }, delayMs: ACK_LIMIT_MS },
        ],
      };
    }
    case 'mediaRefused':
      // What was only to be said is left out; the rest can't be done without.
      if (program.kind === 'announcement') return beginEnding(facts, program.end, { callerLeg, at });
      return beginEnding(facts, mediaFailure(event), { callerLeg, at });
    case 'mediaLost':
      if (program.kind === 'announcement') return beginEnding(facts, program.end, { callerLeg: upLeg(state), at });
      return beginEnding(facts, mediaFailure({ sipStatus: 503, cause: event.cause }), { callerLeg: upLeg(state), at });
    case 'callerAcked': {
      if (stage !== 'answering') return { state, effects: [] };
      const begun = run({ ...state, callerLeg: 'open' });
      return { state: begun.state, effects: [{ type: 'stopTimer', timer: { kind: 'ack' } }, ...begun.effects] };
    }
    case 'recordingStarted':
      // What a crash leaves behind is to name it.
      return {
        state: { ...state, facts: { ...facts, recordingId: event.recordingId } },
        effects: [{ type: 'recordDraft' }],
      };
    case 'programEnded':
      return stage === 'under-way' ? onResult(state, event.result, at) : { state, effects: [] };
    case 'callerCancelled':
    case 'callerHungUp':
      return beginEnding(facts, gaveUp(state, event.cause), { callerLeg: 'closed', at });
    case 'callerVanished':
      return beginEnding(facts, { ...gaveUp(state, event.cause), hangupBy: 'system' }, { callerLeg: 'closed', at });
    case 'callerAnswerFailed': {
      if (stage !== 'answering') return { state, effects: [] };
      const failed = { outcome: 'failed', hangupBy: 'system', sipStatus: null, cause: event.cause } as const;
      return beginEnding({ ...facts, answeredAt: null }, failed, { callerLeg: 'closed', at });
    }
    case 'timerFired': {
      if (event.timer.kind !== 'ack' || stage !== 'answering') return { state, effects: [] };
      const termination = {
        outcome: 'failed',
        hangupBy: 'system',
        sipStatus: 200,
        cause: 'caller-never-acked',
      } as const;
      return beginEnding(facts, termination, { callerLeg: 'open', at });
    }
    case 'endRequested':
      return beginEnding(facts, requestedEnd(event.cause, false), { callerLeg: upLeg(state), at });
    default:
      return { state, effects: [] };
  }
}

function run(state: Attended): CallStep {
  return {
    state: { ...state, stage: 'under-way' },
    effects: [{ type: 'runProgram', program: state.program }],
  };
}

function onResult(state: Attended, result: ProgramResult, at: Moment): CallStep {
  const { facts, program, callerLeg } = state;
  switch (result.kind) {
    case 'route': {
      if (facts.inquiry === null) return { state, effects: [] };
      const { zip, category } = result;
      const inquiry = { ...facts.inquiry, endedAt: at, zip, category };
      return {
        state: { kind: 'admitting', facts: { ...facts, inquiry }, callerLeg },
        effects: [{ type: 'route', zip, category }],
      };
    }
    case 'message': {
      if (program.kind !== 'welcome') return { state, effects: [] };
      const inquiry = facts.inquiry && { ...facts.inquiry, endedAt: at };
      return attend(
        { ...facts, inquiry },
        { kind: 'message', promptId: result.promptId, maxS: program.messageMaxS },
        callerLeg,
      );
    }
    case 'hangup':
      return beginEnding(facts, DISMISSED, { callerLeg, at });
    case 'done': {
      const end = program.kind === 'announcement' ? program.end : MESSAGE_TAKEN;
      return beginEnding(facts, end, { callerLeg, at });
    }
  }
}

/** How the caller's leg stands, seen from whoever has to end it. */
function upLeg({ stage, callerLeg }: Attended): CallerLeg {
  return stage === 'answering' ? 'answered' : callerLeg;
}

/** A caller who hangs up on a message being taken has left it; on anything else they have given up. */
function gaveUp({ program, stage, facts }: Attended, cause: string | null): Termination {
  if (program.kind !== 'message' || stage !== 'under-way' || facts.recordingId === null) return callerGaveUp(cause);
  return { ...MESSAGE_TAKEN, hangupBy: 'caller', cause: cause ?? 'normal' };
}

const MESSAGE_TAKEN: Termination = { outcome: 'voicemail', hangupBy: 'system', sipStatus: 200, cause: 'voicemail' };

/** The questions led to no destination. */
const DISMISSED: Termination = { outcome: 'no-route', hangupBy: 'system', sipStatus: 480, cause: 'ivr-hangup' };
