import { describe, expect, it } from 'vitest';
import { somePolicy, someDecision, someTarget } from '../../../test/support/call-builders.ts';
import { CallDrive, types } from '../../../test/support/call-drive.ts';
import type { AttemptId, PromptId, RecordingId } from '../ids.ts';
import type { AdmissionPlan } from './admission-plan.ts';

const first = 'call_1.1' as AttemptId;
const second = 'call_1.2' as AttemptId;
const greeting = 'prm_greeting' as PromptId;
const ivr = { start: 'end', steps: { end: { type: 'route' } } } as const;
const recordingId = 'rec_1' as RecordingId;

const policy = { ...somePolicy, audio: { media: 'required', ringback: null, record: true } } as const;
const dial = (...names: string[]): AdmissionPlan => ({
  kind: 'dial',
  decision: someDecision,
  policy,
  targets: names.map((name) => someTarget(name)),
});

/** A caller whose questions are being asked. */
function asked(): CallDrive {
  const call = new CallDrive();
  call.on({ type: 'admitted', plan: { kind: 'welcome', prompts: [], ivr, messageMaxS: 60, decision: null } });
  call.on({ type: 'mediaOpened', needsAnswer: false });
  call.on({ type: 'callerAcked' }, 20);
  return call;
}

describe('a caller who is asked something', () => {
  it('is answered first, heard once the ACK is there, and routed by what was entered', () => {
    const call = new CallDrive();
    const welcome = call.on({
      type: 'admitted',
      plan: { kind: 'welcome', prompts: [], ivr, messageMaxS: 60, decision: null },
    });
    expect(types(welcome)).toEqual(['openMedia']);
    expect(types(call.on({ type: 'mediaOpened', needsAnswer: false }))).toEqual(['answerCaller', 'startTimer']);
    expect(types(call.on({ type: 'callerAcked' }))).toEqual(['stopTimer', 'runProgram']);
    const routed = call.on({ type: 'programEnded', result: { kind: 'route', zip: '94107', category: 'roof' } }, 8_000);
    expect(routed).toEqual([{ type: 'route', zip: '94107', category: 'roof' }]);
    expect(types(call.on({ type: 'routed', plan: dial('a'), location: null }))).toContain('dial');
  });

  it('is connected by the buyer’s answer alone, having ACKed long ago; the questions are no talk', () => {
    const call = asked();
    call.on({ type: 'programEnded', result: { kind: 'route', zip: null, category: null } }, 9_000);
    call.on({ type: 'routed', plan: dial('a'), location: null }, 1);
    call.on({ type: 'attemptPickedUp', attemptId: first }, 4_000);
    const connected = call.on({ type: 'attemptAnswered', attemptId: first, sdp: null, since: 'pickup' }, 100);
    expect(types(connected)).toEqual(['stopTimer', 'stopTimer', 'joinLegs', 'recordConnected', 'startTimer']);
    call.on({ type: 'recordingStarted', recordingId }, 10);
    call.on({ type: 'callerHungUp', cause: null }, 30_000);
    call.on({ type: 'attemptHungUp', attemptId: first, cause: null }, 5);
    expect(call.settled()).toMatchObject({
      outcome: 'connected',
      sipStatus: 200,
      ivrMs: 10_020,
      talkMs: 30_110,
      recordingId,
    });
  });

  it('who hangs up has given up, and is not sent a second final response', () => {
    const call = asked();
    expect(types(call.on({ type: 'callerHungUp', cause: null }))).toEqual(['settle']);
    expect(call.settled()).toMatchObject({ outcome: 'abandoned', hangupBy: 'caller', sipStatus: 200, talkMs: 0 });
  });

  it('is hung up, not refused, where nobody is found', () => {
    const call = asked();
    call.on({ type: 'programEnded', result: { kind: 'route', zip: null, category: null } });
    const refusal = { outcome: 'no-route', sipStatus: 480, cause: 'no-route', decision: someDecision } as const;
    const ended = call.on({ type: 'routed', plan: { kind: 'refuse', ...refusal, announce: null }, location: null });
    expect(types(ended)).toEqual(['hangUpCaller', 'startTimer']);
    call.on({ type: 'callerLegClosed' });
    expect(call.settled()).toMatchObject({ outcome: 'no-route', sipStatus: 200, hangupCause: 'no-route' });
  });

  it('was no caller of ours where the ACK never comes', () => {
    const call = new CallDrive();
    call.on({ type: 'admitted', plan: { kind: 'welcome', prompts: [], ivr, messageMaxS: 60, decision: null } });
    call.on({ type: 'mediaOpened', needsAnswer: false });
    expect(types(call.on({ type: 'timerFired', timer: { kind: 'ack' } }, 32_000))).toContain('hangUpCaller');
    call.on({ type: 'callerLegClosed' });
    expect(call.settled()).toMatchObject({ outcome: 'failed', hangupCause: 'caller-never-acked' });
  });

  it('is not hung up before the ACK of our 200, whoever ends the call', () => {
    const call = new CallDrive();
    call.on({ type: 'admitted', plan: { kind: 'welcome', prompts: [], ivr, messageMaxS: 60, decision: null } });
    call.on({ type: 'mediaOpened', needsAnswer: false });
    // A BYE may not overtake the ACK (RFC 3261 §15).
    expect(types(call.on({ type: 'endRequested', cause: 'operator' }))).not.toContain('hangUpCaller');
    call.on({ type: 'timerFired', timer: { kind: 'ending' } }, 4_000);
    expect(types(call.on({ type: 'callerAcked' }, 100))).toContain('hangUpCaller');
    call.on({ type: 'callerLegClosed' });
    expect(call.settled()).toMatchObject({ outcome: 'failed', hangupBy: 'system', talkMs: 0, hangupCause: 'operator' });
  });

  it('is refused 503 where there is no media server', () => {
    const call = new CallDrive();
    call.on({ type: 'admitted', plan: { kind: 'welcome', prompts: [], ivr, messageMaxS: 60, decision: null } });
    const refused = call.on({ type: 'mediaRefused', sipStatus: 503, cause: 'media-unavailable' });
    expect(refused).toContainEqual({ type: 'rejectCaller', status: 503, cause: 'media-unavailable' });
  });
});

describe('a caller who is only told something', () => {
  it('is not answered for it', () => {
    const call = new CallDrive();
    call.on({
      type: 'admitted',
      plan: { kind: 'welcome', prompts: [greeting], ivr: null, messageMaxS: 60, decision: null },
    });
    expect(types(call.on({ type: 'mediaOpened', needsAnswer: false }))).toEqual(['runProgram']);
    call.on({ type: 'programEnded', result: { kind: 'route', zip: null, category: null } });
    call.on({ type: 'routed', plan: dial('a'), location: null });
    call.on({ type: 'attemptPickedUp', attemptId: first });
    const answered = call.on({ type: 'attemptAnswered', attemptId: first, sdp: null, since: 'pickup' });
    expect(answered).toContainEqual({ type: 'answerCaller', sdp: null });
  });

  it('is hung up with the ACK, not refused, where the media is lost before it', () => {
    const refusal = { outcome: 'after-hours', sipStatus: 480, cause: 'after-hours', decision: someDecision } as const;
    const call = new CallDrive();
    call.on({ type: 'admitted', plan: { kind: 'refuse', ...refusal, announce: greeting } });
    call.on({ type: 'mediaOpened', needsAnswer: true });
    expect(types(call.on({ type: 'mediaLost', cause: 'media-lost' }))).toEqual(['startTimer']);
    expect(types(call.on({ type: 'callerAcked' }))).toContain('hangUpCaller');
  });

  it('hears why before the refusal, and gets the refusal where it can’t be heard', () => {
    const refusal = { outcome: 'after-hours', sipStatus: 480, cause: 'after-hours', decision: someDecision } as const;
    for (const heard of [true, false]) {
      const call = new CallDrive();
      call.on({ type: 'admitted', plan: { kind: 'refuse', ...refusal, announce: greeting } });
      if (heard) {
        call.on({ type: 'mediaOpened', needsAnswer: false });
        call.on({ type: 'programEnded', result: { kind: 'done' } });
      } else call.on({ type: 'mediaRefused', sipStatus: 503, cause: 'media-unavailable' });
      expect(call.settled()).toMatchObject({ outcome: 'after-hours', sipStatus: 480, answeredAt: null });
    }
  });
});

describe('a caller who leaves a message', () => {
  /** A message that is being taken, and recorded or not. */
  function speaking(recorded: boolean): CallDrive {
    const call = new CallDrive();
    call.on({ type: 'admitted', plan: { kind: 'message', promptId: greeting, maxS: 60, decision: someDecision } });
    call.on({ type: 'mediaOpened', needsAnswer: false });
    call.on({ type: 'callerAcked' });
    if (recorded) call.on({ type: 'recordingStarted', recordingId });
    return call;
  }

  it('has left it by hanging up', () => {
    const call = speaking(true);
    call.on({ type: 'callerHungUp', cause: null });
    expect(call.settled()).toMatchObject({ outcome: 'voicemail', hangupBy: 'caller', recordingId, talkMs: 0 });
  });

  it('is hung up when it is long enough', () => {
    const call = speaking(true);
    expect(types(call.on({ type: 'programEnded', result: { kind: 'done' } }))).toContain('hangUpCaller');
    call.on({ type: 'callerLegClosed' });
    expect(call.settled()).toMatchObject({ outcome: 'voicemail', hangupBy: 'system', recordingId });
  });

  it('has given up on the prompt before the message', () => {
    const call = speaking(false);
    call.on({ type: 'callerHungUp', cause: null });
    expect(call.settled()).toMatchObject({ outcome: 'abandoned', recordingId: null });
  });
});

describe('a buyer who is asked whether they take the call', () => {
  function ringing(...names: string[]): CallDrive {
    const call = new CallDrive();
    call.on({ type: 'admitted', plan: dial(...names) });
    return call;
  }

  it('starts the clock with the key, not with the answer', () => {
    const call = ringing('a');
    const picked = call.on({ type: 'attemptPickedUp', attemptId: first }, 5_000);
    expect(types(picked)).toEqual(['stopTimer', 'screenBuyer']);
    call.on({ type: 'attemptAnswered', attemptId: first, sdp: null, since: 'now' }, 7_000);
    call.on({ type: 'callerAcked' }, 20);
    call.on({ type: 'callerHungUp', cause: null }, 60_000);
    call.on({ type: 'attemptHungUp', attemptId: first, cause: null }, 5);
    const { talkMs, attempts, connectedAt } = call.settled();
    expect(talkMs).toBe(60_020);
    expect(Date.parse(connectedAt!) - Date.parse(attempts[0]!.answeredAt!)).toBe(7_000);
  });

  it('who presses nothing is hung up, and the next destination is found', () => {
    const call = ringing('a');
    call.on({ type: 'attemptPickedUp', attemptId: first });
    const declined = call.on({ type: 'attemptDeclined', attemptId: first });
    expect(declined).toContainEqual({ type: 'hangUpAttempt', attemptId: first, cause: 'not-accepted' });
    expect(types(declined)).toContain('reserveNext');
    call.on({ type: 'reserved', targets: [] });
    expect(call.settled()).toMatchObject({
      outcome: 'rejected',
      attempts: [{ reason: 'not-accepted', sipStatus: 200 }],
    });
  });

  it('who takes it first wins over one who answered first', () => {
    const call = ringing('a', 'b');
    call.on({ type: 'attemptPickedUp', attemptId: first });
    call.on({ type: 'attemptPickedUp', attemptId: second });
    const won = call.on({ type: 'attemptAnswered', attemptId: second, sdp: null, since: 'now' });
    expect(won).toContainEqual({ type: 'hangUpAttempt', attemptId: first, cause: 'answered-elsewhere' });
    expect(won).toContainEqual({ type: 'joinLegs', attemptId: second });
  });

  it('is hung up, not cancelled, where the caller gives up meanwhile', () => {
    const call = ringing('a');
    call.on({ type: 'attemptPickedUp', attemptId: first });
    const ended = call.on({ type: 'callerCancelled', cause: null });
    expect(types(ended)).toEqual(['hangUpAttempt', 'settle']);
    expect(call.settled()).toMatchObject({ outcome: 'abandoned', talkMs: 0, buyerVerdict: null });
  });

  it('whose leg is gone without a word is not put through', () => {
    const call = ringing('a');
    call.on({ type: 'attemptPickedUp', attemptId: first });
    const vanished = { type: 'attemptVanished', attemptId: first, cause: 'x', heardAt: null, unseenMs: null } as const;
    expect(types(call.on(vanished))).toContain('reserveNext');
    expect(types(call.on({ type: 'attemptAnswered', attemptId: first, sdp: null, since: 'now' }))).not.toContain(
      'joinLegs',
    );
  });

  it('who answers a call that was cancelled is hung up', () => {
    const call = ringing('a');
    call.on({ type: 'callerCancelled', cause: null });
    expect(types(call.on({ type: 'attemptPickedUp', attemptId: first }))).toContain('hangUpAttempt');
  });
});

describe('a conversation whose media ends', () => {
  function talking(): CallDrive {
    const call = new CallDrive();
    call.on({ type: 'admitted', plan: dial('a') });
    call.on({ type: 'attemptPickedUp', attemptId: first });
    call.on({ type: 'attemptAnswered', attemptId: first, sdp: null, since: 'pickup' }, 0);
    call.on({ type: 'callerAcked' }, 0);
    return call;
  }

  it('ends with its server', () => {
    const call = talking();
    call.on({ type: 'mediaLost', cause: 'media-lost' }, 10_000);
    call.on({ type: 'callerLegClosed' });
    call.on({ type: 'attemptHungUp', attemptId: first, cause: null });
    expect(call.settled()).toMatchObject({ talkMs: 10_000, hangupBy: 'system', hangupCause: 'media-lost' });
  });

  it('ends when the silence began', () => {
    const call = talking();
    call.on({ type: 'mediaSilent', silentMs: 30_000 }, 50_000);
    call.on({ type: 'callerLegClosed' });
    call.on({ type: 'attemptHungUp', attemptId: first, cause: null });
    expect(call.settled()).toMatchObject({ talkMs: 20_000, hangupCause: 'media-timeout' });
  });
});
