import type { CallEvent } from '../domain/call/call-event.ts';
import type { Moment } from '../domain/call/moment.ts';
import type { AttemptId } from '../domain/ids.ts';
import type { ALegEvent } from './ports/a-leg.ts';
import type { BLegEvent } from './ports/b-leg.ts';

/** What the caller's leg reports, in the machine's words; null for what the machine need not know. */
export function eventOfCaller(event: ALegEvent, heardAt: Moment | null): CallEvent | null {
  switch (event.type) {
    case 'cancelled':
      return { type: 'callerCancelled', cause: event.cause };
    case 'acked':
      return { type: 'callerAcked' };
    case 'hungUp':
      return { type: 'callerHungUp', cause: event.cause };
    case 'answerFailed':
      return { type: 'callerAnswerFailed', cause: event.cause };
    case 'heard':
      return null;
    case 'vanished':
      return { type: 'callerVanished', cause: event.cause, unseenMs: event.unseenMs, heardAt };
    case 'closed':
      return { type: 'callerLegClosed' };
    case 'lost':
      return { type: 'endRequested', cause: 'link-lost' };
  }
}

/**
 * What a destination's leg reports, in the machine's words; null for what the machine need not know. Where its audio goes
 * through a media server (`anchored`), its answer is somebody who has yet to be put through.
 */
export function eventOfBuyer(
  attemptId: AttemptId,
  event: BLegEvent,
  { heardAt, anchored }: { readonly heardAt: Moment | null; readonly anchored: boolean },
): CallEvent | null {
  switch (event.type) {
    case 'sent':
    case 'heard':
      return null;
    case 'progress':
      return { type: 'attemptProgress', attemptId, status: event.status, sdp: event.sdp };
    case 'answered':
      return anchored ? { type: 'attemptPickedUp', attemptId } : { type: 'attemptAnswered', attemptId, sdp: event.sdp };
    case 'failed': {
      const { sipStatus, cause, reason } = event;
      return { type: 'attemptFailed', attemptId, sipStatus, cause, ...(reason ? { reason } : {}) };
    }
    case 'hungUp':
      return { type: 'attemptHungUp', attemptId, cause: event.cause };
    case 'vanished':
      return { type: 'attemptVanished', attemptId, cause: event.cause, unseenMs: event.unseenMs, heardAt };
  }
}
